import {
  expectBoolean,
  expectKnownKeys,
  expectNumber,
  expectObject,
  expectOneOf,
  failExpectation,
} from "../options/expect.ts";
import { MAX_TIMER_MS } from "../util/clock.ts";
import { expectHandlerName } from "./registration.ts";

/** Whose trouble a handler reports: one that all instances share, or this process's own. */
export type Scope = "shared" | "local";

/** How a registered handler is asked and counted. Every option is optional. */
export interface HandlerOptions {
  /**
   * `false`: its RED counts as YELLOW in the overall state.
   * @default true
   */
  readonly critical?: boolean;
  /**
   * Only `"local"` handlers may take part in liveness: restarting this process never mends a shared database.
   * @default "shared"
   */
  readonly scope?: Scope;
  /**
   * The deadline of one call. After it the entry is RED, reason `timeout`, and the signal is aborted.
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * A finished result this young is reused. `0` asks anew for each report; reports that overlap in time
   * share a run in any case.
   * @default 0
   */
  readonly maxAgeMs?: number;
  /**
   * The handler is asked in the background, this long after its last answer (±10 %), and reports read the last
   * result. A result older than `3 × intervalMs + timeoutMs` is RED, reason `stale`. Left out: asked by reports.
   */
  readonly intervalMs?: number;
  /** An OK that took longer becomes YELLOW, reason `slow`. Left out: time does not matter within the deadline. */
  readonly slowAfterMs?: number;
  /**
   * So many worse results in a row before the reported state gets worse. The first result of all counts at once.
   * @default 1
   */
  readonly failAfter?: number;
  /**
   * So many better results in a row before the reported state gets better.
   * @default 1
   */
  readonly recoverAfter?: number;
  /** Handlers whose RED explains this one's: it is then told as `because <name> is RED`. An unknown name explains nothing. */
  readonly dependsOn?: readonly string[];
}

export interface ResolvedHandlerOptions {
  readonly critical: boolean;
  readonly scope: Scope;
  readonly timeoutMs: number;
  readonly maxAgeMs: number;
  readonly intervalMs: number | undefined;
  readonly slowAfterMs: number | undefined;
  readonly failAfter: number;
  readonly recoverAfter: number;
  readonly dependsOn: readonly string[];
}

/** With its jitter of 10 % an interval must still be a delay that timers know. */
export const MAX_INTERVAL_MS: number = Math.floor(MAX_TIMER_MS / 1.1);

/** The most results in a row that a state can be held for. */
export const MAX_RESULTS_IN_ROW = 1_000_000;

const KNOWN_KEYS: readonly (keyof HandlerOptions)[] = [
  "critical",
  "scope",
  "timeoutMs",
  "maxAgeMs",
  "intervalMs",
  "slowAfterMs",
  "failAfter",
  "recoverAfter",
  "dependsOn",
];

/** Checks the options, puts the defaults in, and leaves the caller's object alone. Throws a TypeError. */
export function resolveHandlerOptions(options: HandlerOptions = {}): ResolvedHandlerOptions {
  expectObject("options", options);
  expectKnownKeys("options", options, KNOWN_KEYS);
  const {
    critical = true,
    scope = "shared",
    timeoutMs = 5_000,
    maxAgeMs = 0,
    intervalMs,
    slowAfterMs,
  } = options;
  const { failAfter = 1, recoverAfter = 1, dependsOn = [] } = options;
  expectBoolean("critical", critical);
  expectOneOf("scope", scope, ["shared", "local"]);
  expectNumber("timeoutMs", timeoutMs, { min: 1 });
  expectNumber("maxAgeMs", maxAgeMs, { min: 0 });
  if (intervalMs !== undefined) expectNumber("intervalMs", intervalMs, { min: 1, max: MAX_INTERVAL_MS });
  if (slowAfterMs !== undefined) expectNumber("slowAfterMs", slowAfterMs, { min: 0 });
  expectNumber("failAfter", failAfter, { min: 1, max: MAX_RESULTS_IN_ROW, integer: true });
  expectNumber("recoverAfter", recoverAfter, { min: 1, max: MAX_RESULTS_IN_ROW, integer: true });
  if (!Array.isArray(dependsOn)) failExpectation("dependsOn", "an array of names", dependsOn);
  for (const name of dependsOn) expectHandlerName(name, "dependsOn");
  return {
    critical,
    scope,
    timeoutMs,
    maxAgeMs,
    intervalMs,
    slowAfterMs,
    failAfter,
    recoverAfter,
    dependsOn: [...dependsOn],
  };
}
