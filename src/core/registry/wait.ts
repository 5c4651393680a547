import { expectShape, readOptions } from "../../options/read-options.ts";
import { choice, DELAY_MS, FLAG, methods, PERIOD_MS } from "../../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../../options/shape.ts";
import { onAbort } from "../../util/abort.ts";
import type { Clock } from "../../util/clock.ts";
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

const WAIT_OPTIONS: OptionShapes<WaitOptions, WithDefaults<WaitOptions, "timeoutMs" | "signal">> = {
  intervalMs: { ...PERIOD_MS, default: 1_000 },
  timeoutMs: DELAY_MS,
  throwOnUnknown: { ...FLAG, default: false },
  signal: methods("addEventListener", "throwIfAborted"),
};

export interface WaitSetup {
  readonly isInState: () => Promise<boolean>;
  readonly clock: Clock;
  readonly options: WaitOptions;
  readonly ending: Ending;
}

/**
 * Checks until the handler reports the state. The deadline and the signal end the wait even during a check.
 * The end of the registry ends it too, because the state cannot change after that.
 */
export async function waitUntil({ isInState, clock, options, ending }: WaitSetup): Promise<boolean> {
  const { intervalMs, timeoutMs, throwOnUnknown, signal } = readOptions(WAIT_OPTIONS, options);
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
    function checkLast(): void {
      end();
      isInState().then(resolve, (error) => (throwOnUnknown ? reject(error) : resolve(false)));
    }
    function pause(): void {
      if (!isOver) cancelPause = clock.startTimer(intervalMs, checkAgain);
    }
    function checkAgain(): void {
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
    const stopWaitingForClose = ending.onClose(checkLast);
    const stopWaitingForAbort = onAbort(signal, abort);
    if (ending.isClosed) checkLast();
    else checkAgain();
  });
}

const STATE = choice(...STATES);

export function expectState(state: unknown): asserts state is State {
  expectShape(STATE, state, "state");
}
