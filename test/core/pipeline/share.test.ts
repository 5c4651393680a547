import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StatusFunction } from "../../../src/core/handler.ts";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import type { Entry } from "../../../src/core/report.ts";
import { OK, RED, YELLOW } from "../../../src/core/state.ts";
import type { Status } from "../../../src/core/status.ts";
import { createFakeClock, type FakeClock } from "../../../src/testing/fake-clock.ts";

let clock: FakeClock;
let registry: StatusRegistry;
let calls: number;

beforeEach(() => {
  clock = createFakeClock();
  registry = createStatusRegistry({ clock });
  calls = 0;
});

afterEach(() => {
  expect(clock.pendingTimers).toBe(0);
});

/** Answers at once, and says which call it was. */
function count(): Status {
  calls += 1;
  return { state: OK, detail: `call ${calls}` };
}

/** The same, 100 ms later. */
function countSlowly(): Promise<Status> {
  const status = count();
  return new Promise((resolve) => void clock.startTimer(100, () => resolve(status)));
}

async function askEntry(name = "Handler"): Promise<Entry> {
  return (await registry.getReport({ names: [name] })).entries[0]!;
}

async function askDetail(): Promise<string | undefined> {
  return (await askEntry()).status.detail;
}

describe("callers who overlap in time", () => {
  test("share one run, whichever way they ask", async () => {
    registry.addStatusHandler("Handler", countSlowly);
    const asked = Promise.all([
      registry.getReport(),
      registry.getReport({ names: ["Handler"] }),
      registry.getStatus("Handler"),
      registry.isInState("Handler", OK),
      registry.waitForStatus("Handler", OK),
    ]);
    await clock.advance(50);
    const late = askDetail();
    await clock.advance(50);
    expect(await asked).toMatchObject([
      { entries: [{ status: { detail: "call 1" } }] },
      { entries: [{ status: { detail: "call 1" } }] },
      { detail: "call 1" },
      true,
      true,
    ]);
    expect(await late).toBe("call 1");
    expect(calls).toBe(1);
  });

  test("get the very same status", async () => {
    registry.addStatusHandler("Handler", countSlowly);
    const asked = Promise.all(Array.from({ length: 100 }, () => registry.getStatus("Handler")));
    await clock.advance(100);
    expect(new Set(await asked).size).toBe(1);
  });

  test("share a failure too", async () => {
    registry.addStatusHandler("Handler", async () => {
      await countSlowly();
      throw new Error(`failure ${calls}`);
    });
    const asked = Promise.all([askDetail(), askDetail()]);
    await clock.advance(100);
    expect(await asked).toEqual(["failure 1", "failure 1"]);
  });

  test("do not share with those who come after the run", async () => {
    registry.addStatusHandler("Handler", countSlowly);
    for (const detail of ["call 1", "call 2"]) {
      const asked = askDetail();
      await clock.advance(100);
      expect(await asked).toBe(detail);
    }
  });
});

describe("maxAgeMs", () => {
  test("0 asks anew each time", async () => {
    registry.addStatusHandler("Handler", count, { maxAgeMs: 0 });
    expect([await askDetail(), await askDetail()]).toEqual(["call 1", "call 2"]);
  });

  test("reuses a result that is exactly so old, and not one that is older", async () => {
    registry.addStatusHandler("Handler", count, { maxAgeMs: 1_000 });
    expect(await askDetail()).toBe("call 1");
    await clock.advance(1_000);
    expect(await askDetail()).toBe("call 1");
    await clock.advance(1);
    expect(await askDetail()).toBe("call 2");
  });

  test("counts from the moment the result was there", async () => {
    registry.addStatusHandler("Handler", countSlowly, { maxAgeMs: 1_000 });
    const first = askDetail();
    await clock.advance(1_100);
    expect(await first).toBe("call 1");
    expect(await askDetail()).toBe("call 1");
    await clock.advance(1);
    const second = askDetail();
    await clock.advance(100);
    expect(await second).toBe("call 2");
  });

  test("is not made longer by those who reuse the result", async () => {
    registry.addStatusHandler("Handler", count, { maxAgeMs: 1_000 });
    for (const detail of ["call 1", "call 1", "call 2"]) {
      expect(await askDetail()).toBe(detail);
      await clock.advance(600);
    }
  });

  test("does not notice that the time of day jumps", async () => {
    registry.addStatusHandler("Handler", count, { maxAgeMs: 1_000 });
    await askDetail();
    clock.jump(86_400_000);
    expect(await askDetail()).toBe("call 1");
    clock.jump(-2 * 86_400_000);
    await clock.advance(1_001);
    expect(await askDetail()).toBe("call 2");
  });

  test("keeps the time of the check, its duration and its reason with the result", async () => {
    registry.addStatusHandler("Handler", () => ({ state: YELLOW }), { maxAgeMs: 1_000 });
    const first = await askEntry();
    await clock.advance(500);
    expect(await askEntry()).toEqual(first);
    expect(first.reason).toBe("reported");
  });

  test("reuses a failure too", async () => {
    registry.addStatusHandler(
      "Handler",
      () => {
        count();
        throw new Error("no connection");
      },
      { maxAgeMs: 1_000 },
    );
    await askEntry();
    expect(await askEntry()).toMatchObject({ reason: "threw", status: { detail: "no connection" } });
    expect(calls).toBe(1);
  });

  test("means nothing to a handler that is registered anew", async () => {
    registry.addStatusHandler("Handler", () => ({ state: RED }), { maxAgeMs: 1_000 });
    await askEntry();
    registry.addStatusHandler("Handler", count, { maxAgeMs: 1_000 });
    expect(await askDetail()).toBe("call 1");
  });

  test("is each handler's own, and each registry's own", async () => {
    const other = createStatusRegistry({ clock });
    registry.addStatusHandler("Handler", count, { maxAgeMs: 1_000 });
    registry.addStatusHandler("Another", count, { maxAgeMs: 1_000 });
    other.addStatusHandler("Handler", count, { maxAgeMs: 1_000 });
    await registry.getReport();
    await registry.getReport();
    expect(await other.getStatus("Handler")).toMatchObject({ detail: "call 3" });
    expect(calls).toBe(3);
  });
});

describe("a handler that asks for its own status", () => {
  test("is called once and times out, instead of calling itself without end", async () => {
    registry.addStatusHandler("Handler", async () => {
      calls += 1;
      const { state } = await registry.getReport();
      return { state };
    });
    const asked = askEntry();
    await clock.advance(5_000);
    expect(await asked).toMatchObject({ reason: "timeout", status: { state: RED } });
    expect(calls).toBe(1);
  });

  test("without waiting for the answer gets the one that it is about to give", async () => {
    let asked: Promise<string | undefined> | undefined;
    registry.addStatusHandler("Handler", () => {
      asked = askDetail();
      return count();
    });
    expect(await askDetail()).toBe("call 1");
    expect(await asked).toBe("call 1");
    expect(calls).toBe(1);
  });

  test("by way of another one is called once, and so is the other", async () => {
    const called: string[] = [];
    const askOther = (own: string, other: string): StatusFunction => {
      return async () => {
        called.push(own);
        return registry.getStatus(other);
      };
    };
    registry.addStatusHandler("One", askOther("One", "Other"));
    registry.addStatusHandler("Other", askOther("Other", "One"));
    const asked = registry.getReport();
    await clock.advance(5_000);
    expect((await asked).state).toBe(RED);
    expect(called).toEqual(["One", "Other"]);
  });

  test("may ask for others", async () => {
    registry.addStatusHandler("Database", () => ({ state: YELLOW }));
    registry.addStatusHandler("Handler", async () => ({
      state: (await registry.isInState("Database", YELLOW)) ? OK : RED,
    }));
    expect((await askEntry()).status).toEqual({ state: OK });
  });
});
