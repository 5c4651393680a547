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
import type { DrainHook } from "./hooks.ts";

/** How a process leaves. Every option is optional. */
export interface DrainOptions {
  /**
   * The probe that the load balancers look at.
   * @default defaultProbe
   */
  readonly probe?: Probe;
  /** Told how the drain went, in one line, and of servers whose settings lose requests. */
  readonly logger?: Logger;
  /**
   * So many refusals each prober must have been answered before it is believed to have left. It should be at
   * least the balancer's own number (HAProxy `fall`, Kubernetes `failureThreshold`).
   * @default 3
   */
  readonly redsSeen?: number;
  /**
   * So long no ordinary request may come before the traffic is believed to have stopped. Left out: the larger of
   * 1 s and twice the largest gap between requests in the minute before.
   */
  readonly quietMs?: number;
  /**
   * The shortest wait, whatever was seen.
   * @default 0
   */
  readonly floorMs?: number;
  /**
   * The longest wait, whatever was not seen.
   * @default 20000
   */
  readonly capMs?: number;
  /**
   * The wait where nothing can be proved: no prober was ever seen, or there were fewer than 30 requests in the
   * minute before. Probers that are known must have left all the same.
   * @default 5000
   */
  readonly fallbackMs?: number;
  /** Waits exactly this long and looks at nothing. Left out: the evidence decides. */
  readonly fixedMs?: number;
  /**
   * How long requests in flight may take once the listener is closed. What is left then is cut, and counted.
   * @default 10000
   */
  readonly closeTimeoutMs?: number;
  /**
   * What begins as soon as the process leaves, beside the wait for the balancers: take no more jobs, deregister. All
   * of them begin at the same time.
   * @default []
   */
  readonly onLeave?: readonly DrainHook[];
  /**
   * What else to close, in this order, after the servers and after every `onLeave` has settled: pools, queues. Each is
   * called once.
   * @default []
   */
  readonly onClose?: readonly DrainHook[];
  /**
   * How long all of `onClose` may take together.
   * @default 5000
   */
  readonly hooksTimeoutMs?: number;
  /**
   * How long everything may take together. Keep it two seconds below what kills the process (Kubernetes:
   * `terminationGracePeriodSeconds`, 30 s where nothing is said).
   * @default 30000
   */
  readonly deadlineMs?: number;
  /**
   * How long the balancer keeps idle connections. A server that closes them sooner is told to the logger, because it
   * resets requests. 0: not checked.
   * @default 60000
   */
  readonly balancerIdleMs?: number;
  /**
   * Who asked the probe; `undefined` for somebody whose leaving need not be waited for, such as a monitor. Left out:
   * the peer's address and its `User-Agent`.
   */
  readonly proberId?: (request: StatusRequest) => string | undefined;
  /** Where the time comes from. For tests. */
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
  "hooksTimeoutMs",
  "deadlineMs",
  "balancerIdleMs",
  "proberId",
  "clock",
];

/** How long an AWS ALB, and many another balancer, keeps idle connections. */
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

/** Checks the options and puts the defaults in. Throws a TypeError that names the option. */
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
  return { ...resolved, onLeave: [...resolved.onLeave], onClose: [...resolved.onClose] };
}

function expectHooks(option: string, hooks: unknown): void {
  if (!Array.isArray(hooks)) failExpectation(option, "an array of functions", hooks);
  for (const hook of hooks) expectFunction(option, hook);
}
