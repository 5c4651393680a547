import { expect, test } from "vitest";
import { type Balanced, loadWhile, startBalanced } from "../support/balanced.ts";
import { ask } from "../support/http.ts";
import { startProgram } from "../support/program.ts";
import { run } from "../support/run.ts";
import { describeWithProgram } from "../support/system.ts";

const BUSY = { requestsPerSecond: 350 };
const WITH_RETRY = "proxy_next_upstream error timeout http_503;";

/** Longer than nginx takes to forget that an instance has failed: `fail_timeout=1s` counts in whole seconds. */
const FORGOTTEN_MS = 2_500;

/** nginx with deploy/nginx.conf, and two services that nobody probes. */
async function startBehindNginx(changes: readonly (readonly [string, string])[] = []): Promise<Balanced> {
  const balanced = await startBalanced({
    file: "nginx.conf",
    changes: [
      // By default 512: on a machine that stands still for a moment, more requests wait, each with two connections.
      ["events {}", "pid nginx.pid;\nevents { worker_connections 4096; }"],
      ["http {", "http {\n  access_log off;"],
      ["listen 80;", "listen 127.0.0.1:{port};"],
      ...changes,
    ],
    service: { drain: { fallbackMs: FORGOTTEN_MS, fallback: "fixed" } },
  });
  const args = ["-p", balanced.folder, "-c", balanced.config, "-e", "stderr"];
  expect(await run("nginx", ["-t", ...args], balanced.folder)).toMatchObject({ code: 0 });
  startProgram("nginx", [...args, "-g", "daemon off; master_process off;"]);
  await waitUntilListening(balanced.port);
  return balanced;
}

async function waitUntilListening(port: number): Promise<void> {
  for (;;) {
    const answer = await ask(port, "/").catch(() => undefined);
    if (answer?.status === 200) return;
  }
}

async function restartBoth({ services, startAgain }: Balanced): Promise<void> {
  for (const name of ["one", "two"] as const) {
    services[name].kill("SIGTERM");
    await services[name].exit;
    expect(services[name].lines.at(-1)).toMatch(
      /no probers seen, .* 0 requests cut, too little traffic to judge/,
    );
    await startAgain(name);
  }
}

describeWithProgram(["nginx"], "behind nginx, which never asks the probe", () => {
  test("with retries, restarts lose nothing", async () => {
    const balanced = await startBehindNginx();
    const { failed, outcomes } = await loadWhile(balanced.port, BUSY, () => restartBoth(balanced));
    expect({ failed, outcomes }).toEqual({ failed: 0, outcomes: { 200: expect.any(Number) } });
  });

  test("without retries, they lose requests", async () => {
    const balanced = await startBehindNginx([[WITH_RETRY, "proxy_next_upstream off;"]]);
    const { failed } = await loadWhile(balanced.port, BUSY, () => restartBoth(balanced));
    expect(failed).toBeGreaterThan(0);
  });
});
