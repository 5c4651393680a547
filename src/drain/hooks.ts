import type { Clock } from "../core/clock.ts";
import { describeError } from "../core/describe-error.ts";
import type { HookFailure } from "./report.ts";

export interface HooksSetup {
  readonly hooks: readonly (() => unknown)[];
  /** How long all of them may take together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Calls the hooks in order, each once. One that fails does not stop the next; one that hangs ends the matter. */
export async function runHooks({ hooks, timeoutMs, clock }: HooksSetup): Promise<readonly HookFailure[]> {
  const failures: HookFailure[] = [];
  let index = 0;
  let isOverdue = false;

  async function runAll(): Promise<void> {
    for (; index < hooks.length && !isOverdue; index += 1) {
      try {
        await hooks[index]?.();
      } catch (error) {
        failures.push({ index, message: describeError(error) });
      }
    }
  }

  await new Promise<void>((resolve) => {
    const cancel = clock.startTimer(timeoutMs, function atTimeout() {
      isOverdue = true;
      failures.push({ index, message: `had not ended after ${timeoutMs} ms` });
      for (let next = index + 1; next < hooks.length; next += 1) {
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
