import { describe, expect, test } from "vitest";
import { type DrainContext, type DrainHook, runHooks } from "../../src/drain/hooks.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

const CONTEXT: DrainContext = { reason: "SIGTERM", signal: new AbortController().signal, deadlineAt: 0 };

function createSubject() {
  const clock = createFakeClock();
  const calls: string[] = [];
  return {
    clock,
    calls,
    run: (...hooks: readonly DrainHook[]) =>
      runHooks({
        hooks: new Set(hooks.map((call) => ({ call }))),
        context: CONTEXT,
        timeoutMs: 1_000,
        clock,
      }),
    quick: (name: string) => () => void calls.push(name),
    /** Ends after a while of the fake clock. */
    slow: (name: string, ms: number) => () =>
      new Promise<void>((resolve) => {
        calls.push(`${name} begins`);
        clock.startTimer(ms, () => {
          calls.push(`${name} ends`);
          resolve();
        });
      }),
    hanging: (name: string) => () => {
      calls.push(name);
      return new Promise(() => {});
    },
  };
}

describe("the hooks", () => {
  test("are called in order, each once, one after the other has ended", async () => {
    const { clock, calls, run, quick, slow } = createSubject();
    const failures = run(slow("a", 100), quick("b"), slow("c", 100));
    await clock.advance(200);
    expect(await failures).toEqual([]);
    expect(calls).toEqual(["a begins", "a ends", "b", "c begins", "c ends"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("may be none", async () => {
    const { clock, run } = createSubject();
    expect(await run()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("that fail do not stop the next, and what they threw is told", async () => {
    const { calls, run, quick } = createSubject();
    const failures = await run(
      () => {
        throw new Error("pool gone\nat line 2");
      },
      quick("b"),
      () => Promise.reject(undefined),
      quick("d"),
    );
    expect(failures).toEqual([
      { index: 0, message: "pool gone" },
      { index: 2, message: "threw undefined" },
    ]);
    expect(calls).toEqual(["b", "d"]);
  });

  test("show no secret of what they threw", async () => {
    const { run } = createSubject();
    const [failure] = await run(() => Promise.reject(new Error("no redis://user:secret@db")));
    expect(failure?.message).toBe("no redis://***@db");
  });

  test("that hang end the matter when the time is over; those behind are not called any more", async () => {
    const { clock, calls, run, quick, hanging } = createSubject();
    const failures = run(quick("a"), hanging("b"), quick("c"), quick("d"));
    await clock.advance(999);
    expect(calls).toEqual(["a", "b"]);
    await clock.advance(1);
    expect(await failures).toEqual([
      { index: 1, message: "not finished after 1000 ms" },
      { index: 2, message: "was not called" },
      { index: 3, message: "was not called" },
    ]);
    expect(calls).toEqual(["a", "b"]);
  });

  test("share the time", async () => {
    const { clock, run, slow } = createSubject();
    const failures = run(slow("a", 700), slow("b", 700));
    await clock.advance(1_000);
    expect(await failures).toEqual([{ index: 1, message: "not finished after 1000 ms" }]);
  });

  test("that end too late do not call the next one then", async () => {
    const { clock, calls, run, slow, quick } = createSubject();
    const failures = run(slow("a", 1_500), quick("b"));
    await clock.advance(2_000);
    expect(await failures).toEqual([
      { index: 0, message: "not finished after 1000 ms" },
      { index: 1, message: "was not called" },
    ]);
    expect(calls).toEqual(["a begins", "a ends"]);
  });
});
