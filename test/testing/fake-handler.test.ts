import { beforeEach, describe, expect, test } from "vitest";
import type { HandlerContext } from "../../src/core/handler.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import {
  createFakeHandler,
  type FakeHandler,
  type FakeHandlerOptions,
} from "../../src/testing/fake-handler.ts";

let clock: FakeClock;
let handler: FakeHandler;
const context: HandlerContext = { name: "Db", signal: new AbortController().signal };

beforeEach(() => {
  clock = createFakeClock();
  handler = createFakeHandler({ clock });
});

describe("a fake handler", () => {
  test("is OK at first, at once, and without a promise", () => {
    expect(handler.status(context)).toEqual({ state: "OK" });
  });

  test("reports what it is told, from then on", () => {
    handler.report("YELLOW", { detail: "one replica", labels: { replicas: 1 } });
    const status = { state: "YELLOW", detail: "one replica", labels: { replicas: 1 } };
    expect([handler.status(context), handler.status(context)]).toEqual([status, status]);
    handler.report("OK");
    expect(handler.status(context)).toEqual({ state: "OK" });
  });

  test("lets no property stand in the place of its state, which comes first", () => {
    handler.report("RED", { detail: "no", state: "OK" });
    expect(Object.entries(handler.status(context))).toEqual([
      ["state", "RED"],
      ["detail", "no"],
    ]);
  });

  test.each([undefined, null, "banana", 0])("returns %s where it is told so", (value) => {
    handler.returnValue(value);
    expect(handler.status(context)).toBe(value);
  });

  test.each([new Error("no"), "no", undefined])("throws %s where it is told so", (error) => {
    handler.fail(error);
    let thrown: unknown = "nothing";
    try {
      void handler.status(context);
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBe(error);
  });

  test("counts its calls, and keeps the last context", () => {
    expect([handler.calls, handler.lastContext]).toEqual([0, undefined]);
    void handler.status(context);
    const last = { ...context, name: "Disk" };
    void handler.status(last);
    expect(handler.calls).toBe(2);
    expect(handler.lastContext).toBe(last);
  });
});

describe("a fake handler that takes its time", () => {
  test("answers then and not before, with what it reports then", async () => {
    handler.answerAfter(500);
    const answers: unknown[] = [];
    void Promise.resolve(handler.status(context)).then((status) => answers.push(status));
    await clock.advance(499);
    expect([answers, handler.pending]).toEqual([[], 1]);
    handler.report("YELLOW");
    await clock.advance(1);
    expect([answers, handler.pending]).toEqual([[{ state: "YELLOW" }], 0]);
  });

  test("rejects then with what it was told to throw", async () => {
    handler.answerAfter(500);
    handler.fail(new Error("too late"));
    const rejected = expect(handler.status(context)).rejects.toThrow("too late");
    await clock.advance(500);
    await rejected;
    expect(handler.pending).toBe(0);
  });

  test("answers at once again after answerAfter(0)", () => {
    handler.answerAfter(500);
    handler.answerAfter(0);
    expect(handler.status(context)).toEqual({ state: "OK" });
  });

  test("takes no time without a clock, but gives a promise", async () => {
    const timeless = createFakeHandler();
    timeless.answerAfter(60_000);
    const status = timeless.status(context);
    expect(status).toBeInstanceOf(Promise);
    expect(await status).toEqual({ state: "OK" });
  });

  test.each([-1, Number.NaN, "500"])("refuses to answer after %s ms", (delayMs) => {
    expect(() => handler.answerAfter(delayMs as number)).toThrow(/^delayMs: expected a number from 0 to /);
  });
});

describe("a fake handler that hangs", () => {
  test("answers no call until it is released, and then all of them", async () => {
    handler.hang();
    const answers = [handler.status(context), handler.status(context)];
    await clock.advance(86_400_000);
    expect([handler.calls, handler.pending, clock.pendingTimers]).toEqual([2, 2, 0]);
    handler.report("RED");
    handler.release();
    expect(await Promise.all(answers)).toEqual([{ state: "RED" }, { state: "RED" }]);
    expect(handler.pending).toBe(0);
  });

  test("answers at once after its release", () => {
    handler.hang();
    handler.release();
    expect(handler.status(context)).toEqual({ state: "OK" });
  });

  test("does so in place of the time that it takes", async () => {
    handler.answerAfter(500);
    handler.hang();
    void handler.status(context);
    await clock.advance(1_000);
    expect(handler.pending).toBe(1);
  });
});

test.each([
  [null, "options: expected an object, got null"],
  [{ timer: 1 }, 'options: unknown option "timer", expected one of clock'],
])("createFakeHandler(%j) is refused", (options, message) => {
  expect(() => createFakeHandler(options as FakeHandlerOptions)).toThrow(new TypeError(message));
});
