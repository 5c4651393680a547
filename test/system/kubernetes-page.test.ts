import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { findFreePort } from "../support/free-port.ts";
import { startLoad } from "../support/load.ts";
import { startProgram } from "../support/program.ts";
import { run } from "../support/run.ts";
import { PASSWORD, startPostgres, USER } from "../support/servers.ts";
import { describeWithProgram, findProgram } from "../support/system.ts";

const page = await readFile(join(import.meta.dirname, "../../docs/kubernetes.md"), "utf8");
const [service = ""] = blocks(/^```js$/);
const [scrapeConfig = ""] = blocks(/^```yaml no-run: test\/system\/kubernetes-page/);

/** Debian's promtool is built without it. */
const KUBERNETES_DISCOVERY = /kubernetes_sd_configs:\n +- role: pod/;

/** The code blocks whose fence begins as `fence` does. */
function blocks(fence: RegExp): string[] {
  return [...page.matchAll(/^```(?:\S.*)$\n([\s\S]*?)^```$/gm)]
    .filter(([block]) => fence.test(block.split("\n", 1)[0] ?? ""))
    .map(([, code = ""]) => code);
}

async function writeFiles(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-kubernetes-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** What promtool says of files in a folder of their own. */
async function runPromtool(args: readonly string[], files: Readonly<Record<string, string>>) {
  const { code, stdout, stderr } = await run(
    findProgram("promtool") ?? "",
    [...args],
    await writeFiles(files),
  );
  return { code, output: stdout + stderr };
}

describeWithProgram(["promtool"], "promtool", () => {
  test("accepts the scrape configuration of the page", async () => {
    expect(scrapeConfig).toMatch(KUBERNETES_DISCOVERY);
    const { code, output } = await runPromtool(["check", "config", "prometheus.yaml"], {
      "prometheus.yaml": scrapeConfig.replace(KUBERNETES_DISCOVERY, "static_configs: []"),
    });
    expect(output).toContain("SUCCESS");
    expect(code).toBe(0);
  });
});

/** Sends a probe as a kubelet does, with a connection of its own. */
async function probe(port: number, path: string): Promise<number> {
  const headers = { "User-Agent": "kube-probe/1.31", Connection: "close" };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  await response.arrayBuffer();
  return response.status;
}

describeWithProgram(
  ["postgres", "initdb"],
  "the service of docs/kubernetes.md with a real PostgreSQL",
  () => {
    test("starts, serves, and leaves a kubelet and its clients without a failed request", async () => {
      const postgres = await startPostgres();
      onTestFinished(postgres.close);
      const port = await findFreePort();
      const program = startProgram("env", [
        `PORT=${port}`,
        `DATABASE_URL=postgres://${USER}:${PASSWORD}@127.0.0.1:${postgres.port}/postgres`,
        process.execPath,
        "--input-type=module",
        "--eval",
        service,
      ]);
      await expect.poll(() => probe(port, "/startupz").catch(() => 0)).toBe(200);
      await expect.poll(() => probe(port, "/readyz")).toBe(200);

      const load = startLoad({ port, requestsPerSecond: 100, keepAlive: true });
      const statuses: number[] = [];
      const kubelet = setInterval(
        () =>
          void probe(port, "/readyz").then(
            (status) => statuses.push(status),
            () => {},
          ),
        500,
      );
      onTestFinished(() => clearInterval(kubelet));
      await expect.poll(() => statuses.length).toBeGreaterThan(3);
      expect(new Set(statuses)).toEqual(new Set([200]));
      await load.waitForOutcomes(100);

      program.kill("SIGTERM");
      await program.waitForLine(/^SVC018 SIGTERM: decommissioned/);
      expect(await probe(port, "/livez")).toBe(200);
      await expect.poll(() => statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(3);
      // The Service sends nothing more, as its endpoints have been removed.
      expect((await load.stop()).failed).toBe(0);

      expect(await program.exit).toEqual({ code: null, signal: "SIGTERM" });
      expect(program.lines.join("\n")).toMatch(/drained in .*, 0 requests cut, only kubelets probed it/);
      const observer = new Pool({
        host: "127.0.0.1",
        port: postgres.port,
        user: USER,
        password: PASSWORD,
        database: "postgres",
      });
      const { rows } = await observer.query(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
      );
      await observer.end();
      expect(rows).toEqual([]);
    });
  },
);
