import type { SharedReadiness } from "../../core/readiness/rule.ts";
import type { Preset } from "../../drain/presets.ts";

/** The checks of liveness: only local handlers, as with `/livez`, also shared handlers, or the probe. */
export const LIVENESS = ["local", "shared", "probe"] as const;
export type Liveness = (typeof LIVENESS)[number];

// A missing name is a compile error. The help does not load the code that has these names.
const IS_SHARED_READINESS: Readonly<Record<SharedReadiness, true>> = {
  hold: true,
  start: true,
  count: true,
  ignore: true,
};
export const SHARED_NAMES: readonly SharedReadiness[] = Object.keys(IS_SHARED_READINESS) as SharedReadiness[];

const IS_PRESET: Readonly<Record<Preset, true>> = {
  kubernetes: true,
  docker: true,
  ecs: true,
  "cloud-run": true,
  heroku: true,
  pm2: true,
  systemd: true,
};
export const PRESET_NAMES: readonly Preset[] = Object.keys(IS_PRESET) as Preset[];

export interface CountRange {
  readonly min: number;
  readonly max: number;
}

export const COUNT_RANGE: CountRange = { min: 1, max: 1_000 };

/** The kinds of numbers. `delay` and `period` are times in milliseconds; a period is at least 1. */
export interface KindValues {
  readonly delay: number;
  readonly period: number;
  readonly count: number;
  readonly flag: boolean;
  readonly liveness: Liveness;
  readonly preset: Preset;
  readonly shared: SharedReadiness;
}

export interface FieldFacts {
  readonly kind: keyof KindValues;
  /** The name of the option on the command line. Default: only a file can contain this number. */
  readonly option?: string;
  /** The help for the option. */
  readonly help?: string;
}

/** The numbers that the doctor judges, in the order of the help. */
export const FIELDS = {
  /** The longest deadline of a handler that the probe runs. */
  handlerTimeoutMs: {
    kind: "period",
    option: "handler-timeout",
    help: "Longest timeoutMs of the handlers that the probe runs",
  },
  /** The interval at which these handlers run in the background. Default: they run at each probe. */
  handlerIntervalMs: {
    kind: "period",
    option: "handler-interval",
    help: "Their intervalMs, if they run in the background",
  },
  /** Whether the probe answers 503 while a critical handler is RED. */
  requireHealthy: {
    kind: "flag",
    option: "require-healthy",
    help: "The probe is 503 while a critical handler is RED",
  },
  /**
   * `shared` of the health probes, or of `requireHealthy`. Default: `"hold"`, and `"count"` with
   * `requireHealthy`.
   */
  shared: {
    kind: "shared",
    option: "shared",
    help: "When a shared handler that is RED makes an instance unready",
  },
  holdMs: { kind: "delay", option: "hold", help: "How long hold holds (holdMs)" },
  /** `false`: readiness runs no handlers, as `/probe_status`. Default: as in the platform's settings. */
  probeRunsHandlers: { kind: "flag" },
  livenessLooksAt: {
    kind: "liveness",
    option: "liveness",
    help: "What liveness checks: local handlers (/livez), shared ones too, or the probe",
  },
  /** HAProxy `inter`, Kubernetes `periodSeconds`, ALB `HealthCheckIntervalSeconds`, Docker `--interval`. */
  probeIntervalMs: { kind: "period", option: "probe-interval", help: "Interval of the probe" },
  /** HAProxy `timeout check`, Kubernetes `timeoutSeconds`, ALB `HealthCheckTimeoutSeconds`, Docker `--timeout`. */
  probeTimeoutMs: {
    kind: "period",
    option: "probe-timeout",
    help: "Timeout of the probe",
  },
  /** HAProxy `fall`, Kubernetes `failureThreshold`, ALB `UnhealthyThresholdCount`, Docker `--retries`. */
  fall: { kind: "count", option: "fall", help: "Number of failed probes that remove an instance" },
  /** HAProxy `rise`, Kubernetes `successThreshold`, ALB `HealthyThresholdCount`. */
  rise: { kind: "count", option: "rise", help: "Number of good probes that add it again" },
  startupMs: { kind: "delay", option: "startup", help: "How long the service takes to start" },
  longestRequestMs: {
    kind: "delay",
    option: "longest-request",
    help: "How long the longest request takes",
  },
  /** `server.keepAliveTimeout`. 0: idle connections stay open forever. */
  keepAliveTimeoutMs: { kind: "delay", option: "keep-alive", help: "The keepAliveTimeout of the service" },
  balancerIdleMs: {
    kind: "delay",
    option: "balancer-idle",
    help: "How long the balancer keeps idle connections",
  },
  // These five and `redsSeen` are options of `drainOnSignals`. With a preset, the drain knows `preStopMs`.
  preset: { kind: "preset", option: "preset", help: "The preset of the drain" },
  deadlineMs: { kind: "delay", option: "deadline", help: "The deadlineMs of the drain" },
  capMs: { kind: "delay" },
  closeTimeoutMs: { kind: "delay" },
  hooksTimeoutMs: { kind: "delay" },
  redsSeen: { kind: "count" },
  /** From the first signal to SIGKILL: `terminationGracePeriodSeconds`, `docker stop -t`. */
  graceMs: { kind: "delay", option: "grace", help: "Time from SIGTERM, or the preStop hook, to SIGKILL" },
  preStopMs: { kind: "delay", option: "pre-stop", help: "How long the preStop hook takes" },
  instances: { kind: "count", option: "instances", help: "Number of instances" },
} as const;

export type Fields = typeof FIELDS;
export type NumberName = keyof Fields;

/** The times and counts. */
export type AmountName = {
  [Name in NumberName]: KindValues[Fields[Name]["kind"]] extends number ? Name : never;
}[NumberName];

/** The declared numbers of a service and of its platform. */
export type Declared = { readonly [Name in NumberName]?: KindValues[Fields[Name]["kind"]] };

/** The platforms that balance or run a service. */
export const PLATFORM_NAMES = ["kubernetes", "haproxy", "nginx", "alb", "docker"] as const;
export type Platform = (typeof PLATFORM_NAMES)[number];
