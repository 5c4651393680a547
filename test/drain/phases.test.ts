import { describe, expect, onTestFinished, test } from "vitest";
import type { DrainContext, DrainHook } from "../../src/drain/hooks.ts";
import { createPhases, type HookTimes } from "../../src/drain/phases.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

const CONTEXT: DrainContext = { reason: "SIGTERM", signal: new AbortController().signal, deadlineAt: 0 };
const TIMES: HookTimes = { getLeaveMs: () => 1_000, getCloseMs: () => 2_000 };

function createSubject(onLeave: readonly DrainHook[] = [], onClose: readonly DrainHook[] = []) {
  const clock = createFakeClock();
  const calls: string[] = [];
  const phases = createPhases({ onLeave, onClose, clock });
  return { clock, phases, calls, call: (name: string) => () => void calls.push(name) };
}

const hang = (): Promise<never> => new Promise(() => {});
const fail = (message: string) => () => Promise.reject(new Error(message));

describe("the hooks of the two phases", () => {
  test("that fail are reported with their phase, those of onLeave first", async () => {
    const { phases } = createSubject([fail("no broker")], [() => {}, fail("pool gone")]);
    phases.leave(CONTEXT);
    expect(await phases.close(CONTEXT, TIMES)).toEqual([
      { phase: "onLeave", index: 0, message: "no broker" },
      { phase: "onClose", index: 1, message: "pool gone" },
    ]);
  });

  test("have a timeout for each phase, which is read when the phase starts", async () => {
    const { phases, clock } = createSubject([hang], [hang]);
    phases.leave(CONTEXT);
    const readAt: number[] = [];
    const readTime = (ms: number) => (): number => {
      readAt.push(clock.monotonicNow());
      return ms;
    };
    const closed = phases.close(CONTEXT, { getLeaveMs: readTime(1_000), getCloseMs: readTime(2_000) });
    await clock.advance(3_000);
    expect(await closed).toEqual([
      { phase: "onLeave", index: 0, message: "not finished in time" },
      { phase: "onClose", index: 0, message: "not finished after 2000 ms" },
    ]);
    expect(readAt).toEqual([0, 1_000]);
  });

  test("of onClose run even if the process has not left before", async () => {
    const { phases, call, calls } = createSubject([hang]);
    phases.add({ onClose: call("close") });
    expect(await phases.close(CONTEXT, TIMES)).toEqual([]);
    expect(calls).toEqual(["close"]);
  });

  test("that were added count from then until they are removed", () => {
    const { phases } = createSubject([hang]);
    expect(phases.hasOnClose).toBe(false);
    const removeLeave = phases.add({ onLeave: hang });
    expect(phases.hasOnClose).toBe(false);
    const remove = phases.add({ onClose: hang });
    expect(phases.hasOnClose).toBe(true);
    removeLeave();
    expect(phases.hasOnClose).toBe(true);
    remove();
    expect(phases.hasOnClose).toBe(false);
    expect(createSubject([], [hang]).phases.hasOnClose).toBe(true);
  });

  test("of onLeave start at once if they are added later, and are not called before", async () => {
    const { phases, call, calls } = createSubject();
    phases.add({ onLeave: call("early") });
    expect(calls).toEqual([]);
    phases.leave(CONTEXT);
    expect(calls).toEqual(["early"]);
    phases.add({ onLeave: call("late") });
    phases.add({ onClose: call("close") });
    expect(calls).toEqual(["early", "late"]);
    await phases.close(CONTEXT, TIMES);
    expect(calls).toEqual(["early", "late", "close"]);
  });

  test("may be of onClose only, which starts nothing at onLeave", async () => {
    const rejections: unknown[] = [];
    const record = (error: unknown): void => void rejections.push(error);
    process.on("unhandledRejection", record);
    onTestFinished(() => void process.off("unhandledRejection", record));
    const { phases, call, calls } = createSubject();
    phases.add({ onClose: call("early") });
    phases.leave(CONTEXT);
    phases.add({ onClose: call("late") });
    await new Promise((resolve) => void setImmediate(resolve));
    expect(await phases.close(CONTEXT, TIMES)).toEqual([]);
    expect(calls).toEqual(["early", "late"]);
    expect(rejections).toEqual([]);
  });

  test("are not called once they are removed", async () => {
    const { phases, call, calls } = createSubject();
    phases.add({ onLeave: call("leave"), onClose: call("close") })();
    phases.leave(CONTEXT);
    expect(await phases.close(CONTEXT, TIMES)).toEqual([]);
    expect(calls).toEqual([]);
  });

  test("that are no functions are rejected with their name", () => {
    const { phases } = createSubject();
    expect(() => phases.add({ onLeave: 5 as never })).toThrow("hooks.onLeave: expected a function, got 5");
    expect(() => phases.add({ onClose: 5 as never })).toThrow("hooks.onClose: expected a function, got 5");
  });
});
