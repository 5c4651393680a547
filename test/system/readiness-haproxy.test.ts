import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { State } from "../../src/core/state.ts";
import type { HealthProbesOptions } from "../../src/http/health-probe-options.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { findFreePort } from "../support/free-port.ts";
import { listen } from "../support/listen.ts";
import { startLoad } from "../support/load.ts";
import { startProgram } from "../support/program.ts";
import { describeWithProgram } from "../support/system.ts";

const INSTANCES = 10;
const FALL = 2;

/** Ten instances that share a database, each with a disk and a clock of its own, behind HAProxy on /readyz. */
async function startFleet(healthProbes: HealthProbesOptions, first: State = "OK") {
  let database = first;
  const instances = await Promise.all(
    Array.from({ length: INSTANCES }, () => startInstance(healthProbes, () => database)),
  );
  const port = await findFreePort();
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = join(folder, "haproxy.cfg");
  await writeFile(
    config,
    toConfig(
      port,
      instances.map((instance) => instance.port),
    ),
  );
  const haproxy = startProgram("haproxy", ["-db", "-f", config]);

  /** Until HAProxy has asked each of them often enough to have acted on it. */
  async function settle(): Promise<void> {
    await Promise.all(instances.map((instance) => instance.untilProbed(FALL + 3)));
  }

  return {
    port,
    instances,
    settle,
    async setDatabase(state: State) {
      database = state;
      await settle();
    },
    /** The time passes for all of them, in steps, so that HAProxy asks in between. */
    async pass(ms: number, steps = 3) {
      for (let step = 0; step < steps; step += 1) {
        await Promise.all(instances.map(({ clock }) => clock.advance(ms / steps)));
        await settle();
      }
    },
    /** The instances that HAProxy uses, by its last word on each. */
    countUp: () =>
      instances.filter((_, index) => {
        const last = haproxy.lines.findLast((line) => line.includes(`Server services/i${index} is`));
        return last === undefined || last.includes("is UP");
      }).length,
    wentDownSince: (from: number) =>
      haproxy.lines.slice(from).filter((line) => line.includes("is DOWN")).length,
    lineCount: () => haproxy.lines.length,
    untilDown: (index: number) => haproxy.waitForLine(new RegExp(`Server services/i${index} is DOWN`)),
  };
}

async function startInstance(healthProbes: HealthProbesOptions, getDatabase: () => State) {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  let disk: State = "OK";
  registry.addStatusHandler("Database", () => ({ state: getDatabase() }));
  registry.addStatusHandler("Disk", () => ({ state: disk }), { scope: "instance" });
  const handler = serviceStatus({ registry, probe: createProbe(), healthProbes });
  const waiting = new Set<() => void>();
  let probes = 0;
  const server = createServer((request, response) => {
    if (request.url === "/readyz") response.once("close", handleClose);
    handler(request, response, () => response.end("hello"));
  });
  const { port } = await listen(server);

  function handleClose(): void {
    probes += 1;
    for (const look of waiting) look();
  }

  return {
    port,
    clock,
    setDisk(state: State) {
      disk = state;
    },
    untilProbed(count: number): Promise<void> {
      const wanted = probes + count;
      return new Promise((resolve) => {
        waiting.add(function look() {
          if (probes < wanted) return;
          waiting.delete(look);
          resolve();
        });
      });
    },
  };
}

function toConfig(port: number, ports: readonly number[]): string {
  return `global
  log stdout format raw local0
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  timeout check 2s
frontend public
  bind 127.0.0.1:${port}
  default_backend services
backend services
  log global
  option httpchk GET /readyz
  default-server check inter 100ms fall ${FALL} rise 1
${ports.map((each, index) => `  server i${index} 127.0.0.1:${each}`).join("\n")}
`;
}

describeWithProgram(["haproxy"], "ten instances behind HAProxy on /readyz", () => {
  test("with hold, none leaves while the database is away for a minute, and nothing is lost", async () => {
    const fleet = await startFleet({ holdMs: 300_000 });
    await fleet.settle();
    expect(fleet.countUp()).toBe(INSTANCES);
    const from = fleet.lineCount();
    const load = startLoad({ port: fleet.port, requestsPerSecond: 100, keepAlive: true });
    await fleet.setDatabase("RED");
    await fleet.pass(60_000);
    const verbose = await fetch(`http://127.0.0.1:${fleet.instances[0]?.port}/readyz?verbose`);
    expect([verbose.status, await verbose.text()]).toEqual([
      200,
      "[+]probe ok\n[+]Database held: RED for 1 min\n[+]Disk ok\nreadyz check passed\n",
    ]);
    await fleet.setDatabase("OK");
    const { requests, outcomes, failed } = await load.stop();
    expect(requests).toBeGreaterThan(50);
    expect([failed, outcomes]).toEqual([0, { "200": requests }]);
    expect(fleet.wentDownSince(from)).toBe(0);
  });

  test("with count, all leave, so requests fail that do not need the database", async () => {
    const fleet = await startFleet({ shared: "count" });
    await fleet.settle();
    const load = startLoad({ port: fleet.port, requestsPerSecond: 100, keepAlive: true });
    await fleet.setDatabase("RED");
    await Promise.all(fleet.instances.map((_, index) => fleet.untilDown(index)));
    expect(fleet.countUp()).toBe(0);
    await load.waitForOutcomes(50);
    expect((await load.stop()).failed).toBeGreaterThan(0);
  });

  test("one leaves at once by trouble of its own, also while the others hold", async () => {
    const fleet = await startFleet({});
    await fleet.settle();
    await fleet.setDatabase("RED");
    fleet.instances[3]?.setDisk("RED");
    await fleet.untilDown(3);
    await fleet.settle();
    expect(fleet.countUp()).toBe(INSTANCES - 1);
  });

  test("all leave when it has lasted longer than holdMs, and come back", async () => {
    const fleet = await startFleet({ holdMs: 60_000 });
    await fleet.settle();
    await fleet.setDatabase("RED");
    await fleet.pass(59_000, 1);
    expect(fleet.countUp()).toBe(INSTANCES);
    await fleet.pass(1_000, 1);
    await Promise.all(fleet.instances.map((_, index) => fleet.untilDown(index)));
    expect(fleet.countUp()).toBe(0);
    await fleet.setDatabase("OK");
    await fleet.settle();
    expect(fleet.countUp()).toBe(INSTANCES);
  });

  test("whose database was never there is never ready", async () => {
    const fleet = await startFleet({}, "RED");
    await Promise.all(fleet.instances.map((_, index) => fleet.untilDown(index)));
    await fleet.pass(600_000);
    expect(fleet.countUp()).toBe(0);
  });
});
