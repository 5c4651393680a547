import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type BusyService, startBusyService } from "../support/busy-service.ts";
import { findFreePort } from "../support/free-port.ts";
import { type Program, startProgram } from "../support/program.ts";
import { waitForAnswer } from "../support/sentinel.ts";
import { describeWithProgram } from "../support/system.ts";

const CONFIG = join(import.meta.dirname, "../../deploy/haproxy.cfg");
/** Longer than it takes HAProxy to leave an instance whose checks fail, whatever fails about them. */
const BLOCKED_MS = 10_000;

interface Behind {
  readonly haproxy: Program;
  readonly service: BusyService;
}

/** One service behind HAProxy, which checks the service itself or its sentinel. */
async function startBehindHaproxy(checked: "port" | "sentinelPort"): Promise<Behind> {
  const service = await startBusyService({ drain: { balancerIdleMs: 0, fallbackMs: 2_000 } });
  const port = await findFreePort();
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "haproxy.cfg");
  const text = await readFile(CONFIG, "utf8");
  const server = `server one 127.0.0.1:${service.port} port ${service[checked]}`;
  await writeFile(
    file,
    text
      .replace("bind :80", `bind 127.0.0.1:${port}`)
      .replace("server one 192.0.2.1:8080", server)
      .replace("  server two 192.0.2.2:8080\n", ""),
  );
  const haproxy = startProgram("haproxy", ["-db", "-f", file]);
  await waitForAnswer(port, "/", "hello\n");
  return { haproxy, service };
}

const DOWN = /Server services\/one is DOWN/;

describeWithProgram(["haproxy"], "behind HAProxy, a service whose main thread is blocked for 10 s", () => {
  test("is left where HAProxy checks the service itself", async () => {
    const { haproxy, service } = await startBehindHaproxy("port");
    await service.block("wait", String(BLOCKED_MS));
    expect(await haproxy.waitForLine(DOWN)).toContain("timeout");
  });

  test("stays where HAProxy checks the sentinel", async () => {
    const { haproxy, service } = await startBehindHaproxy("sentinelPort");
    await service.block("wait", String(BLOCKED_MS));
    await service.waitForLine(/^free again/);
    expect(haproxy.lines.filter((line) => DOWN.test(line))).toEqual([]);
  });

  test("is left when it was decommissioned meanwhile", async () => {
    const { haproxy, service } = await startBehindHaproxy("sentinelPort");
    await service.block("wait", String(BLOCKED_MS));
    await service.ask("/probe_status?body=OFF", { method: "POST" });
    await haproxy.waitForLine(DOWN);
    expect(service.lines).not.toContain("free again");
  });
});

describeWithProgram(["haproxy"], "a drain behind HAProxy that checks the sentinel", () => {
  test("waits until HAProxy has left, and knows that it was HAProxy", async () => {
    const { haproxy, service } = await startBehindHaproxy("sentinelPort");
    service.kill("SIGTERM");
    expect(await service.waitForLine(/^drained/)).toMatch(/saw 503 [3-9] times/);
    // Each of the two processes prints on its own: this line may be read later.
    await haproxy.waitForLine(DOWN);
    expect(service.lines.join("\n")).toContain("HAProxy saw 503");
  });
});
