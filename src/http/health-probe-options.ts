import {
  DEFAULT_RULE,
  type ReadinessRule,
  SHARED_READINESS,
  type SharedReadiness,
} from "../core/readiness/rule.ts";
import { HANDLER_NAME } from "../core/registration.ts";
import { failExpectation } from "../options/expect.ts";
import { COUNT, choice, DELAY_MS, FLAG } from "../options/rules.ts";
import type { EitherShape, OptionShapes, TextShape, WithDefaults } from "../options/shape.ts";

/** How readiness counts a critical shared handler that is RED. */
export interface SharedReadinessOptions {
  /**
   * When it makes this instance unready. `"hold"`: after it has been RED for `holdMs`, or if it has always
   * been RED. `"start"`: only if it has always been RED. `"count"`: at once, so a shared failure takes out
   * all instances together. `"ignore"`: never.
   * @default "hold"
   */
  readonly shared?: SharedReadiness;
  /**
   * How long `"hold"` holds.
   * @default 300000
   */
  readonly holdMs?: number;
}

/** How a health probe writes its answer. */
export type HealthProbeFormat = "text" | "json" | "terminus" | "actuator";

const FORMAT_NAMES: readonly HealthProbeFormat[] = ["text", "json", "terminus", "actuator"];

/** Options for the health probes. */
export interface HealthProbesOptions extends SharedReadinessOptions {
  /**
   * The path of liveness, which fails if a critical local handler is RED. It ignores the probe. `false`: not
   * served.
   * @default "/livez", "/actuator/health/liveness" with the format `actuator`
   */
  readonly live?: string | false;
  /**
   * The path of readiness, which passes while the probe is commissioned and no critical handler is RED,
   * unless `shared` excludes it. `false`: not served.
   * @default "/readyz", "/actuator/health/readiness" with the format `actuator`
   */
  readonly ready?: string | false;
  /**
   * The path of startup, which passes once every critical handler has been OK or YELLOW. `false`: not served.
   * @default "/startupz", "/actuator/health/startup" with the format `actuator`
   */
  readonly startup?: string | false;
  /**
   * `"text"`: the format of the Kubernetes API server. `"terminus"`: the JSON of `@nestjs/terminus` and
   * `@godaddy/terminus`. `"actuator"`: the JSON of Spring Boot.
   * @default "text"
   */
  readonly format?: HealthProbeFormat;
  /** Adds `Retry-After` to answers with 503. Default: no such header. */
  readonly retryAfterSeconds?: number;
  /**
   * More paths, each for chosen handlers: `{ "/health/db": ["Database"] }`. It fails if one of them is RED,
   * critical or not, or not registered.
   */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /**
   * `true`: `?exclude=NAME` excludes a handler. By default, a query never changes a verdict.
   * @default false
   */
  readonly exclude?: boolean;
}

export type HealthProbeName = "live" | "ready" | "startup";

export const HEALTH_PROBE_NAMES: readonly HealthProbeName[] = ["live", "ready", "startup"];

export interface ResolvedHealthProbes {
  readonly paths: Readonly<Partial<Record<HealthProbeName, string>>>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly rule: ReadinessRule;
  readonly format: HealthProbeFormat;
  readonly retryAfterSeconds: number | undefined;
  readonly exclude: boolean;
}

export type HealthProbesWithDefaults = WithDefaults<
  HealthProbesOptions,
  HealthProbeName | "retryAfterSeconds"
>;

export const PATH: TextShape = {
  kind: "text",
  pattern: /^\/(?!\/)[^?#%\s]*[^/?#%\s]$/u,
  expected: 'a decoded path such as "/svc_status", without query and final slash',
};

const PATH_OR_OFF: EitherShape = {
  kind: "either",
  shapes: [choice(false), PATH],
  expected: `${PATH.expected}, or false`,
};

const SHARED_READINESS_OPTIONS: OptionShapes<SharedReadinessOptions> = {
  shared: { ...choice(...SHARED_READINESS), default: DEFAULT_RULE.shared },
  holdMs: { ...DELAY_MS, default: DEFAULT_RULE.holdMs },
};

export const REQUIRE_HEALTHY: EitherShape = {
  kind: "either",
  shapes: [FLAG, { kind: "object", properties: SHARED_READINESS_OPTIONS }],
  expected: "true, false or { shared, holdMs }",
};

export const HEALTH_PROBES_OPTIONS: OptionShapes<HealthProbesOptions, HealthProbesWithDefaults> = {
  live: PATH_OR_OFF,
  ready: PATH_OR_OFF,
  startup: PATH_OR_OFF,
  ...SHARED_READINESS_OPTIONS,
  format: { ...choice(...FORMAT_NAMES), default: "text" },
  retryAfterSeconds: COUNT,
  groups: {
    kind: "map",
    values: { kind: "list", items: HANDLER_NAME, isNonEmpty: true },
    default: {},
  },
  exclude: { ...FLAG, default: false },
};

type Paths = Readonly<Record<HealthProbeName, string>>;

const KUBERNETES_PATHS: Paths = { live: "/livez", ready: "/readyz", startup: "/startupz" };

const DEFAULT_PATHS: Readonly<Record<HealthProbeFormat, Paths>> = {
  text: KUBERNETES_PATHS,
  json: KUBERNETES_PATHS,
  terminus: KUBERNETES_PATHS,
  actuator: {
    live: "/actuator/health/liveness",
    ready: "/actuator/health/readiness",
    startup: "/actuator/health/startup",
  },
};

/** Throws a TypeError for a group whose path no request can have. */
export function resolveHealthProbes(options: HealthProbesWithDefaults): ResolvedHealthProbes {
  const { format, groups, shared, holdMs, exclude, retryAfterSeconds } = options;
  const paths = HEALTH_PROBE_NAMES.map((name) => [name, options[name] ?? DEFAULT_PATHS[format][name]]);
  for (const path of Object.keys(groups))
    if (!PATH.pattern?.test(path))
      failExpectation("healthProbes.groups", `paths, each ${PATH.expected}`, path);
  return {
    paths: Object.fromEntries(paths.filter(([, path]) => path !== false)),
    groups: new Map(Object.entries(groups).map(([path, names]) => [path, [...new Set(names)]])),
    rule: { shared, holdMs },
    format,
    retryAfterSeconds,
    exclude,
  };
}

/** `true` counts everything at once. `undefined`: the probe does not depend on handlers. */
export function toRequiredRule(value: boolean | SharedReadinessOptions): ReadinessRule | undefined {
  if (typeof value === "boolean") return value ? { ...DEFAULT_RULE, shared: "count" } : undefined;
  return { ...DEFAULT_RULE, ...value };
}
