import { defaultProbe, type Probe } from "../core/probe.ts";
import type { StatusRequest } from "../http/message.ts";
import { readOptions } from "../options/read-options.ts";
import { choice, DELAY_MS, FUNCTION, LOGGER, methods } from "../options/rules.ts";
import type { ListShape, OptionShapes, WithDefaults } from "../options/shape.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import type { Logger } from "../util/logger.ts";
import type { Consumer } from "./consumers/consumer.ts";
import { CONSUMERS } from "./consumers/options.ts";
import type { DrainHook } from "./hooks.ts";
import { type DerivedTimes, deriveTimes, PRESETS, type Preset, readPreStopMs } from "./presets.ts";
import { STREAMS_OPTIONS, type StreamsOptions, WEBSOCKETS, type WebSockets } from "./streams/options.ts";

/** Options for a drain. All are optional. */
export interface DrainOptions {
  /**
   * The platform that stops the process. All times are derived from its grace period: Kubernetes, ECS and
   * Heroku 30 s, Docker and Cloud Run 10 s, pm2 1.6 s, systemd 90 s. Options that you set win.
   */
  readonly preset?: Preset;
  /** Time from the signal to SIGKILL, if it differs from the platform's default. All times are derived from it. */
  readonly graceMs?: number;
  /**
   * How long a `preStop` hook takes. It is part of the grace period, but it ends before the signal.
   * Default: the environment variable `SVC_STATUS_PRESTOP_MS`, or 0.
   */
  readonly preStopMs?: number;
  /**
   * The probe that the load balancers check.
   * @default defaultProbe
   */
  readonly probe?: Probe;
  /** Logs the result of the drain in one line, and warns of server settings that lose requests. */
  readonly logger?: Logger;
  /**
   * Number of refusals that each prober must receive before it counts as having left. Set it to at least the
   * balancer's own threshold (HAProxy `fall`, Kubernetes `failureThreshold`).
   * @default 3
   */
  readonly redsSeen?: number;
  /**
   * Time without ordinary requests before the traffic counts as stopped. Default: the larger of 1 s and twice
   * the largest gap between requests in the minute before.
   */
  readonly quietMs?: number;
  /**
   * Minimum wait, regardless of the evidence. Default: 0, or 5 s with the preset `kubernetes`, at most a third
   * of `deadlineMs`.
   */
  readonly floorMs?: number;
  /** Maximum wait, even if there is still no evidence. Default: 20 s, at most two thirds of `deadlineMs`. */
  readonly capMs?: number;
  /**
   * The wait if there is no evidence: no prober was ever seen, or there were fewer than 30 requests in the
   * minute before. Known probers must still have left. Default: 5 s, at most a third of `deadlineMs`.
   */
  readonly fallbackMs?: number;
  /** Waits exactly this long and ignores the evidence. Default: the evidence decides. */
  readonly fixedMs?: number;
  /**
   * The wait after `fallbackMs`, if there is no evidence but traffic: at least 30 requests in the minute
   * before. `"quiet"`: until no more requests arrive, at most `capMs`. `"fixed"`: no further wait, for
   * balancers that only notice failed requests, such as nginx.
   * @default "quiet"
   */
  readonly fallback?: "quiet" | "fixed";
  /**
   * Timeout for requests in flight after the listener is closed. Then the drain cuts and counts the rest.
   * Default: the time left until the deadline, minus the share of `onClose`.
   */
  readonly closeTimeoutMs?: number;
  /**
   * Hooks that start as soon as the process leaves, in parallel with the wait for the balancers: stop taking
   * jobs, deregister. All of them start at the same time.
   * @default []
   */
  readonly onLeave?: readonly DrainHook[];
  /**
   * Hooks that close pools and queues. They run once each, in order, after the servers are closed and every
   * `onLeave` has settled.
   * @default []
   */
  readonly onClose?: readonly DrainHook[];
  /**
   * Clients that take work from queues: `bullmq(worker)` and others, or your own. They stop taking work as
   * soon as the process leaves, and finish their current work before the share of `onClose` begins.
   * @default []
   */
  readonly consumers?: readonly Consumer[];
  /**
   * How the drain ends event streams and other responses that do not end by themselves.
   * @default {}
   */
  readonly streams?: StreamsOptions;
  /**
   * The WebSocket server, such as that of `ws`: its clients get the close code 1001. Default: the drain writes
   * the close frames itself.
   */
  readonly websockets?: WebSockets;
  /** Timeout for all `onClose` hooks together. Default: 5 s, at least a sixth of `deadlineMs`. */
  readonly hooksTimeoutMs?: number;
  /**
   * Timeout for the whole drain. Default: the grace period without `preStopMs`, minus the larger of a 15th
   * and an eighth up to one second, to end in time. That is 28 s of 30 s, which also applies without a
   * preset and `graceMs`.
   */
  readonly deadlineMs?: number;
  /**
   * How long the balancer keeps idle connections. The drain logs a warning if a server closes them sooner,
   * because that resets requests. 0: no check.
   * @default 60000
   */
  readonly balancerIdleMs?: number;
  /**
   * Returns the identity of a prober. Return `undefined` for clients that the drain need not wait for, such
   * as a monitor. Default: the peer's address and its `User-Agent`.
   */
  readonly proberId?: (request: StatusRequest) => string | undefined;
  /** The clock, for tests. */
  readonly clock?: Clock;
}

/** The options as given, with the defaults that do not depend on the times. */
export type ReadDrainOptions = WithDefaults<
  DrainOptions,
  | "logger"
  | "websockets"
  | "quietMs"
  | "fixedMs"
  | "closeTimeoutMs"
  | "proberId"
  | "preset"
  | "graceMs"
  | "preStopMs"
  | keyof DerivedTimes
>;

export type ResolvedDrainOptions = ReadDrainOptions &
  DerivedTimes & {
    /** The length of the wait was set explicitly, so it applies in development too. */
    readonly isWaitGiven: boolean;
  };

/** The default idle timeout of AWS ALB and many other balancers. */
export const DEFAULT_BALANCER_IDLE_MS = 60_000;

export const HOOKS: ListShape = { kind: "list", items: FUNCTION, expected: "an array of functions" };

export const DRAIN_OPTIONS: OptionShapes<DrainOptions, ReadDrainOptions> = {
  probe: { ...methods("decommission", "commission", "on"), default: defaultProbe },
  logger: LOGGER,
  redsSeen: { kind: "number", min: 1, max: 1_000, integer: true, default: 3 },
  quietMs: DELAY_MS,
  floorMs: DELAY_MS,
  capMs: DELAY_MS,
  fallbackMs: DELAY_MS,
  fixedMs: DELAY_MS,
  fallback: { ...choice("quiet", "fixed"), default: "quiet" },
  closeTimeoutMs: DELAY_MS,
  onLeave: { ...HOOKS, default: [] },
  onClose: { ...HOOKS, default: [] },
  consumers: { ...CONSUMERS, default: [] },
  streams: { kind: "object", properties: STREAMS_OPTIONS, default: {} },
  websockets: WEBSOCKETS,
  hooksTimeoutMs: DELAY_MS,
  deadlineMs: DELAY_MS,
  balancerIdleMs: { ...DELAY_MS, default: DEFAULT_BALANCER_IDLE_MS },
  proberId: FUNCTION,
  preset: {
    kind: "choice",
    values: Object.keys(PRESETS),
    help: "The platform that stops the process. All times are derived from its grace period.",
  },
  graceMs: DELAY_MS,
  preStopMs: DELAY_MS,
  clock: { ...methods("now", "monotonicNow", "startTimer"), default: systemClock },
};

/** Checks the options and fills in the defaults. Throws a TypeError that names the option. */
export function resolveDrainOptions(options: DrainOptions): ResolvedDrainOptions {
  const read = readOptions(DRAIN_OPTIONS, options);
  const preStopMs = read.preStopMs ?? readPreStopMs(process.env);
  const times = deriveTimes({ ...read, ...(preStopMs !== undefined && { preStopMs }) });
  const isWaitGiven = [read.fixedMs, read.floorMs, read.fallbackMs].some((ms) => ms !== undefined);
  return { ...times, ...read, isWaitGiven };
}
