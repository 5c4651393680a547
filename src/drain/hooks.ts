import type { Clock } from "../util/clock.ts";
import { describeError } from "../util/describe-error.ts";

/** The argument of a drain's hooks. */
export interface DrainContext {
  /** Why the process leaves: the name of the signal, or the argument of `start`. */
  readonly reason: string;
  /** Aborted at `deadlineAt`. */
  readonly signal: AbortSignal;
  /** The latest end of the drain, in milliseconds since the epoch. */
  readonly deadlineAt: number;
}

/** Creates the argument of the hooks. `end` clears its timer. */
export function createContext({
  reason,
  deadlineMs,
  clock,
}: {
  readonly reason: string;
  readonly deadlineMs: number;
  readonly clock: Clock;
}): { readonly context: DrainContext; readonly end: () => void } {
  const controller = new AbortController();
  const end = clock.startTimer(deadlineMs, () => controller.abort());
  return { context: { reason, signal: controller.signal, deadlineAt: clock.now() + deadlineMs }, end };
}

/** A hook that failed or timed out. */
export interface HookFailure {
  readonly phase: "onLeave" | "onClose";
  /** Its index among the hooks of its phase. */
  readonly index: number;
  readonly message: string;
}

/** A function that runs when the process leaves. The drain awaits its promise. */
export type DrainHook = (context: DrainContext) => unknown;

/** An added hook. The object is its identity, because one function may be added twice. */
export interface AddedHook {
  readonly call: DrainHook;
}

export interface HooksSetup {
  /** The hooks in order. You can add and remove hooks that have not started. */
  readonly hooks: ReadonlySet<AddedHook>;
  readonly context: DrainContext;
  /** Timeout for all hooks together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

type Failure = Omit<HookFailure, "phase">;

/**
 * Calls each hook once, in order. A hook that fails does not stop the next. A hook that hangs ends the run.
 */
export async function runHooks({
  hooks,
  context,
  timeoutMs,
  clock,
}: HooksSetup): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  let index = 0;
  let isOverdue = false;

  async function runAll(): Promise<void> {
    for (const { call } of hooks) {
      if (isOverdue) return;
      try {
        await call(context);
      } catch (error) {
        failures.push({ index, message: describeError(error) });
      }
      index += 1;
    }
  }

  await new Promise<void>((resolve) => {
    const cancel = clock.startTimer(timeoutMs, function atTimeout() {
      isOverdue = true;
      failures.push({ index, message: `not finished after ${timeoutMs} ms` });
      for (let next = index + 1; next < hooks.size; next += 1) {
        failures.push({ index: next, message: "was not called" });
      }
      resolve();
    });
    void runAll().then(() => {
      cancel();
      resolve();
    });
  });
  return [...failures];
}

/** Hooks that run concurrently. */
export interface StartedHooks {
  /** Starts another hook. */
  start(hook: AddedHook): void;
  /** Resolves with the failures when all hooks have ended, or after the timeout. */
  settle(timeoutMs: number): Promise<readonly Failure[]>;
}

/** Starts hooks without waiting for them. */
export function startHooks({ hooks, context, clock }: Omit<HooksSetup, "timeoutMs">): StartedHooks {
  const failures: Failure[] = [];
  const running = new Set<number>();
  let begun = 0;
  let resolveEnd = (): void => {};

  async function run({ call }: AddedHook): Promise<void> {
    const index = begun;
    begun += 1;
    running.add(index);
    try {
      await call(context);
    } catch (error) {
      failures.push({ index, message: describeError(error) });
    }
    running.delete(index);
    if (running.size === 0) resolveEnd();
  }

  for (const hook of [...hooks]) void run(hook);

  return {
    start: (hook) => void run(hook),
    async settle(timeoutMs) {
      await new Promise<void>((resolve) => {
        if (running.size === 0) return resolve();
        const cancel = clock.startTimer(timeoutMs, resolve);
        resolveEnd = () => {
          cancel();
          resolve();
        };
      });
      const overdue = [...running].map((index) => ({ index, message: "not finished in time" }));
      return [...failures, ...overdue].sort((one, other) => one.index - other.index);
    },
  };
}
