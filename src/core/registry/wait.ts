import {
  expectBoolean,
  expectKnownKeys,
  expectMethods,
  expectNumber,
  expectObject,
  expectOneOf,
} from "../../options/expect.ts";
import { onAbort } from "../../util/abort.ts";
import { type Clock, MAX_TIMER_MS } from "../../util/clock.ts";
import { UnknownHandlerError } from "../errors.ts";
import { STATES, type State } from "../state.ts";
import type { Ending } from "./ending.ts";

/** The options of `waitForStatus`. */
export interface WaitOptions {
  /**
   * The pause between two checks.
   * @default 1000
   */
  readonly intervalMs?: number;
  /** Maximum wait, after which the result is `false`. Default: waits forever. */
  readonly timeoutMs?: number;
  /**
   * `true`: an unknown name rejects with UnknownHandlerError. `false`: it counts as "not yet".
   * @default false
   */
  readonly throwOnUnknown?: boolean;
  /** Rejects with `signal.reason` when it aborts. */
  readonly signal?: AbortSignal;
}

const KNOWN_KEYS: readonly (keyof WaitOptions)[] = ["intervalMs", "timeoutMs", "throwOnUnknown", "signal"];

export interface Waiting {
  readonly isInState: () => Promise<boolean>;
  readonly clock: Clock;
  readonly options: WaitOptions;
  readonly ending: Ending;
}

/**
 * Checks until the handler reports the state. The deadline and the signal end the wait even during a check.
 * The end of the registry ends it too, because the state cannot change after that.
 */
export async function waitUntil({ isInState, clock, options, ending }: Waiting): Promise<boolean> {
  const { intervalMs = 1_000, timeoutMs, throwOnUnknown = false, signal } = resolveWaitOptions(options);
  signal?.throwIfAborted();
  return new Promise(function startWait(resolve, reject) {
    let isOver = false;
    let cancelPause = (): void => {};

    function end(): void {
      isOver = true;
      cancelPause();
      cancelTimeout?.();
      stopWaitingForClose();
      stopWaitingForAbort();
    }
    function abort(): void {
      end();
      reject(signal?.reason);
    }
    function giveUp(): void {
      end();
      resolve(false);
    }
    function askLast(): void {
      end();
      isInState().then(resolve, (error) => (throwOnUnknown ? reject(error) : resolve(false)));
    }
    function pause(): void {
      if (!isOver) cancelPause = clock.startTimer(intervalMs, askAgain);
    }
    function askAgain(): void {
      isInState().then(atAnswer, atError);
    }
    function atAnswer(answer: boolean): void {
      if (answer) {
        end();
        resolve(true);
      } else {
        pause();
      }
    }
    function atError(error: unknown): void {
      if (error instanceof UnknownHandlerError && !throwOnUnknown) {
        pause();
      } else {
        end();
        reject(error);
      }
    }

    const cancelTimeout = timeoutMs === undefined ? undefined : clock.startTimer(timeoutMs, giveUp);
    const stopWaitingForClose = ending.onClose(askLast);
    const stopWaitingForAbort = onAbort(signal, abort);
    if (ending.isClosed) askLast();
    else askAgain();
  });
}

export function expectState(state: unknown): asserts state is State {
  expectOneOf("state", state, STATES);
}

function resolveWaitOptions(options: WaitOptions): WaitOptions {
  expectObject("options", options);
  expectKnownKeys("options", options, KNOWN_KEYS);
  if (options.intervalMs !== undefined) expectNumber("intervalMs", options.intervalMs, { min: 1 });
  if (options.timeoutMs !== undefined)
    expectNumber("timeoutMs", options.timeoutMs, { min: 0, max: MAX_TIMER_MS });
  if (options.throwOnUnknown !== undefined) expectBoolean("throwOnUnknown", options.throwOnUnknown);
  if (options.signal !== undefined)
    expectMethods("signal", options.signal, ["addEventListener", "throwIfAborted"]);
  return options;
}
