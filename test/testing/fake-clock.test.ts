import { beforeEach, describe, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";

let clock: FakeClock;
let fired: string[];

beforeEach(() => {
  clock = createFakeClock();
  fired = [];
});

/** A timer that notes its name and the moment when it fires. */
function note(name: string, delayMs: number): () => void {
  return clock.startTimer(delayMs, () => void fired.push(`${name} ${clock.monotonicNow()}`));
}

describe("a fake clock", () => {
  test("starts with the year 2026 and stands still", async () => {
    expect(new Date(clock.now()).toISOString()).toBe("2026-01-01T00:00:00.000Z");
    expect(clock.monotonicNow()).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect([clock.now(), clock.monotonicNow()]).toEqual([1_767_225_600_000, 0]);
  });

  test("moves both of its times when it is advanced", async () => {
    const start = clock.now();
    await clock.advance(1_500);
    await clock.advance(0.5);
    expect([clock.now() - start, clock.monotonicNow()]).toEqual([1_500.5, 1_500.5]);
  });

  test("is another one each time", async () => {
    await clock.advance(1_000);
    expect(createFakeClock().monotonicNow()).toBe(0);
  });
});

describe("a timer of a fake clock", () => {
  test("fires at its time and not before, once", async () => {
    note("a", 100);
    await clock.advance(99);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual(["a 100"]);
    await clock.advance(1_000);
    expect(fired).toEqual(["a 100"]);
  });

  test("fires in order with others, each at its own time, whatever the order of their start", async () => {
    note("c", 300);
    note("a", 100);
    note("b", 200);
    await clock.advance(1_000);
    expect(fired).toEqual(["a 100", "b 200", "c 300"]);
    expect(clock.monotonicNow()).toBe(1_000);
  });

  test("fires after one that was started before it for the same moment", async () => {
    note("a", 100);
    note("b", 100);
    note("c", 100);
    await clock.advance(100);
    expect(fired).toEqual(["a 100", "b 100", "c 100"]);
  });

  test("never fires after it was cancelled", async () => {
    const cancel = note("a", 100);
    note("b", 200);
    cancel();
    cancel();
    await clock.advance(1_000);
    expect(fired).toEqual(["b 200"]);
  });

  test("may be cancelled by one that fires at the same moment", async () => {
    let cancel = (): void => {};
    clock.startTimer(100, () => cancel());
    cancel = note("b", 100);
    await clock.advance(100);
    expect(fired).toEqual([]);
  });

  test("that is started by another fires in the same advance when it is due", async () => {
    clock.startTimer(100, () => {
      note("b", 50);
      note("c", 500);
    });
    await clock.advance(200);
    expect(fired).toEqual(["b 150"]);
    await clock.advance(400);
    expect(fired).toEqual(["b 150", "c 600"]);
  });

  test("with no delay fires at the next advance, also of 0", async () => {
    note("a", 0);
    expect(fired).toEqual([]);
    await clock.advance(0);
    expect(fired).toEqual(["a 0"]);
  });

  test("that is late already does not turn the time back", async () => {
    await clock.advance(1_000);
    note("a", -500);
    await clock.advance(0);
    expect(fired).toEqual(["a 1000"]);
    expect(clock.monotonicNow()).toBe(1_000);
  });

  test("is counted while it is waiting", async () => {
    expect(clock.pendingTimers).toBe(0);
    const cancel = note("a", 100);
    note("b", 200);
    expect(clock.pendingTimers).toBe(2);
    cancel();
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(200);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is gone before it fires", async () => {
    let pending: number | undefined;
    clock.startTimer(100, () => {
      pending = clock.pendingTimers;
    });
    await clock.advance(100);
    expect(pending).toBe(0);
  });

  test("in the background fires like any other", async () => {
    clock.startTimer(100, () => void fired.push("background"), { background: true });
    await clock.advance(100);
    expect(fired).toEqual(["background"]);
  });
});

describe("advance", () => {
  test("waits until everything has happened that follows from a timer, before it goes on", async () => {
    const longChain = async (): Promise<void> => {
      for (let step = 0; step < 1_000; step += 1) await undefined;
      fired.push(`chain ${clock.monotonicNow()}`);
      note("from the chain", 50);
    };
    clock.startTimer(100, () => void longChain());
    note("next", 200);
    await clock.advance(200);
    expect(fired).toEqual(["chain 100", "from the chain 150", "next 200"]);
  });

  test("waits first until everything has happened that was under way", async () => {
    void Promise.resolve()
      .then(() => {})
      .then(() => note("a", 100));
    await clock.advance(100);
    expect(fired).toEqual(["a 100"]);
  });

  test("twice at once never turns the time back", async () => {
    await Promise.all([clock.advance(100), clock.advance(60)]);
    expect(clock.monotonicNow()).toBe(100);
  });

  test("rejects with what a timer throws, and the clock can be used further", async () => {
    clock.startTimer(100, () => {
      throw new Error("in a timer");
    });
    note("b", 200);
    await expect(clock.advance(300)).rejects.toThrow("in a timer");
    expect([clock.monotonicNow(), clock.pendingTimers]).toEqual([100, 1]);
    await clock.advance(100);
    expect(fired).toEqual(["b 200"]);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, "100", undefined])(
    "rejects with a TypeError for %s, and the clock stands still",
    async (ms) => {
      note("a", 0);
      const advanced = clock.advance(ms as never);
      await expect(advanced).rejects.toThrow(TypeError);
      await expect(advanced).rejects.toThrow(/^ms: expected a number from 0 to \d+, got /);
      expect([clock.monotonicNow(), fired]).toEqual([0, []]);
    },
  );
});

describe("jump", () => {
  test("moves the time of day, forward and back, and nothing else", async () => {
    const start = clock.now();
    note("a", 100);
    clock.jump(86_400_000);
    expect([clock.now() - start, clock.monotonicNow(), clock.pendingTimers]).toEqual([86_400_000, 0, 1]);
    clock.jump(-2 * 86_400_000);
    await clock.advance(100);
    expect(clock.now() - start).toBe(100 - 86_400_000);
    expect(fired).toEqual(["a 100"]);
  });
});
