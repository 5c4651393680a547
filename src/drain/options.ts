import { defaultProbe, type Probe } from "../core/probe.ts";
import type { StatusRequest } from "../http/message.ts";
import {
  expectFunction,
  expectKnownKeys,
  expectMethods,
  expectNumber,
  expectObject,
  failExpectation,
} from "../options/expect.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import type { Logger } from "../util/logger.ts";
import type { Consumer } from "./consumers/consumer.ts";
import { expectConsumers } from "./consumers/options.ts";
import type { DrainHook } from "./hooks.ts";

/** Options for a drain. All are optional. */
export interface DrainOptions {
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
   * Minimum wait, regardless of the evidence.
   * @default 0
   */
  readonly floorMs?: number;
  /**
   * Maximum wait, regardless of missing evidence.
   * @default 20000
   */
  readonly capMs?: number;
  /**
   * The wait if there is no evidence: no prober was ever seen, or there were fewer than 30 requests in the
   * minute before. Known probers must still have left.
   * @default 5000
   */
  readonly fallbackMs?: number;
  /** Waits exactly this long and ignores the evidence. Default: the evidence decides. */
  readonly fixedMs?: number;
  /**
   * Time-out for requests in flight after the listener is closed. Then the drain cuts and counts the rest.
   * @default 10000
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
   * What takes work from queues: `bullmq(worker)` and others, or your own. They stop taking work as soon as the
   * process leaves, and finish what they have, at the latest until the share of `onClose` begins.
   * @default []
   */
  readonly consumers?: readonly Consumer[];
  /**
   * Time-out for all `onClose` hooks together.
   * @default 5000
   */
  readonly hooksTimeoutMs?: number;
  /**
   * Time-out for the whole drain. Keep it two seconds below the time after which the process is killed
   * (Kubernetes: `terminationGracePeriodSeconds`, default 30 s).
   * @default 30000
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

export type ResolvedDrainOptions = Required<Omit<DrainOptions, OptionalKeys>> &
  Pick<DrainOptions, OptionalKeys>;

type OptionalKeys = "logger" | "quietMs" | "fixedMs" | "proberId";

const KNOWN_KEYS: readonly (keyof DrainOptions)[] = [
  "probe",
  "logger",
  "redsSeen",
  "quietMs",
  "floorMs",
  "capMs",
  "fallbackMs",
  "fixedMs",
  "closeTimeoutMs",
  "onLeave",
  "onClose",
  "consumers",
  "hooksTimeoutMs",
  "deadlineMs",
  "balancerIdleMs",
  "proberId",
  "clock",
];

/** The default idle time-out of AWS ALB and many other balancers. */
export const DEFAULT_BALANCER_IDLE_MS = 60_000;

const DEFAULTS = {
  probe: defaultProbe,
  redsSeen: 3,
  floorMs: 0,
  capMs: 20_000,
  fallbackMs: 5_000,
  closeTimeoutMs: 10_000,
  onLeave: [],
  onClose: [],
  consumers: [],
  hooksTimeoutMs: 5_000,
  deadlineMs: 30_000,
  balancerIdleMs: DEFAULT_BALANCER_IDLE_MS,
  clock: systemClock,
} satisfies DrainOptions;

const DURATIONS = [
  "floorMs",
  "capMs",
  "fallbackMs",
  "closeTimeoutMs",
  "hooksTimeoutMs",
  "deadlineMs",
  "balancerIdleMs",
] as const;

/** Validates the options and applies the defaults. Throws a TypeError that names the option. */
export function resolveDrainOptions(options: DrainOptions): ResolvedDrainOptions {
  expectObject("options", options);
  expectKnownKeys("options", options, KNOWN_KEYS);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedDrainOptions = { ...DEFAULTS, ...given };
  expectMethods("probe", resolved.probe, ["decommission", "commission", "on"]);
  expectMethods("clock", resolved.clock, ["now", "monotonicNow", "startTimer"]);
  if (resolved.logger !== undefined) expectMethods("logger", resolved.logger, ["info", "warn", "error"]);
  if (resolved.proberId !== undefined) expectFunction("proberId", resolved.proberId);
  expectNumber("redsSeen", resolved.redsSeen, { min: 1, max: 1_000, integer: true });
  for (const key of DURATIONS) expectNumber(key, resolved[key], { min: 0 });
  if (resolved.quietMs !== undefined) expectNumber("quietMs", resolved.quietMs, { min: 0 });
  if (resolved.fixedMs !== undefined) expectNumber("fixedMs", resolved.fixedMs, { min: 0 });
  expectHooks("onLeave", resolved.onLeave);
  expectHooks("onClose", resolved.onClose);
  expectConsumers("consumers", resolved.consumers);
  const { onLeave, onClose, consumers } = resolved;
  return { ...resolved, onLeave: [...onLeave], onClose: [...onClose], consumers: [...consumers] };
}

function expectHooks(option: string, hooks: unknown): void {
  if (!Array.isArray(hooks)) failExpectation(option, "an array of functions", hooks);
  for (const hook of hooks) expectFunction(option, hook);
}
