import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { findFreePort } from "../support/free-port.ts";
import { ask } from "../support/http.ts";
import { findNpmProgram } from "../support/npm-program.ts";
import { run } from "../support/run.ts";

const SERVICE = join(import.meta.dirname, "../fixtures/drain/pm2.mjs");

/** Six clients, half of them over kept-alive connections. Gives who answered, and at the end what failed. */
function startLoad(port: number) {
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  const pids = new Set<string>();
  let answered = 0;
  let isRunning = true;

  async function requestAgain(options: { readonly agent?: Agent }): Promise<void> {
    while (isRunning) {
      try {
        const { status, body } = await ask(port, "/", options);
        if (status === 200) pids.add(body);
        else failures.push(String(status));
        answered += 1;
      } catch (error) {
        failures.push(String(error));
      }
      await sleep(10);
    }
  }

  const clients = [{}, {}, {}, { agent }, { agent }, { agent }].map(requestAgain);
  return {
    pids,
    async stop() {
      isRunning = false;
      await Promise.all(clients);
      agent.destroy();
      return { failures, answered };
    },
  };
}

test("pm2 reloads two workers, and no request fails", async () => {
  const pm2 = await findNpmProgram("pm2@7.0.4", "pm2");
  const home = mkdtempSync(join(tmpdir(), "svc-status-pm2-"));
  async function runPm2(...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await run("env", [`PM2_HOME=${home}`, pm2, ...args], home);
    if (code !== 0) throw new Error(`pm2 ${args.join(" ")}: ${stdout}${stderr}`);
  }
  onTestFinished(async () => {
    await runPm2("kill");
    rmSync(home, { recursive: true, force: true });
  });
  const port = await findFreePort();
  await runPm2("start", SERVICE, "--name", "web", "-i", "2", "--wait-ready", "--", String(port));

  const { pids, stop } = startLoad(port);
  await expect.poll(() => pids.size).toBe(2);
  await runPm2("reload", "web");
  // Both workers, and both replacements.
  await expect.poll(() => pids.size).toBe(4);
  const { failures, answered } = await stop();
  expect(failures).toEqual([]);
  expect(answered).toBeGreaterThan(50);
});
