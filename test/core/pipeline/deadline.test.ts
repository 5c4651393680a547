import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UnknownHandlerError } from "../../../src/core/errors.ts";
import { createStatusRegistry, type StatusRegistry } from "../../../src/core/registry/registry.ts";
import type { Entry } from "../../../src/core/report.ts";
import { OK, RED, YELLOW } from "../../../src/core/state.ts";
import type { Status } from "../../../src/core/status.ts";
import { createFakeClock, type FakeClock } from "../../../src/testing/fake-clock.ts";

let clock: FakeClock;
let registry: StatusRegistry;

beforeEach(() => {
  clock = createFakeClock();
  registry = createStatusRegistry({ clock });
});

afterEach(async () => {
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(0);
});

const hang = (): Promise<never> => new Promise(() => {});

/** A status that is there `delayMs` from now. */
function answerIn(delayMs: number, status: Status): Promise<Status> {
  return new Promise((resolve) => void clock.startTimer(delayMs, () => resolve(status)));
}

async function askEntry(name: string): Promise<Entry> {
  return (await registry.getReport({ names: [name] })).entries[0]!;
}

/** Asks every second for so many seconds, and returns what each report said, and when it was asked. */
async function askEverySecond(seconds: number): Promise<string[]> {
  const answers: Promise<string>[] = [];
  for (let second = 0; second < seconds; second += 1) {
    answers.push(
      askEntry("Handler").then(({ status, reason }) => `${second} ${status.state} ${reason ?? ""}`),
    );
    await clock.advance(1_000);
  }
  await clock.advance(100_000);
  return Promise.all(answers);
}

describe("a deadline", () => {
  test("is a race, not a request: at that moment the handler is RED, whatever it does", async () => {
    registry.addStatusHandler("Handler", hang, { timeoutMs: 200 });
    let entry: Entry | undefined;
    void askEntry("Handler").then((answered) => {
      entry = answered;
    });
    await clock.advance(199);
    expect(entry).toBeUndefined();
    await clock.advance(1);
    expect(entry).toMatchObject({
      reason: "timeout",
      durationMs: 200,
      status: { state: RED, detail: "timed out after 200 ms" },
    });
  });

  test("is 5 s away unless told otherwise", async () => {
    registry.addStatusHandler("Handler", hang);
    const asked = askEntry("Handler");
    await clock.advance(5_000);
    expect(await asked).toMatchObject({ durationMs: 5_000, status: { detail: "timed out after 5000 ms" } });
  });

  test("means nothing to a handler that answers before it", async () => {
    registry.addStatusHandler("Handler", () => answerIn(199, { state: OK }), { timeoutMs: 200 });
    const asked = askEntry("Handler");
    await clock.advance(199);
    expect(await asked).toMatchObject({ durationMs: 199, status: { state: OK } });
    expect(clock.pendingTimers).toBe(0);
  });

  test("counts for each call anew", async () => {
    registry.addStatusHandler("Handler", () => answerIn(150, { state: OK }), { timeoutMs: 200 });
    for (let call = 0; call < 3; call += 1) {
      const asked = askEntry("Handler");
      await clock.advance(150);
      expect((await asked).status.state).toBe(OK);
    }
  });

  test("leaves no timer for a handler that answers at once", async () => {
    registry.addStatusHandler("Handler", () => ({ state: OK }));
    registry.addStatusHandler("Async", async () => ({ state: OK }));
    await registry.getReport();
    expect(clock.pendingTimers).toBe(0);
  });

  test("does not notice that the time of day jumps", async () => {
    registry.addStatusHandler("Handler", hang, { timeoutMs: 200 });
    const asked = askEntry("Handler");
    clock.jump(86_400_000);
    await clock.advance(200);
    expect((await asked).durationMs).toBe(200);
  });

  test("costs the time of one when many handlers hang", async () => {
    for (let index = 0; index < 20; index += 1) registry.addStatusHandler(`Handler${index}`, hang);
    const asked = registry.getReport();
    await clock.advance(5_000);
    const { at, entries } = await asked;
    expect(at).toEqual(new Date(clock.now()));
    expect(entries.map(({ reason }) => reason)).toEqual(Array.from({ length: 20 }, () => "timeout"));
    expect(clock.monotonicNow()).toBe(5_000);
  });

  test("makes the report wait for the slowest handler, not for the sum of all", async () => {
    for (const delayMs of [100, 300, 200]) {
      registry.addStatusHandler(`In${delayMs}`, () => answerIn(delayMs, { state: OK }));
    }
    const asked = registry.getReport();
    await clock.advance(300);
    expect((await asked).entries.map(({ durationMs }) => durationMs)).toEqual([100, 300, 200]);
  });
});

describe("the signal", () => {
  test("is aborted at the deadline, with a TimeoutError", async () => {
    let signal: AbortSignal | undefined;
    registry.addStatusHandler("Handler", (context) => {
      signal = context.signal;
      return hang();
    });
    const asked = askEntry("Handler");
    await clock.advance(4_999);
    expect(signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(signal?.reason).toBeInstanceOf(DOMException);
    expect(signal?.reason).toMatchObject({ name: "TimeoutError", message: "timed out after 5000 ms" });
    await asked;
  });

  test("is aborted already for a handler that looks at it only after the deadline", async () => {
    let reason: unknown;
    registry.addStatusHandler("Handler", async (context) => {
      await answerIn(6_000, { state: OK });
      reason = context.signal.reason;
      return { state: OK };
    });
    const asked = askEntry("Handler");
    await clock.advance(6_000);
    expect(reason).toMatchObject({ name: "TimeoutError" });
    await asked;
  });

  test("is the same one however often the handler looks at it", async () => {
    const signals = new Set<AbortSignal>();
    registry.addStatusHandler("Handler", (context) => {
      signals.add(context.signal).add(context.signal);
      const { signal } = context;
      signals.add(signal);
      return { state: OK };
    });
    await askEntry("Handler");
    expect(signals.size).toBe(1);
  });

  test("is another one for each call, and is not aborted by a later call's deadline", async () => {
    const signals: AbortSignal[] = [];
    registry.addStatusHandler("Handler", ({ signal }) => {
      signals.push(signal);
      return signals.length === 1 ? answerIn(10, { state: OK }) : hang();
    });
    const first = askEntry("Handler");
    await clock.advance(10);
    await first;
    const second = askEntry("Handler");
    await clock.advance(5_000);
    await second;
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  test("ends what it was handed to, and the rejection that follows changes nothing", async () => {
    registry.addStatusHandler("Handler", ({ signal }) => {
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    const asked = askEntry("Handler");
    await clock.advance(5_000);
    expect(await asked).toMatchObject({ reason: "timeout", status: { detail: "timed out after 5000 ms" } });
  });

  test("is aborted with an AbortError when the handler is removed or replaced", async () => {
    const signals: AbortSignal[] = [];
    const handler = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return hang();
    };
    registry.addStatusHandler("Handler", handler);
    const asked = registry.getReport();
    registry.addStatusHandler("Handler", handler);
    await clock.advance(0);
    registry.removeStatusHandler("Handler");
    await asked;
    expect(signals.map(({ reason }) => reason.name)).toEqual(["AbortError", "AbortError"]);
  });
});

describe("a late result", () => {
  test("is dropped, even where results are kept for a while", async () => {
    registry.addStatusHandler("Handler", () => answerIn(6_000, { state: OK }), { maxAgeMs: 60_000 });
    const asked = askEntry("Handler");
    await clock.advance(7_000);
    expect(await asked).toMatchObject({ status: { state: RED }, reason: "timeout" });
    expect(await askEntry("Handler")).toMatchObject({ status: { state: RED }, reason: "timeout" });
  });

  test("does not overtake the call that came after it", async () => {
    const delays = [20_000, 1_000];
    registry.addStatusHandler("Handler", () => {
      const delayMs = delays.shift() ?? 0;
      return answerIn(delayMs, { state: delayMs === 1_000 ? YELLOW : OK });
    });
    const first = askEntry("Handler");
    await clock.advance(10_000); // the first call is late, and a second one is due
    const second = askEntry("Handler");
    await clock.advance(10_000);
    expect([(await first).status.state, (await second).status.state]).toEqual([RED, YELLOW]);
  });

  test("that is a rejection is dropped without a word", async () => {
    registry.addStatusHandler("Handler", async () => {
      await answerIn(6_000, { state: OK });
      throw new Error("too late");
    });
    const asked = askEntry("Handler");
    await clock.advance(6_000);
    expect((await asked).reason).toBe("timeout");
  });
});

describe("a handler that never settles", () => {
  let callTimes: number[];

  function addHanging(timeoutMs: number): void {
    callTimes = [];
    registry.addStatusHandler(
      "Handler",
      () => {
        callTimes.push(clock.monotonicNow());
        return hang();
      },
      { timeoutMs },
    );
  }

  test.each([
    // Pauses of 5, 10, 20, 40 s after the deadline, then 60 s from call to call.
    [5_000, [0, 10, 25, 50, 95, 155, 215, 275]],
    [10_000, [0, 20, 50, 100, 160, 220, 280]],
    [30_000, [0, 60, 120, 180, 240]],
    [60_000, [0, 60, 120, 180, 240]],
    [90_000, [0, 90, 180, 270]],
  ])(
    "with a deadline of %d ms is called again after %j seconds, however often it is asked",
    async (timeoutMs, seconds) => {
      addHanging(timeoutMs);
      await askEverySecond(281);
      expect(callTimes.map((time) => time / 1_000)).toEqual(seconds);
    },
  );

  test("is called again to the millisecond", async () => {
    addHanging(100);
    for (let time = 0; time <= 1_900; time += 1) {
      void askEntry("Handler");
      await clock.advance(1);
    }
    await clock.advance(100);
    expect(callTimes).toEqual([0, 200, 500, 1_000, 1_900]);
  });

  test("is RED all the time: timeout for those who wait for a call, hung for those who come between", async () => {
    addHanging(2_000);
    expect(await askEverySecond(10)).toEqual([
      "0 RED timeout",
      "1 RED timeout",
      "2 RED hung",
      "3 RED hung",
      "4 RED timeout",
      "5 RED timeout",
      "6 RED hung",
      "7 RED hung",
      "8 RED hung",
      "9 RED hung",
    ]);
  });

  test("says while it hangs how long it has, and answers at once", async () => {
    addHanging(2_000);
    const first = askEntry("Handler");
    await clock.advance(2_000);
    const { since } = await first;
    await clock.advance(1_000);
    expect(await askEntry("Handler")).toMatchObject({
      reason: "hung",
      durationMs: 3_000,
      since,
      status: { state: RED, detail: "has not answered for 3 s (timed out after 2000 ms)" },
    });
  });

  test("counts how long it hangs from the first call without an answer, whatever was called since", async () => {
    addHanging(2_000);
    void askEntry("Handler");
    await clock.advance(4_000);
    const second = askEntry("Handler");
    await clock.advance(2_000);
    expect(await second).toMatchObject({ reason: "timeout", durationMs: 2_000 });
    await clock.advance(1_000);
    expect(await askEntry("Handler")).toMatchObject({
      reason: "hung",
      durationMs: 7_000,
      status: { detail: "has not answered for 7 s (timed out after 2000 ms)" },
    });
  });

  test("counts anew how long it hangs once it has answered, late as that may be", async () => {
    const answers = [answerIn(5_000, { state: OK })];
    registry.addStatusHandler("Handler", () => answers.shift() ?? hang(), { timeoutMs: 2_000 });
    void askEntry("Handler");
    await clock.advance(10_000);
    void askEntry("Handler");
    await clock.advance(3_000);
    expect(await askEntry("Handler")).toMatchObject({ reason: "hung", durationMs: 3_000 });
  });

  test("costs one call when 1,000 reports ask for it at once, and none while it is hung", async () => {
    addHanging(5_000);
    const ask1000 = () => Promise.all(Array.from({ length: 1_000 }, () => registry.getReport()));
    const first = ask1000();
    await clock.advance(5_000);
    expect(new Set((await first).map(({ entries }) => entries[0]!.reason))).toEqual(new Set(["timeout"]));
    expect(callTimes).toEqual([0]);
    const second = await ask1000();
    expect(new Set(second.map(({ entries }) => entries[0]!.reason))).toEqual(new Set(["hung"]));
    expect(callTimes).toEqual([0]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("is called at once when it is registered anew", async () => {
    addHanging(5_000);
    const asked = askEntry("Handler");
    await clock.advance(5_000);
    await asked;
    registry.addStatusHandler("Handler", () => ({ state: OK }));
    expect((await askEntry("Handler")).status).toEqual({ state: OK });
  });

  test("does not hide the others", async () => {
    addHanging(5_000);
    registry.addStatusHandler("Works", () => ({ state: OK }));
    const first = askEntry("Handler");
    await clock.advance(5_000);
    await first;
    const { entries } = await registry.getReport();
    expect(entries.map(({ status }) => status.state)).toEqual([RED, OK]);
  });
});

describe("a handler that recovers", () => {
  test("is seen to recover at its next call", async () => {
    const answers = [hang, hang, async () => ({ state: OK })];
    registry.addStatusHandler("Handler", () => (answers.shift() ?? hang)(), { timeoutMs: 2_000 });
    const states = await askEverySecond(11);
    expect(states.slice(-2)).toEqual(["9 RED hung", "10 OK "]);
  });

  test("is called more rarely with each call that it has not answered, also after one that it has", async () => {
    const callTimes: number[] = [];
    registry.addStatusHandler(
      "Handler",
      () => {
        callTimes.push(clock.monotonicNow() / 1_000);
        return callTimes.length === 3 ? { state: OK } : hang();
      },
      { timeoutMs: 2_000 },
    );
    await askEverySecond(25);
    // 0 and 4 hang, 10 answers; 11 hangs, and it is the third that does.
    expect(callTimes).toEqual([0, 4, 10, 11, 21]);
  });

  test("by a late answer may be called at once again", async () => {
    const delays = [3_000, 0];
    registry.addStatusHandler("Handler", () => answerIn(delays.shift() ?? 0, { state: OK }), {
      timeoutMs: 2_000,
    });
    expect(await askEverySecond(4)).toEqual(["0 RED timeout", "1 RED timeout", "2 RED hung", "3 OK "]);
  });

  test("by a late answer of an earlier call may be called at once again", async () => {
    const callTimes: number[] = [];
    registry.addStatusHandler(
      "Handler",
      () => {
        callTimes.push(clock.monotonicNow() / 1_000);
        return callTimes.length === 1 ? answerIn(7_000, { state: OK }) : hang();
      },
      { timeoutMs: 2_000 },
    );
    await askEverySecond(8);
    expect(callTimes).toEqual([0, 4, 7]);
  });
});

describe("a handler that answers late and then hangs", () => {
  test("is called again after two deadlines, as if it had never hung before", async () => {
    const callTimes: number[] = [];
    registry.addStatusHandler(
      "Handler",
      () => {
        callTimes.push(clock.monotonicNow() / 1_000);
        return callTimes.length <= 2 ? answerIn(3_000, { state: OK }) : hang();
      },
      { timeoutMs: 2_000 },
    );
    await askEverySecond(12);
    // Late at 3 and 6; the third call, at 6, hangs, and so does the fourth.
    expect(callTimes).toEqual([0, 3, 6, 10]);
  });

  test("is called more rarely while one of its calls is unanswered, whichever that is", async () => {
    const callTimes: number[] = [];
    registry.addStatusHandler(
      "Handler",
      () => {
        callTimes.push(clock.monotonicNow() / 1_000);
        return callTimes.length === 2 ? answerIn(3_000, { state: OK }) : hang();
      },
      { timeoutMs: 2_000 },
    );
    await askEverySecond(20);
    // The first hangs for ever; the second, at 4, answers at 7; the third, at 7, is the second that hangs.
    expect(callTimes).toEqual([0, 4, 7, 13]);
  });
});

describe("a handler that is late every time", () => {
  test("is RED every time, and is called again as soon as it has settled", async () => {
    const callTimes: number[] = [];
    registry.addStatusHandler(
      "Handler",
      () => {
        callTimes.push(clock.monotonicNow() / 1_000);
        return answerIn(3_000, { state: OK });
      },
      { timeoutMs: 2_000 },
    );
    const answers = await askEverySecond(12);
    expect(callTimes).toEqual([0, 3, 6, 9]);
    expect(answers.filter((answer) => answer.includes(OK))).toEqual([]);
    expect(answers.filter((answer) => answer.includes("hung"))).toHaveLength(4);
  });
});

describe("a handler that asks for another one while it is called", () => {
  test("reaches its own deadline first, though the other's call was the first to wait", async () => {
    const ended: string[] = [];
    const recordEnd = (name: string) => (entry: Entry) =>
      void ended.push(`${name} ${entry.reason} at ${clock.monotonicNow()}`);
    registry.addStatusHandler("Inner", hang, { timeoutMs: 1_000 });
    registry.addStatusHandler(
      "Outer",
      () => {
        void askEntry("Inner").then(recordEnd("Inner"));
        return hang();
      },
      { timeoutMs: 1_000 },
    );
    void askEntry("Outer").then(recordEnd("Outer"));
    await clock.advance(999);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(ended.toSorted()).toEqual(["Inner timeout at 1000", "Outer timeout at 1000"]);
  });
});

describe("a handler that is removed while it is asked", () => {
  test("leaves no timer, and nobody waits for it", async () => {
    registry.addStatusHandler("Handler", hang);
    const asked = registry.getStatus("Handler");
    registry.removeStatusHandler("Handler");
    expect(clock.pendingTimers).toBe(0);
    await expect(asked).rejects.toThrow(UnknownHandlerError);
  });

  test("leaves no timer even when an earlier call of it was late", async () => {
    const answers = [() => answerIn(12_000, { state: OK }), hang];
    registry.addStatusHandler("Handler", () => (answers.shift() ?? hang)());
    const first = registry.getStatus("Handler");
    await clock.advance(10_000); // the first call has timed out, and a second one is due
    const second = registry.getStatus("Handler");
    await clock.advance(2_000); // now the first one answers
    registry.removeStatusHandler("Handler");
    expect(clock.pendingTimers).toBe(0);
    expect((await first).state).toBe(RED);
    await expect(second).rejects.toThrow(UnknownHandlerError);
  });

  test("by itself is aborted, and nobody waits for it", async () => {
    let signal: AbortSignal | undefined;
    registry.addStatusHandler("Handler", (context) => {
      signal = context.signal;
      registry.removeStatusHandler("Handler");
      return hang();
    });
    const { entries } = await registry.getReport();
    expect(entries).toEqual([]);
    expect(signal?.reason).toMatchObject({ name: "AbortError" });
    expect(clock.pendingTimers).toBe(0);
  });
});
