import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import { createDrain } from "../../src/drain/drain.ts";
import type { DrainOptions } from "../../src/drain/options.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createRecordingLogger } from "../support/registry.ts";

/** A worker whose peers stay, or have left too. Each change that the others would hear of is in `told`. */
function createWorker({ isCovered, ...options }: DrainOptions & { readonly isCovered: boolean }) {
  const clock = createFakeClock();
  const probe = createProbe();
  const logger = createRecordingLogger();
  const told: string[] = [];
  const steps: string[] = [];
  let isAlone = false;
  probe.on("change", ({ body }) => {
    if (!isAlone) told.push(body);
  });
  getProbeSeams(probe).peers = {
    leave() {
      steps.push("leave");
      return Promise.resolve(isCovered);
    },
    alone(change) {
      isAlone = true;
      change();
      isAlone = false;
    },
  };
  const onClose = [() => steps.push("hook")];
  const drain = createDrain(createServer(), { probe, clock, logger, balancerIdleMs: 0, onClose, ...options });
  return { clock, probe, logger, drain, told, steps };
}

describe("a worker whose peers go on serving", () => {
  test("closes after a second, and its probe stays in service", async () => {
    const { clock, probe, drain, told } = createWorker({ isCovered: true });
    const ended = drain.start("SIGTERM");
    await clock.advance(999);
    expect(probe.body).toBe("OK");
    await clock.advance(1);
    expect(await ended).toMatchObject({ endedBy: "peers", waitMs: 1_000, totalMs: 1_000 });
    expect(probe.body).toBe("OK");
    expect(told).toEqual([]);
  });

  test("says so in the log", async () => {
    const { clock, logger, drain } = createWorker({ isCovered: true });
    const ended = drain.start("SIGTERM");
    await clock.advance(1_000);
    await ended;
    expect(logger.lines).toEqual([
      "info: SIGTERM: closing, the other workers continue to serve",
      "info: drained in 1.0 s: no probers seen, no requests seen, 0 requests cut, the other workers continue to serve",
    ]);
  });

  test("makes sure that no connection is on its way to it, before it may end", async () => {
    const { clock, drain, steps } = createWorker({ isCovered: true });
    const ended = drain.start();
    await clock.advance(1_000);
    await ended;
    expect(steps).toEqual(["leave", "leave", "hook"]);
  });

  test("waits no longer than capMs allows", async () => {
    const { clock, drain } = createWorker({ isCovered: true, capMs: 100 });
    const ended = drain.start();
    await clock.advance(100);
    expect(await ended).toMatchObject({ endedBy: "peers", waitMs: 100 });
  });
});

describe("a worker whose peers have left too", () => {
  test("decommissions its own probe, and waits for the balancers", async () => {
    const { clock, probe, drain, told } = createWorker({ isCovered: false });
    const ended = drain.start();
    await clock.advance(0);
    expect(probe.body).toBe("OFF");
    await clock.advance(5_000);
    expect(await ended).toMatchObject({ endedBy: "fallback" });
    expect(told).toEqual([]);
  });

  test("stays decommissioned without telling the others, whatever they say", async () => {
    const { clock, probe, drain, told } = createWorker({ isCovered: false });
    void drain.start();
    await clock.advance(0);
    probe.commission();
    await clock.advance(0);
    expect(probe.body).toBe("OFF");
    expect(told).toEqual(["OK"]);
  });
});

test("a worker that is decommissioned already asks nobody, and waits for the balancers", async () => {
  const { clock, probe, drain, steps } = createWorker({ isCovered: true });
  probe.decommission("upgrading");
  const ended = drain.start();
  await clock.advance(5_000);
  expect(await ended).toMatchObject({ endedBy: "fallback" });
  expect(steps).toEqual(["hook"]);
  expect(probe.body).toBe("upgrading");
});
