import type { HandlerContext, StatusProvider } from "../core/handler.ts";
import { OK, type State } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { DELAY_MS, methods } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import type { Clock } from "../util/clock.ts";

/** Options for a fake handler. */
export interface FakeHandlerOptions {
  /** The clock for `answerAfter`. Without it, the handler returns immediately. */
  readonly clock?: Clock;
}

/** A status handler that a test controls. Initially it returns OK immediately and never fails. */
export interface FakeHandler extends StatusProvider {
  /** Number of calls. */
  readonly calls: number;
  /** Number of calls that have not returned. */
  readonly pending: number;
  /** The context of the last call; `undefined` before the first. */
  readonly lastContext: HandlerContext | undefined;
  /** Reports this state from now on. */
  report(state: State, properties?: Readonly<Record<string, unknown>>): void;
  /** Returns this value from now on, even if it is not a status. */
  returnValue(value: unknown): void;
  /** Throws this error from now on. */
  fail(error: unknown): void;
  /** Delays results by this time from now on. 0: returns immediately, without a promise. */
  answerAfter(delayMs: number): void;
  /** Calls from now on hang until `release()`. */
  hang(): void;
  /** Completes all calls that hang, with the current result. */
  release(): void;
}

const OPTIONS: OptionShapes<FakeHandlerOptions, FakeHandlerOptions> = { clock: methods("startTimer") };

/** Creates a handler that a test controls: its state, its delay, whether it fails and whether it hangs. */
export function createFakeHandler(options: FakeHandlerOptions = {}): FakeHandler {
  const { clock } = readOptions(OPTIONS, options);
  const hanging = new Set<() => void>();
  let answer: () => unknown = () => ({ state: OK });
  let delayMs = 0;
  let hangs = false;
  let calls = 0;
  let pending = 0;
  let lastContext: HandlerContext | undefined;

  function status(context: HandlerContext): Status | Promise<Status> {
    calls += 1;
    lastContext = context;
    // A test may return any value, which the library must handle, so this type assertion may be wrong.
    return (hangs || delayMs > 0 ? answerLater() : answer()) as Status | Promise<Status>;
  }

  async function answerLater(): Promise<unknown> {
    pending += 1;
    await new Promise<void>((resolve) => {
      if (hangs) hanging.add(resolve);
      else if (clock === undefined) resolve();
      else clock.startTimer(delayMs, resolve);
    });
    pending -= 1;
    return answer();
  }

  return {
    status,
    get calls() {
      return calls;
    },
    get pending() {
      return pending;
    },
    get lastContext() {
      return lastContext;
    },
    report(state, properties = {}) {
      answer = () => Object.assign({ state }, properties, { state });
    },
    returnValue(value) {
      answer = () => value;
    },
    fail(error) {
      answer = () => {
        throw error;
      };
    },
    answerAfter(newDelayMs) {
      expectShape(DELAY_MS, newDelayMs, "delayMs");
      delayMs = newDelayMs;
    },
    hang() {
      hangs = true;
    },
    release() {
      hangs = false;
      for (const resolve of hanging) resolve();
      hanging.clear();
    },
  };
}
