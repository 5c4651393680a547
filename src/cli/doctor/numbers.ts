import { SHARED_READINESS, type SharedReadiness } from "../../core/readiness/rule.ts";
import { resolveHandlerOptions } from "../../core/handler-options.ts";
import { resolveDrainOptions } from "../../drain/options.ts";
import { deriveTimes, PRESETS, type Preset } from "../../drain/presets.ts";
import type { NumberShape, ObjectShape, Shape } from "../../options/shape.ts";
import { MAX_TIMER_MS } from "../../util/clock.ts";
import { PLATFORMS, type Platform } from "./platforms.ts";

/** What liveness checks: only local handlers, as `/livez` does, shared handlers too, or the probe. */
export type Liveness = "local" | "shared" | "probe";

/** The declared numbers of a service and of its platform. Times are in milliseconds. */
export interface Declared {
  /** The longest deadline of a handler that the probe runs. */
  readonly handlerTimeoutMs?: number;
  /** The interval at which these handlers run in the background. Default: they run at each probe. */
  readonly handlerIntervalMs?: number;
  /** Whether the probe answers 503 while a critical handler is RED. */
  readonly requireHealthy?: boolean;
  /**
   * `shared` of the health probes, or of `requireHealthy`. Default: `"hold"`, and `"count"` with
   * `requireHealthy`.
   */
  readonly shared?: SharedReadiness;
  readonly holdMs?: number;
  readonly livenessLooksAt?: Liveness;
  /** HAProxy `inter`, Kubernetes `periodSeconds`, ALB `HealthCheckIntervalSeconds`, Docker `--interval`. */
  readonly probeIntervalMs?: number;
  /** HAProxy `timeout check`, Kubernetes `timeoutSeconds`, ALB `HealthCheckTimeoutSeconds`, Docker `--timeout`. */
  readonly probeTimeoutMs?: number;
  /** HAProxy `fall`, Kubernetes `failureThreshold`, ALB `UnhealthyThresholdCount`, Docker `--retries`. */
  readonly fall?: number;
  /** HAProxy `rise`, Kubernetes `successThreshold`, ALB `HealthyThresholdCount`. */
  readonly rise?: number;
  /** How long the service takes to start. */
  readonly startupMs?: number;
  readonly longestRequestMs?: number;
  /** `server.keepAliveTimeout`. 0: idle connections stay open forever. */
  readonly keepAliveTimeoutMs?: number;
  /** How long the balancer keeps idle connections to the service open. */
  readonly balancerIdleMs?: number;
  /** These five and `redsSeen` are options of `drainOnSignals`. With a preset, the drain knows `preStopMs`. */
  readonly preset?: Preset;
  readonly deadlineMs?: number;
  readonly capMs?: number;
  readonly closeTimeoutMs?: number;
  readonly hooksTimeoutMs?: number;
  readonly redsSeen?: number;
  /** From the first signal to SIGKILL: `terminationGracePeriodSeconds`, `docker stop -t`. */
  readonly graceMs?: number;
  /** How long a `preStop` hook takes. */
  readonly preStopMs?: number;
  readonly instances?: number;
}

export type NumberName = keyof Declared;

/** The numbers with a default of svc-status or Node.js. */
type DefaultName =
  | "handlerTimeoutMs"
  | "requireHealthy"
  | "livenessLooksAt"
  | "keepAliveTimeoutMs"
  | "deadlineMs"
  | "capMs"
  | "hooksTimeoutMs"
  | "redsSeen"
  | "preStopMs";

/** The declared numbers, with defaults. All others are unknown. */
export type Numbers = Declared & Required<Pick<Declared, DefaultName>>;

const DELAY: NumberShape = { kind: "number", min: 0, max: MAX_TIMER_MS, integer: true };
const INTERVAL: NumberShape = { ...DELAY, min: 1 };
const COUNT: NumberShape = { kind: "number", min: 1, max: 1_000, integer: true };

const PROPERTIES: Readonly<Record<NumberName, Shape>> = {
  handlerTimeoutMs: INTERVAL,
  handlerIntervalMs: INTERVAL,
  requireHealthy: { kind: "flag" },
  shared: { kind: "choice", values: SHARED_READINESS },
  holdMs: DELAY,
  livenessLooksAt: { kind: "choice", values: ["local", "shared", "probe"] },
  probeIntervalMs: INTERVAL,
  probeTimeoutMs: INTERVAL,
  fall: COUNT,
  rise: COUNT,
  startupMs: DELAY,
  longestRequestMs: DELAY,
  keepAliveTimeoutMs: DELAY,
  balancerIdleMs: DELAY,
  preset: { kind: "choice", values: Object.keys(PRESETS) },
  deadlineMs: DELAY,
  capMs: DELAY,
  closeTimeoutMs: DELAY,
  hooksTimeoutMs: DELAY,
  redsSeen: COUNT,
  graceMs: DELAY,
  preStopMs: DELAY,
  instances: COUNT,
};

/** The file that `svc-status doctor` reads. */
export const NUMBERS: ObjectShape = { kind: "object", properties: PROPERTIES };

/** How long Node.js keeps an idle connection open by default. */
const NODE_KEEP_ALIVE_MS = 5_000;

type OwnDefaults = Required<Pick<Declared, DefaultName>>;

function toOwnDefaults({ preset, preStopMs = 0, deadlineMs: given }: Declared): OwnDefaults {
  const { deadlineMs, capMs, hooksTimeoutMs } = deriveTimes({
    ...(preset !== undefined && { preset, preStopMs }),
    ...(given !== undefined && { deadlineMs: given }),
  });
  return {
    handlerTimeoutMs: resolveHandlerOptions().timeoutMs,
    requireHealthy: false,
    livenessLooksAt: "local",
    keepAliveTimeoutMs: NODE_KEEP_ALIVE_MS,
    deadlineMs,
    capMs,
    hooksTimeoutMs,
    redsSeen: resolveDrainOptions({}).redsSeen,
    preStopMs,
  };
}

/** Adds the defaults: those of the service, and those of a platform if one is given. */
export function resolveNumbers(declared: Declared, platform?: Platform): Numbers {
  return { ...toOwnDefaults(declared), ...toPlatformDefaults(declared, platform), ...declared };
}

/** Whose default a number is. `undefined` if the number is declared. */
export function toOrigin(name: NumberName, declared: Declared, platform?: Platform): string | undefined {
  if (declared[name] !== undefined) return undefined;
  if (platform !== undefined && name in toPlatformDefaults(declared, platform))
    return PLATFORMS[platform].title;
  return name === "keepAliveTimeoutMs" ? "Node.js" : "svc-status";
}

function toPlatformDefaults(declared: Declared, platform: Platform | undefined): Declared {
  return platform === undefined ? {} : PLATFORMS[platform].toDefaults(declared);
}
