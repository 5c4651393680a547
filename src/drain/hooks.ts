import type { Clock } from "../util/clock.ts";
import { describeError } from "../util/describe-error.ts";
import type { HookFailure } from "./report.ts";

/** What a hook of a drain is called with. */
export interface DrainContext {
  /** Why the process leaves: the name of the signal, or what `start` was given. */
  readonly reason: string;
  /** Aborted at `deadlineAt`. */
  readonly signal: AbortSignal;
  /** When the drain ends at the latest, in milliseconds since the epoch. */
  readonly deadlineAt: number;
}

/** What else is to be done when the process leaves. A promise is awaited. */
export type DrainHook = (context: DrainContext) => unknown;

/** A hook that was added; the object is its identity, as one function may be added twice. */
export interface AddedHook {
  readonly call: DrainHook;
}

export interface HooksSetup {
  /** In this order. Hooks that are added or removed meanwhile count as long as it is not their turn. */
  readonly hooks: ReadonlySet<AddedHook>;
  readonly context: DrainContext;
  /** How long all of them may take together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

type Failure = Omit<HookFailure, "phase">;

/** Calls the hooks in order, each once. One that fails does not stop the next; one that hangs ends the matter. */
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
      failures.push({ index, message: `had not ended after ${timeoutMs} ms` });
      for (let next = index + 1; next < hooks.size; next += 1) {
        failures.push({ index: next, message: "was not called any more" });
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

/** Hooks that have begun side by side. */
export interface StartedHooks {
  /** Begins one more. */
  start(hook: AddedHook): void;
  /** Resolves with the failures when all have ended, or when the time is over. */
  settle(timeoutMs: number): Promise<readonly Failure[]>;
}

/** Begins hooks that are waited for later. */
export function startHooks({ hooks, context, clock }: Omit<HooksSetup, "timeoutMs">): StartedHooks {
  const failures: Failure[] = [];
  const running = new Set<number>();
  let begun = 0;
  let tellAllHaveEnded = (): void => {};

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
    if (running.size === 0) tellAllHaveEnded();
  }

  for (const hook of [...hooks]) void run(hook);

  return {
    start: (hook) => void run(hook),
    async settle(timeoutMs) {
      await new Promise<void>((resolve) => {
        if (running.size === 0) return resolve();
        const cancel = clock.startTimer(timeoutMs, resolve);
        tellAllHaveEnded = () => {
          cancel();
          resolve();
        };
      });
      const overdue = [...running].map((index) => ({ index, message: "had not ended in time" }));
      return [...failures, ...overdue].sort((one, other) => one.index - other.index);
    },
  };
}
