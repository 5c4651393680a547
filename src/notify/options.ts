import { RED, type State, YELLOW } from "../core/state.ts";
import {
  expectFunction,
  expectKnownKeys,
  expectMethods,
  expectNumber,
  expectObject,
  expectOneOf,
} from "../options/expect.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import type { StatusNotification } from "./notification.ts";
import { createPost } from "./post.ts";
import { createTarget, type Target } from "./target.ts";

/** Where notifications go, and which. Either `url` or `send` is required, everything else is optional. */
export type NotifyOptions = NotifyUrlOptions | NotifySendOptions;

export interface NotifyUrlOptions extends NotifyCommonOptions {
  /** Gets a POST with the notification as JSON. Redirects are not followed. */
  readonly url: string | URL;
  readonly send?: undefined;
}

export interface NotifySendOptions extends NotifyCommonOptions {
  /**
   * Delivers the notification in another way. It fails if it throws or rejects, or if it returns `false`,
   * `{ ok: false }` or `{ success: false }`. The response of a `fetch` is judged by its code as that of `url` is. Any
   * other result is ignored.
   */
  readonly send: Send;
  readonly url?: undefined;
}

export type Send = (notification: StatusNotification, context: { readonly signal: AbortSignal }) => unknown;

export interface NotifyCommonOptions {
  /**
   * A change is told when it comes from or goes to a state at least this bad: recoveries are told too.
   * @default "YELLOW"
   */
  readonly minState?: "YELLOW" | "RED";
  /**
   * While the state stays at least as bad as `minState`, it is told again and again, this long after the last time.
   * The handler is asked before, so that a reminder is no old news. At least 1000. Left out: no reminders.
   */
  readonly repeatMs?: number;
  /**
   * The deadline of one attempt.
   * @default 5000
   */
  readonly timeoutMs?: number;
  /** Where the time comes from. For tests: see `createFakeClock` in `svc-status/testing`. */
  readonly clock?: Clock;
}

export interface ResolvedNotifyOptions {
  readonly target: Target;
  readonly minState: State;
  readonly repeatMs: number | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Shorter pauses between reminders are taken for a mistake in the unit. */
const MIN_REPEAT_MS = 1_000;

const KNOWN_KEYS: readonly (keyof NotifyOptions)[] = [
  "url",
  "send",
  "minState",
  "repeatMs",
  "timeoutMs",
  "clock",
];

/** Checks the options and puts the defaults in. Throws a TypeError that never shows the URL. */
export function resolveNotifyOptions(options: NotifyOptions): ResolvedNotifyOptions {
  expectObject("options", options);
  expectKnownKeys("options", options, KNOWN_KEYS);
  const { url, send, minState = YELLOW, repeatMs, timeoutMs = 5_000, clock = systemClock } = options;
  if ((url === undefined) === (send === undefined)) {
    throw new TypeError(`options: expected url or send, got ${url === undefined ? "neither" : "both"}`);
  }
  if (send !== undefined) expectFunction("send", send);
  expectOneOf("minState", minState, [YELLOW, RED]);
  if (repeatMs !== undefined) expectNumber("repeatMs", repeatMs, { min: MIN_REPEAT_MS });
  expectNumber("timeoutMs", timeoutMs, { min: 1 });
  expectMethods("clock", clock, ["now", "random", "startTimer"]);
  const target = send === undefined ? createPost(url) : createTarget(send);
  return { target, minState, repeatMs, timeoutMs, clock };
}
