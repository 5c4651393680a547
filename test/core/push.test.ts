import { describe, expect, test } from "vitest";
import type { Change } from "../../src/core/change.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { StateHandler, StateHandlerMixin } from "../../src/core/state-handler.ts";
import type { Status } from "../../src/core/status.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";

function start(): { clock: FakeClock; registry: StatusRegistry; arrows: string[] } {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const arrows: string[] = [];
  registry.on("change", ({ name, from, to }: Change) => void arrows.push(`${name}: ${from} -> ${to}`));
  return { clock, registry, arrows };
}

describe("a state that the application sets", () => {
  test("is told in the moment it is set, without any request", async () => {
    const { clock, registry, arrows } = start();
    const job = new StateHandler();
    registry.addStatusHandler("Job", job);
    job.setState("YELLOW", { detail: "starting" });
    await clock.advance(5_000);
    job.setState("OK");
    expect(arrows).toEqual(["Job: undefined -> YELLOW", "Job: YELLOW -> OK"]);
    expect(registry.history("Job").map(({ heldMs, status }) => [heldMs, status])).toEqual([
      [0, { state: "YELLOW", detail: "starting" }],
      [5_000, { state: "OK" }],
    ]);
  });

  test("is told once, however often the same state is set", () => {
    const { registry, arrows } = start();
    const job = new StateHandler();
    registry.addStatusHandler("Job", job);
    for (const count of [1, 2, 3]) job.setState("RED", { count });
    expect(arrows).toEqual(["Job: undefined -> RED"]);
  });

  test("is told of a mixin, and of every name it is registered under", () => {
    const { registry, arrows } = start();
    class Worker extends StateHandlerMixin(class Base {}) {}
    const worker = new Worker();
    registry.addStatusHandler("One", worker);
    registry.addStatusHandler("Two", worker);
    worker.setState("RED");
    expect(arrows).toEqual(["One: undefined -> RED", "Two: undefined -> RED"]);
  });

  test("passes by the young result that maxAgeMs would have reused", async () => {
    const { registry, arrows } = start();
    const job = new StateHandler();
    job.setState("OK");
    registry.addStatusHandler("Job", job, { maxAgeMs: 60_000 });
    await registry.getReport();
    job.setState("RED");
    expect(arrows).toEqual(["Job: OK -> RED"]);
    expect((await registry.getReport()).state).toBe("RED");
  });

  test("passes by the interval, which then begins anew", async () => {
    const { clock, registry, arrows } = start();
    let asked = 0;
    class Job extends StateHandler {
      override status(): Status {
        asked += 1;
        return super.status();
      }
    }
    const job = new Job();
    job.setState("OK");
    registry.addStatusHandler("Job", job, { intervalMs: 10_000 });
    await clock.advance(4_000);
    job.setState("RED");
    expect(arrows).toEqual(["Job: OK -> RED"]);
    expect(asked).toBe(2);
    await clock.advance(9_999);
    expect(asked).toBe(2);
    await clock.advance(1);
    expect(asked).toBe(3);
    registry.close();
  });

  test("counts as one result where thresholds hold the state", () => {
    const { registry, arrows } = start();
    const job = new StateHandler();
    job.setState("OK");
    registry.addStatusHandler("Job", job, { failAfter: 2 });
    job.setState("YELLOW");
    expect(arrows).toEqual(["Job: undefined -> YELLOW"]);
    job.setState("RED");
    expect(arrows).toHaveLength(1);
    job.setState("OK");
    job.setState("RED");
    expect(arrows).toEqual(["Job: undefined -> YELLOW", "Job: YELLOW -> OK"]);
  });

  test("is not told any more once the handler is removed, replaced or closed", () => {
    const { registry, arrows } = start();
    const [removed, replaced, closed] = [new StateHandler(), new StateHandler(), new StateHandler()];
    registry.addStatusHandler("Removed", removed);
    registry.addStatusHandler("Replaced", replaced);
    registry.addStatusHandler("Closed", closed);
    registry.removeStatusHandler("Removed");
    registry.addStatusHandler("Replaced", () => ({ state: "OK" }));
    registry.close();
    for (const handler of [removed, replaced, closed]) handler.setState("RED");
    expect(arrows).toEqual([]);
  });

  test("is asked anew where the answer that was under way may not have known it", async () => {
    const { clock, registry } = start();
    class Slow extends StateHandler {
      override status(): Status {
        const status = super.status();
        return new Promise((resolve) => clock.startTimer(1_000, () => resolve(status))) as unknown as Status;
      }
    }
    const slow = new Slow();
    slow.setState("OK");
    registry.addStatusHandler("Slow", slow, { maxAgeMs: 60_000 });
    const before = registry.getStatus("Slow");
    slow.setState("RED");
    await clock.advance(1_000);
    expect((await before).state).toBe("OK");
    const after = registry.getStatus("Slow");
    await clock.advance(1_000);
    expect((await after).state).toBe("RED");
  });

  test("may be set by a listener of the change before", async () => {
    const { registry, arrows } = start();
    const job = new StateHandler();
    job.setState("OK");
    registry.addStatusHandler("Job", job, { intervalMs: 60_000 });
    await registry.getReport();
    registry.on("change", ({ to }) => {
      if (to === "YELLOW") job.setState("RED");
    });
    job.setState("YELLOW");
    expect(await registry.getStatus("Job")).toMatchObject({ state: "YELLOW" });
    expect(await registry.getStatus("Job")).toEqual({ state: "RED" });
    expect(arrows).toEqual(["Job: OK -> YELLOW", "Job: YELLOW -> RED"]);
  });

  test("is looked at again where the handler was answering when it was set", async () => {
    const { registry, arrows } = start();
    class Slow extends StateHandler {
      override status(): Status {
        const before = super.status();
        return Promise.resolve().then(() => before) as unknown as Status;
      }
    }
    const job = new Slow();
    job.setState("OK");
    registry.addStatusHandler("Job", job);
    const asked = registry.getReport();
    job.setState("RED");
    await asked;
    await new Promise(setImmediate);
    expect(arrows).toEqual(["Job: OK -> RED"]);
  });

  test("ends the matter when it is set anew in each answer", async () => {
    const { registry } = start();
    let calls = 0;
    class Restless extends StateHandler {
      override status(): Status {
        calls += 1;
        const answer = Promise.resolve().then(() => {
          this.setState(this.state === "OK" ? "RED" : "OK");
          return super.status();
        });
        return answer as unknown as Status;
      }
    }
    registry.addStatusHandler("Job", new Restless());
    await registry.getReport();
    await new Promise(setImmediate);
    expect(calls).toBeLessThanOrEqual(12);
  });

  test("runs the handler at most ten more times in one second, and again in the next", async () => {
    const { clock, registry } = start();
    let calls = 0;
    class Restless extends StateHandler {
      override status(): Status {
        calls += 1;
        const answer = Promise.resolve().then(() => {
          this.setState(this.state === "OK" ? "RED" : "OK");
          return super.status();
        });
        return answer as unknown as Status;
      }
    }
    registry.addStatusHandler("Job", new Restless());
    const callsOfReport = async (): Promise<number> => {
      const before = calls;
      await registry.getReport();
      await clock.advance(0);
      return calls - before;
    };
    expect(await callsOfReport()).toBe(11);
    expect(await callsOfReport()).toBe(1);
    await clock.advance(999);
    expect(await callsOfReport()).toBe(1);
    await clock.advance(1);
    expect(await callsOfReport()).toBe(11);
  });

  test("runs the handler once more, however often it was set during a run, and after every such run", async () => {
    const { clock, registry } = start();
    let calls = 0;
    class EverySecondIsSlow extends StateHandler {
      override status(): Status {
        calls += 1;
        const status = super.status();
        if (calls % 2 === 0) return status;
        return new Promise((resolve) => clock.startTimer(10, () => resolve(status))) as unknown as Status;
      }
    }
    const job = new EverySecondIsSlow();
    job.setState("OK");
    registry.addStatusHandler("Job", job);
    for (const round of [1, 2, 3]) {
      const asked = registry.getReport();
      for (const count of Array.from({ length: 20 }).keys()) job.setState(count % 2 === 0 ? "RED" : "OK");
      await clock.advance(10);
      await asked;
      expect(calls).toBe(2 * round);
    }
  });

  test("makes the interval begin anew also if it was set during a run", async () => {
    const { clock, registry } = start();
    const calledAt: number[] = [];
    class Slow extends StateHandler {
      override status(): Status {
        calledAt.push(clock.monotonicNow());
        const status = super.status();
        return new Promise((resolve) => clock.startTimer(100, () => resolve(status))) as unknown as Status;
      }
    }
    const job = new Slow();
    job.setState("OK");
    registry.addStatusHandler("Job", job, { intervalMs: 1_000 });
    await clock.advance(50);
    job.setState("RED");
    await clock.advance(1_200);
    registry.close();
    expect(calledAt).toEqual([0, 100, 1_200]);
  });

  test("may be set by status() itself", async () => {
    const { registry, arrows } = start();
    class Flapping extends StateHandler {
      override status(): Status {
        this.setState(this.state === "OK" ? "RED" : "OK");
        return super.status();
      }
    }
    registry.addStatusHandler("Flapping", new Flapping());
    await registry.getReport();
    await registry.getReport();
    await registry.getReport();
    expect(arrows).toEqual(["Flapping: OK -> RED", "Flapping: RED -> OK"]);
  });
});
