import type { HandlerContext, StatusProvider } from "../core/handler.ts";
import { OK, type State } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { expectKnownKeys, expectNumber, expectObject } from "../options/expect.ts";
import type { Clock } from "../util/clock.ts";

/** How a fake handler takes its time. */
export interface FakeHandlerOptions {
  /** For `answerAfter`. Without a clock the answer comes at once. */
  readonly clock?: Clock;
}

/** A status handler that does what the test says. It begins as OK, answers at once, and never fails. */
export interface FakeHandler extends StatusProvider {
  /** How often it was asked. */
  readonly calls: number;
  /** How many calls have not been answered. */
  readonly pending: number;
  /** What it was told at its last call; `undefined` before the first. */
  readonly lastContext: HandlerContext | undefined;
  /** From now on it reports this. */
  report(state: State, properties?: Readonly<Record<string, unknown>>): void;
  /** From now on it returns this, a status or not. */
  returnValue(value: unknown): void;
  /** From now on it throws this. */
  fail(error: unknown): void;
  /** From now on its answers take so long. 0: they come at once, without a promise. */
  answerAfter(delayMs: number): void;
  /** From now on its calls are not answered, until `release()`. */
  hang(): void;
  /** Answers all calls that hang, with what it reports then. */
  release(): void;
}

/** Creates a handler whose state, delay, failure and hanging are set by a test. */
export function createFakeHandler(options: FakeHandlerOptions = {}): FakeHandler {
  expectObject("options", options);
  expectKnownKeys("options", options, ["clock"]);
  const { clock } = options;
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
    // Whatever a test lets it return: the library must cope with it, so the type is a promise that may be broken.
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
      expectNumber("delayMs", newDelayMs, { min: 0 });
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
