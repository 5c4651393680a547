import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Balanced,
  type BalancedSetup,
  loadWhile,
  type Name,
  startBalanced,
  timeOfLine,
} from "../support/balanced.ts";
import { startLoad } from "../support/load.ts";
import { type Program, startProgram } from "../support/program.ts";
import { run } from "../support/run.ts";
import { describeWithProgram } from "../support/system.ts";

const BUSY = { requestsPerSecond: 375 };
const QUIET = { requestsPerSecond: 100 };

interface Behind extends Balanced {
  readonly haproxy: Program;
}

/** HAProxy with deploy/haproxy.cfg and two services that it has found well. */
async function startBehindHaproxy(setup: Partial<BalancedSetup> = {}): Promise<Behind> {
  const changes = [["bind :80", "bind 127.0.0.1:{port}"], ...(setup.changes ?? [])] as const;
  const balanced = await startBalanced({ file: "haproxy.cfg", ...setup, changes });
  const haproxy = startProgram("haproxy", ["-db", "-f", balanced.config]);
  for (const service of Object.values(balanced.services)) await service.waitForLine(/^probed/);
  return { ...balanced, haproxy };
}

interface Left {
  /** From the moment that HAProxy left the service to its end. */
  readonly afterLeftMs: number;
  /** What the service said last. */
  readonly report: string;
}

/** Ends a service, and says how long it lived on after HAProxy had left it. */
async function end({ services, haproxy }: Behind, name: Name, left = "is DOWN"): Promise<Left> {
  const leftAt = timeOfLine(haproxy, new RegExp(`Server services/${name} ${left}`));
  services[name].kill("SIGTERM");
  const exit = await services[name].exit;
  const endedAt = performance.now();
  expect(exit).toEqual({ code: null, signal: "SIGTERM" });
  return { afterLeftMs: endedAt - (await leftAt), report: services[name].lines.at(-1) ?? "" };
}

/** So many checks, 500 ms apart, make HAProxy a prober that is known well. */
const KNOWN_CHECKS = 8;

async function untilKnown({ services }: Behind, name: Name): Promise<void> {
  const service = services[name];
  for (let checks = 0; checks < KNOWN_CHECKS; checks += 1)
    await service.waitForLine(/^probed/, service.lines.length);
}

/** With its retries, HAProxy hides what an instance refuses. */
const WITHOUT_REDISPATCH = ["  option redispatch\n", "  retries 0\n"] as const;

async function startAgain(behind: Behind, name: Name): Promise<void> {
  const isUp = timeOfLine(behind.haproxy, new RegExp(`Server services/${name} is UP`));
  await behind.startAgain(name);
  await isUp;
}

/** Ends a service just after it was asked, so that the checks that are to come are as far away as they can be. */
async function endAfterProbe(behind: Behind, name: Name): Promise<Left> {
  const service = behind.services[name];
  await service.waitForLine(/^probed/, service.lines.length);
  return end(behind, name);
}

describeWithProgram(["haproxy"], "behind HAProxy", () => {
  test("deploy/haproxy.cfg is a valid configuration", async () => {
    const file = join(import.meta.dirname, "../../deploy/haproxy.cfg");
    expect(await run("haproxy", ["-c", "-f", file], ".")).toMatchObject({ code: 0 });
  });

  test("five rolling restarts in a row lose nothing, and end within 1.5 s of HAProxy's leaving", async () => {
    const behind = await startBehindHaproxy();
    await untilKnown(behind, "one");
    const drains: Left[] = [];
    const { failed, outcomes, requests } = await loadWhile(behind.port, BUSY, async () => {
      for (let round = 0; round < 5; round += 1) {
        for (const name of ["one", "two"] as const) {
          drains.push(await end(behind, name));
          await startAgain(behind, name);
          await untilKnown(behind, name);
        }
      }
    });
    expect(outcomes, behind.haproxy.lines.join("\n")).toEqual({ 200: requests });
    expect(failed).toBe(0);
    expect(requests).toBeGreaterThanOrEqual(10_000);
    for (const { report } of drains)
      expect(report).toMatch(/^info: SVC020 drained in \d\.\d s: HAProxy saw 503 \d+×, .*0 requests cut$/);
    // The machine can only add to what the service measures itself, in the median, and to what is seen from outside.
    const quietS = drains
      .map(({ report }) => Number(/last request (\d\.\d) s before/.exec(report)?.[1]))
      .sort();
    expect(quietS[5]).toBeLessThanOrEqual(1.5);
    expect(Math.min(...drains.map(({ afterLeftMs }) => afterLeftMs))).toBeLessThanOrEqual(1_500);
  }, 600_000);

  describe("with a slow check", () => {
    const changes = [["inter 500ms fall 3", "inter 2s fall 3"], WITHOUT_REDISPATCH] as const;

    test("nothing is lost, as the service waits for longer", async () => {
      const behind = await startBehindHaproxy({ changes });
      const { failed, outcomes } = await loadWhile(behind.port, QUIET, async () => {
        const { report } = await endAfterProbe(behind, "one");
        expect(report).toMatch(
          /^info: SVC020 drained in [67]\.\d s: HAProxy saw 503 3×, last request 1\.\d s before close/,
        );
      });
      expect(outcomes, behind.haproxy.lines.join("\n")).toEqual({ 200: expect.any(Number) });
      expect(failed).toBe(0);
    });

    test("nothing is lost while strangers ask the probe through HAProxy, as HAProxy itself asks", async () => {
      const behind = await startBehindHaproxy({ changes });
      const { one } = behind.services;
      for (let checks = 0; checks < 6; checks += 1) await one.waitForLine(/^probed/, one.lines.length);
      // Neither has a User-Agent, and HAProxy's address is that of both.
      const strangers = startLoad({
        port: behind.port,
        path: "/probe_status",
        requestsPerSecond: 40,
        keepAlive: true,
      });
      const { failed, outcomes } = await loadWhile(behind.port, QUIET, async () => {
        const { afterLeftMs } = await endAfterProbe(behind, "one");
        expect(afterLeftMs).toBeGreaterThan(0);
      });
      expect((await strangers.stop()).requests).toBeGreaterThan(200);
      expect(outcomes, behind.haproxy.lines.join("\n")).toEqual({ 200: expect.any(Number) });
      expect(failed).toBe(0);
    });

    test("an end without a wait does lose requests", async () => {
      const behind = await startBehindHaproxy({ changes, service: { drain: { fixedMs: 0 } } });
      const { failed } = await loadWhile(behind.port, BUSY, async () => {
        await end(behind, "one");
      });
      expect(failed).toBeGreaterThan(0);
    });

    // HAProxy leaves after 6 s.
    test("a fixed wait of 3 s loses requests", async () => {
      const behind = await startBehindHaproxy({ changes, service: { drain: { fixedMs: 3_000 } } });
      const { failed } = await loadWhile(behind.port, QUIET, async () => {
        const leftAt = timeOfLine(behind.haproxy, /Server services\/one is DOWN/);
        const service = behind.services.one;
        await service.waitForLine(/^probed/, service.lines.length);
        service.kill("SIGTERM");
        await leftAt;
      });
      expect(failed).toBeGreaterThan(0);
    });
  });

  test("a request a second loses nothing", async () => {
    const behind = await startBehindHaproxy();
    const { failed, requests } = await loadWhile(behind.port, { requestsPerSecond: 0.5 }, async () => {
      for (const name of ["one", "two"] as const) {
        const { report } = await end(behind, name);
        expect(report).toMatch(
          /^info: SVC020 drained in 5\.\d s: HAProxy saw 503 \d+×, .*waited the default 5(?:\.\d)? s$/,
        );
        await startAgain(behind, name);
      }
    });
    expect(requests).toBeGreaterThan(8);
    expect(failed, behind.haproxy.lines.join("\n")).toBe(0);
  });

  test("HAProxy's default check by OPTIONS is as good", async () => {
    const changes = [["option httpchk GET /probe_status", "option httpchk /probe_status"]] as const;
    const behind = await startBehindHaproxy({ changes });
    await untilKnown(behind, "one");
    const { failed } = await loadWhile(behind.port, QUIET, async () => {
      const { report } = await end(behind, "one");
      expect(report).toMatch(/HAProxy saw 503 \d+×, .*0 requests cut$/);
    });
    expect(failed, behind.haproxy.lines.join("\n")).toBe(0);
  });

  test("disable-on-404 leaves at the first answer, and loses nothing either", async () => {
    const behind = await startBehindHaproxy({
      changes: [["  http-check send-state", "  http-check disable-on-404\n  http-check send-state"]],
      service: { probeStatus: { decommissionedStatus: 404 } },
    });
    await untilKnown(behind, "one");
    const { failed } = await loadWhile(behind.port, QUIET, async () => {
      const { report } = await end(behind, "one", "is stopping");
      expect(report).toMatch(/HAProxy saw 404 \d+×, last request [1-4]\.\d s before close, 0 requests cut$/);
    });
    expect(failed, behind.haproxy.lines.join("\n")).toBe(0);
  });
});
