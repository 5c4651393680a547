import { beforeEach, describe, expect, test } from "vitest";
import {
  createDeadlines,
  createRegistryDeadlines,
  type Deadlines,
  type RegistryDeadlines,
  type Waiting,
} from "../../../src/core/pipeline/deadlines.ts";
import { createFakeClock, type FakeClock } from "../../../src/testing/fake-clock.ts";
import { type Clock, MAX_TIMER_MS } from "../../../src/util/clock.ts";

let clock: FakeClock;
let deadlines: Deadlines;
let overdue: string[];

beforeEach(() => {
  clock = createFakeClock();
  deadlines = createDeadlines({ timeoutMs: 100, clock, isAwaited: () => false, onLeave() {} });
  overdue = [];
});

function begin(name: string, atDeadline: () => void = () => {}, among: Deadlines = deadlines): Waiting {
  const waiting: Waiting = {
    startedAt: clock.monotonicNow(),
    atDeadline() {
      overdue.push(`${name} at ${clock.monotonicNow()}`);
      atDeadline();
    },
    before: undefined,
    after: undefined,
  };
  among.begin(waiting);
  return waiting;
}

test("each call has its own deadline, though one timer serves all", async () => {
  begin("a");
  await clock.advance(30);
  begin("b");
  begin("c");
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(100);
  expect(overdue).toEqual(["a at 100", "b at 130", "c at 130"]);
  expect(clock.pendingTimers).toBe(0);
});

test("a call that has begun before others, and comes after them, reaches its deadline first", async () => {
  const startedAt = clock.monotonicNow();
  await clock.advance(60);
  begin("asked by it");
  deadlines.begin({
    startedAt,
    atDeadline: () => void overdue.push(`asks at ${clock.monotonicNow()}`),
    before: undefined,
    after: undefined,
  });
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(100);
  expect(overdue).toEqual(["asks at 100", "asked by it at 160"]);
});

test("calls that begin after such a one keep their order, and any of them may end", async () => {
  const startedAt = clock.monotonicNow();
  const asks: Waiting = {
    startedAt,
    atDeadline: () => void overdue.push(`asks at ${clock.monotonicNow()}`),
    before: undefined,
    after: undefined,
  };
  await clock.advance(60);
  begin("asked by it");
  const ended = begin("asked by it too");
  deadlines.begin(asks);
  await clock.advance(10);
  begin("later");
  deadlines.end(ended);
  await clock.advance(100);
  expect(overdue).toEqual(["asks at 100", "asked by it at 160", "later at 170"]);
  expect(clock.pendingTimers).toBe(0);
});

test("a call that has ended has no deadline any more, wherever it stood among the others", async () => {
  const [a, b, , d, e] = ["a", "b", "c", "d", "e"].map((name) => begin(name));
  for (const ended of [b, a, e, d]) if (ended !== undefined) deadlines.end(ended);
  await clock.advance(100);
  expect(overdue).toEqual(["c at 100"]);
});

test("no timer is left when all have ended, and the next call gets one again", async () => {
  deadlines.end(begin("a"));
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(60);
  begin("b");
  await clock.advance(99);
  expect(overdue).toEqual([]);
  await clock.advance(1);
  expect(overdue).toEqual(["b at 160"]);
});

test("a call that begins at the deadline of another waits as long as any", async () => {
  begin("a", () => void begin("b"));
  await clock.advance(50);
  begin("c");
  await clock.advance(200);
  expect(overdue).toEqual(["a at 100", "c at 150", "b at 200"]);
  expect(clock.pendingTimers).toBe(0);
});

test("a timer that fires a little early is believed, but only for whom it was started", async () => {
  const early: FakeClock = { ...clock, startTimer: (ms, run) => clock.startTimer(ms - 0.5, run) };
  deadlines = createDeadlines({ timeoutMs: 100, clock: early, isAwaited: () => false, onLeave() {} });
  begin("a");
  await clock.advance(30);
  begin("b");
  await clock.advance(100);
  expect(overdue).toEqual(["a at 99.5", "b at 129"]);
});

test("no timer is longer than a call may take, whenever it begins", () => {
  const delays: number[] = [];
  const startTimer: FakeClock["startTimer"] = (ms) => {
    delays.push(ms);
    return () => {};
  };
  deadlines = createDeadlines({
    timeoutMs: MAX_TIMER_MS,
    clock: { ...clock, startTimer },
    isAwaited: () => false,
    onLeave() {},
  });
  const startedAt = 1.004;
  expect(startedAt + MAX_TIMER_MS - startedAt).toBeGreaterThan(MAX_TIMER_MS);
  deadlines.begin({ startedAt, atDeadline() {}, before: undefined, after: undefined });
  expect(delays).toEqual([MAX_TIMER_MS]);
});

test("one that has ended keeps no other in memory", () => {
  const [a, b] = [begin("a"), begin("b")];
  deadlines.end(a);
  deadlines.end(b);
  expect([a.before, a.after, b.before, b.after]).toEqual([undefined, undefined, undefined, undefined]);
});

describe("the deadlines of a registry", () => {
  let started: string[];
  let deadlines: RegistryDeadlines;

  beforeEach(() => {
    started = [];
    const { startTimer } = clock;
    const watched: Clock["startTimer"] = (delayMs, run, { background = false } = {}) => {
      started.push(`${delayMs} ms${background ? " in the background" : ""}`);
      return startTimer(delayMs, run, { background });
    };
    deadlines = createRegistryDeadlines({ ...clock, startTimer: watched });
  });

  test("are shared by handlers that may take equally long", () => {
    expect(deadlines.join(100)).toBe(deadlines.join(100));
    expect(deadlines.join(100)).not.toBe(deadlines.join(200));
  });

  test("are forgotten when no handler is left that has them", () => {
    const [one, other] = [deadlines.join(100), deadlines.join(100)];
    one.leave();
    expect(deadlines.join(100)).toBe(one);
    one.leave();
    other.leave();
    expect(deadlines.join(100)).not.toBe(one);
  });

  test("keep the process alive while somebody waits, whoever has begun the call", async () => {
    begin("a", () => {}, deadlines.join(100));
    await clock.advance(30);
    deadlines.hold();
    deadlines.hold();
    await clock.advance(0);
    deadlines.release();
    expect(started).toEqual(["100 ms in the background", "70 ms"]);
    deadlines.release();
    expect(started.slice(2)).toEqual(["70 ms in the background"]);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(70);
    expect(overdue).toEqual(["a at 100"]);
  });

  test("start no timer for who waits where nothing runs", () => {
    deadlines.join(100);
    deadlines.hold();
    deadlines.release();
    expect(started).toEqual([]);
  });
});
