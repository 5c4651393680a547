import { INSTANCE } from "../core/identity.ts";
import { RED, type State, YELLOW } from "../core/state.ts";
import { readOptions } from "../options/read-options.ts";
import { ANY, choice, FUNCTION, methods, PERIOD_MS } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { createPost } from "./post.ts";
import { createTarget, type DeliveryTarget, type Send } from "./target.ts";

/**
 * The receiver and selection of notifications. Set either `url` or `send`; all other options are optional.
 */
export type NotifyOptions = NotifyUrlOptions | NotifySendOptions;

export interface NotifyUrlOptions extends NotifyCommonOptions {
  /** The webhook. It receives each notification as a POST with JSON. Redirects are not followed. */
  readonly url: string | URL;
  readonly send?: undefined;
}

export interface NotifySendOptions extends NotifyCommonOptions {
  /**
   * Delivers the notification in another way. An attempt fails if `send` throws, rejects, or returns `false`,
   * `{ ok: false }` or `{ success: false }`. If it returns a `fetch` response, the status code decides, as
   * for `url`. Other results count as success.
   */
  readonly send: Send;
  readonly url?: undefined;
}

export interface NotifyCommonOptions {
  /**
   * Minimum severity. A change is sent if the old or the new state is at least this bad, so recoveries are
   * sent too.
   * @default "YELLOW"
   */
  readonly minState?: "YELLOW" | "RED";
  /**
   * Interval of reminders while the state is at least as bad as `minState`. Before each reminder, the handler
   * runs again, so that the reminder is current. Minimum 1000. Default: no reminders.
   */
  readonly repeatMs?: number;
  /**
   * Timeout of one attempt.
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * The name of this instance, in visible ASCII characters, maximum 200. Default: `<hostname>:<pid>`; in a
   * cluster, all workers have the primary's.
   */
  readonly instance?: string;
  /** The clock, for tests. See `createFakeClock` in `svc-status/testing`. */
  readonly clock?: Clock;
}

export interface ResolvedNotifyOptions {
  readonly target: DeliveryTarget;
  readonly minState: State;
  readonly repeatMs: number | undefined;
  readonly timeoutMs: number;
  readonly instance: string | undefined;
  readonly clock: Clock;
}

/** Rejects shorter intervals as a mistake in the unit. */
const MIN_REPEAT_MS = 1_000;

export interface GivenOptions extends NotifyCommonOptions {
  readonly url?: string | URL | undefined;
  readonly send?: Send | undefined;
}

export const NOTIFY_OPTIONS: OptionShapes<
  GivenOptions,
  WithDefaults<GivenOptions, "url" | "send" | "repeatMs" | "instance">
> = {
  // The message must not contain a wrong URL, so the target checks it.
  url: ANY,
  send: FUNCTION,
  minState: { ...choice(YELLOW, RED), default: YELLOW },
  repeatMs: { ...PERIOD_MS, min: MIN_REPEAT_MS },
  timeoutMs: { ...PERIOD_MS, default: 5_000 },
  instance: INSTANCE,
  clock: { ...methods("now", "random", "startTimer"), default: systemClock },
};

/** Validates the options and applies the defaults. Throws a TypeError that never contains the URL. */
export function resolveNotifyOptions(options: NotifyOptions): ResolvedNotifyOptions {
  const { url, send, minState, repeatMs, timeoutMs, instance, clock } = readOptions<
    GivenOptions,
    WithDefaults<GivenOptions, "url" | "send" | "repeatMs" | "instance">
  >(NOTIFY_OPTIONS, options);
  if ((url === undefined) === (send === undefined)) {
    throw new TypeError(`options: expected url or send, got ${url === undefined ? "neither" : "both"}`);
  }
  const target = send === undefined ? createPost(url) : createTarget(send);
  return { target, minState, repeatMs, timeoutMs, instance, clock };
}
