import { describe, expect, test, vi } from "vitest";
import {
  createContext,
  type DrainContext,
  type DrainHook,
  runHooks,
  startHooks,
} from "../../src/drain/hooks.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createDeferred } from "../support/deferred.ts";

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

describe("hooks that run at the same time", () => {
  function start(...calls: readonly DrainHook[]) {
    const clock = createFakeClock();
    const hooks = new Set(calls.map((call) => ({ call })));
    return { clock, hooks, started: startHooks({ hooks, context: CONTEXT, clock }) };
  }

  test("are all started at once, also those that are added later", async () => {
    const calls = [vi.fn<DrainHook>(), vi.fn<DrainHook>(), vi.fn<DrainHook>()] as const;
    const { clock, started } = start(calls[0], calls[1]);
    started.start({ call: calls[2] });
    for (const call of calls) expect(call.mock.calls).toEqual([[CONTEXT]]);
    await clock.advance(0);
    expect(await started.settle(1_000)).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("settle when the last one has ended, and their failures are in order", async () => {
    const slow = createDeferred<void>();
    const slower = createDeferred<void>();
    const { clock, started } = start(
      () => slower.promise,
      () => slow.promise,
      () => Promise.reject(new Error("no registry")),
    );
    const settled = vi.fn<(failures: unknown) => void>();
    void started.settle(1_000).then(settled);
    slow.reject(new Error("no broker"));
    await clock.advance(500);
    expect(settled).not.toHaveBeenCalled();
    slower.reject(new Error("no pool"));
    await clock.advance(0);
    expect(settled.mock.calls).toEqual([
      [
        [
          { index: 0, message: "no pool" },
          { index: 1, message: "no broker" },
          { index: 2, message: "no registry" },
        ],
      ],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("that hang are reported after the timeout", async () => {
    const { clock, started } = start(
      () => new Promise(() => {}),
      () => Promise.reject(new Error("no registry")),
    );
    const failures = started.settle(1_000);
    await clock.advance(1_000);
    expect(await failures).toEqual([
      { index: 0, message: "not finished in time" },
      { index: 1, message: "no registry" },
    ]);
  });

  test("that add another one do not start it twice", () => {
    const added = vi.fn<DrainHook>();
    const hooks = new Set<{ call: DrainHook }>();
    hooks.add({ call: () => void hooks.add({ call: added }) });
    startHooks({ hooks, context: CONTEXT, clock: createFakeClock() });
    expect(added).not.toHaveBeenCalled(); // `Phases.add` starts it
  });
});

describe("the context of hooks", () => {
  test("aborts at the deadline, unless the drain ends before", async () => {
    const clock = createFakeClock();
    const [one, other] = ["SIGTERM", "SIGINT"].map((reason) =>
      createContext({ reason, deadlineMs: 1_000, clock }),
    );
    expect(one?.context).toMatchObject({ reason: "SIGTERM", deadlineAt: clock.now() + 1_000 });
    other?.end();
    await clock.advance(999);
    expect(one?.context.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(one?.context.signal.aborted).toBe(true);
    expect(other?.context.signal.aborted).toBe(false);
  });
});
