import { readOptions } from "../options/read-options.ts";
import { choice, DELAY_MS, FLAG, PERIOD_MS } from "../options/rules.ts";
import type { NumberShape, OptionShapes, WithDefaults } from "../options/shape.ts";
import { MAX_TIMER_MS } from "../util/clock.ts";
import { HANDLER_INFO, type HandlerInfo, toHandlerInfo } from "./handler-info.ts";
import { HANDLER_NAME } from "./registration.ts";

/**
 * What a failure affects: a resource that several instances share, this instance in a way that a restart does
 * not fix, or this process, so that only a restart helps.
 */
export type Scope = "shared" | "instance" | "local";

const SCOPES: readonly Scope[] = ["shared", "instance", "local"];

/** How a registered handler is run and how its results count. Every option is optional. */
export interface HandlerOptions extends HandlerInfo {
  /**
   * `false`: its RED counts as YELLOW in the overall state.
   * @default true
   */
  readonly critical?: boolean;
  /**
   * `"shared"`: several instances use it, such as a database. Its RED takes no instance out of service at
   * once (see `healthProbes.shared`). `"instance"`: a failure of this instance that a restart does not fix,
   * such as a full disk. `"local"`: only a restart helps, so liveness fails too. Default: `"shared"`;
   * ready-made checks have a suitable scope.
   */
  readonly scope?: Scope;
  /**
   * The deadline of one call. After it, the entry is RED, reason `timeout`, and the signal aborts.
   * @default 5000
   */
  readonly timeoutMs?: number;
  /**
   * Maximum age of a reused result. `0` runs the handler for each report. Concurrent reports share a
   * run in any case.
   * @default 0
   */
  readonly maxAgeMs?: number;
  /**
   * Runs the handler in the background, this long after its last result (±10 %). Reports read the last
   * result. A result older than `3 × intervalMs + timeoutMs` is RED, reason `stale`. Default: reports run it.
   */
  readonly intervalMs?: number;
  /** An OK that took longer becomes YELLOW, reason `slow`. Default: no limit within the deadline. */
  readonly slowAfterMs?: number;
  /**
   * Number of worse results in a row before the reported state gets worse. The very first result counts at
   * once.
   * @default 1
   */
  readonly failAfter?: number;
  /**
   * Number of better results in a row before the reported state gets better.
   * @default 1
   */
  readonly recoverAfter?: number;
  /**
   * Minimum time of worse results, without a better one between them, before the reported state gets worse,
   * however often the handler runs. `failAfter` applies too.
   * @default 0
   */
  readonly failForMs?: number;
  /**
   * Minimum time of better results before the reported state gets better. `recoverAfter` applies too.
   * @default 0
   */
  readonly recoverForMs?: number;
  /**
   * Handlers that can explain why this one is RED. The report then contains `because <name> is RED`. Unknown
   * names are ignored.
   */
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
  readonly failForMs: number;
  readonly recoverForMs: number;
  readonly dependsOn: readonly string[];
  readonly info: HandlerInfo;
}

/** Maximum interval. With its jitter of 10 %, it must not exceed the maximum delay of a timer. */
export const MAX_INTERVAL_MS: number = Math.floor(MAX_TIMER_MS / 1.1);

/** Maximum of `failAfter` and `recoverAfter`. */
export const MAX_RESULTS_IN_ROW = 1_000_000;

const IN_A_ROW: NumberShape = { kind: "number", min: 1, max: MAX_RESULTS_IN_ROW, integer: true };

export const HANDLER_OPTIONS: OptionShapes<
  HandlerOptions,
  WithDefaults<HandlerOptions, "scope" | "intervalMs" | "slowAfterMs" | keyof HandlerInfo>
> = {
  critical: { ...FLAG, default: true },
  scope: choice(...SCOPES),
  timeoutMs: { ...PERIOD_MS, default: 5_000 },
  maxAgeMs: { ...DELAY_MS, default: 0 },
  intervalMs: { ...PERIOD_MS, max: MAX_INTERVAL_MS },
  slowAfterMs: DELAY_MS,
  failAfter: { ...IN_A_ROW, default: 1 },
  recoverAfter: { ...IN_A_ROW, default: 1 },
  failForMs: { ...DELAY_MS, default: 0 },
  recoverForMs: { ...DELAY_MS, default: 0 },
  dependsOn: { kind: "list", items: HANDLER_NAME, expected: "an array of names", default: [] },
  ...HANDLER_INFO,
};

/** Checks the options and fills in the defaults. Throws a TypeError that names the option. */
export function resolveHandlerOptions(
  options: HandlerOptions = {},
  defaultScope: Scope = "shared",
): ResolvedHandlerOptions {
  const given = readOptions(HANDLER_OPTIONS, options);
  const { intervalMs, slowAfterMs, scope = defaultScope } = given;
  return { ...given, intervalMs, slowAfterMs, scope, info: toHandlerInfo(given) };
}
