import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { ReadinessRule } from "../core/readiness/rule.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { State } from "../core/state.ts";
import { choice, FLAG, FUNCTION, methods } from "../options/rules.ts";
import type {
  EitherShape,
  NumberShape,
  OptionShapes,
  Shape,
  Shapes,
  TextShape,
  WithDefaults,
} from "../options/shape.ts";
import type { Control } from "./access.ts";
import {
  HEALTH_PROBES_OPTIONS,
  type HealthProbesOptions,
  type HealthProbesWithDefaults,
  PATH,
  REQUIRE_HEALTHY,
  type ResolvedHealthProbes,
  type SharedReadinessOptions,
} from "./health-probe-options.ts";
import type { ServiceDescription } from "./page/page-model.ts";
import type { Permission } from "./permission.ts";
import type { ServedView } from "./served-view.ts";
import { SERVICE } from "./service-description.ts";

/** A platform whose usual settings become the defaults. */
export type Preset = "kubernetes";

/** The views to serve and the access to them. All options are optional. */
export interface ServiceStatusOptions {
  /**
   * The registry whose handlers are shown.
   * @default defaultRegistry
   */
  readonly registry?: StatusRegistry;
  /**
   * The probe that load balancers check.
   * @default defaultProbe
   */
  readonly probe?: Probe;
  /** The service's name, version, instance and links, for the page and the report for tools. */
  readonly service?: ServiceDescription;
  /**
   * `"kubernetes"`: health probes, extended metrics, JSON by default at the path of the report, and details
   * for clients on this machine only, or for clients that `authorize` permits. Other options win. Default: none.
   */
  readonly preset?: Preset;
  /** Options for the report. `false`: not served. */
  readonly svcStatus?: false | SvcStatusOptions;
  /** Options for the probe. `false`: not served. */
  readonly probeStatus?: false | ProbeStatusOptions;
  /**
   * Health probes. `true`: `/livez`, `/readyz` and `/startupz` for Kubernetes. An object sets other paths,
   * formats and rules.
   * @default false
   */
  readonly healthProbes?: boolean | HealthProbesOptions;
  /** The page of many services: `fleetStatus()` of `svc-status/fleet`. Default: not served. */
  readonly fleet?: ServedView;
}

/** Options for the report. */
export interface SvcStatusOptions {
  /**
   * The registry for the report, if it differs from the one for the probes: the registry of `joinCluster()`
   * shows all workers. Default: the `registry` option.
   */
  readonly registry?: StatusRegistry;
  /**
   * The path of the report. With `.csv`, `.json`, `.prometheus`, `.health` or `.html` appended, it serves
   * that format; with `.report`, the report for tools; with `.events`, the updates of the page;
   * a POST with `.check` runs the handlers.
   * @default "/svc_status"
   */
  readonly path?: string;
  /**
   * Which clients see more than names and states. With `"never"`, or if the function does not return `true`,
   * the process sends only the state of what a handler reported.
   * @default "always"
   */
  readonly details?: "always" | "never" | Permission;
  /** Decides which clients may see the report; others get 403. Default: all clients. */
  readonly authorize?: Permission;
  /**
   * The status code of csv and JSON for each overall state, for monitors that check status codes. Prometheus
   * and the page always get 200. health+json uses the codes of its draft.
   * @default { OK: 200, YELLOW: 200, RED: 200 }
   */
  readonly httpStatus?: Readonly<Partial<Record<State, number>>>;
  readonly csv?: {
    /**
     * Adds a third column with the detail, like release 1.0.0 of lovely-ws-status.
     * @default false
     */
    readonly detail?: boolean;
  };
  readonly prometheus?: PrometheusViewOptions;
  /**
   * `true`: the page has a button to decommission and commission, if `probeStatus.control` permits the user.
   * @default false
   */
  readonly controls?: boolean;
}

/** Options for the Prometheus formats. */
export interface PrometheusViewOptions {
  /**
   * Repeats HELP and TYPE for each handler, like release 1.0.0 of lovely-ws-status. Strict parsers reject
   * that.
   * @default false
   */
  readonly repeatMetadata?: boolean;
  /**
   * Adds the families `svc_status_…`: for each check its duration, time, start of the current state and
   * number of changes, and whether the probe is commissioned.
   * @default false
   */
  readonly extended?: boolean;
  /** The application's metrics, appended to ours: prom-client's `register`, or an object with `metrics()`. */
  readonly metrics?: MetricsSource;
}

/** An object that renders metrics in the Prometheus text format or in OpenMetrics. */
export interface MetricsSource {
  metrics(): string | Promise<string>;
}

/** Options for the probe. */
export interface ProbeStatusOptions {
  /** @default "/probe_status" */
  readonly path?: string;
  /**
   * The clients that may decommission and commission with a POST. `"loopback"`: clients on this machine whose
   * request has no forwarding header. nginx and HAProxy do not add one by default, so use a token behind a proxy on this
   * machine. A browser's cross-site request is always refused. A function may return `{ allowed: true, as }`
   * with the user's name, which the log and the page show.
   * @default "loopback"
   */
  readonly control?: Control;
  /**
   * An object: also 503 while a critical handler is RED, unless `shared` excludes it. `true` is
   * `{ shared: "count" }`: if a shared dependency fails, the balancer removes all instances at once.
   * @default false
   */
  readonly requireHealthy?: boolean | SharedReadinessOptions;
  /**
   * The status code while decommissioned. Use 404 with HAProxy's `http-check disable-on-404`, which drains at
   * the first 404.
   * @default 503
   */
  readonly decommissionedStatus?: 503 | 404;
}

export interface ResolvedOptions {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly service: ServiceDescription;
  readonly svcStatus: ResolvedSvcStatus | undefined;
  readonly probeStatus: ResolvedProbeStatus | undefined;
  readonly healthProbes: ResolvedHealthProbes | undefined;
  readonly fleet: ServedView | undefined;
}

export interface ResolvedProbeStatus extends Required<Omit<ProbeStatusOptions, "requireHealthy">> {
  /** `undefined`: the probe does not depend on handlers. */
  readonly requireHealthy: ReadinessRule | undefined;
}

export interface ResolvedSvcStatus
  extends Omit<SvcStatusWithDefaults, "csv" | "prometheus">,
    PrometheusWithDefaults {
  readonly detailColumn: boolean;
  /** Whether the path without a suffix is JSON by default instead of csv. */
  readonly prefersJson: boolean;
}

interface WithDefaultsOfAll
  extends Required<Pick<ServiceStatusOptions, "registry" | "probe" | "service">>,
    Pick<ServiceStatusOptions, "preset" | "fleet"> {
  readonly svcStatus: false | SvcStatusWithDefaults;
  readonly probeStatus: false | Required<ProbeStatusOptions>;
  readonly healthProbes: boolean | HealthProbesWithDefaults;
}

export interface SvcStatusWithDefaults extends WithDefaults<SvcStatusOptions, "authorize" | "registry"> {
  readonly httpStatus: Readonly<Record<State, number>>;
  readonly csv: { readonly detail: boolean };
  readonly prometheus: PrometheusWithDefaults;
}

type PrometheusWithDefaults = WithDefaults<PrometheusViewOptions, "metrics">;

/** The characters of a bearer token (RFC 6750, 2.1). The error never shows the value. */
const TOKEN: TextShape = {
  kind: "text",
  pattern: /^[\w.~+/-]+=*$/u,
  expected: "letters, digits and -._~+/ with = at the end",
  isSecret: true,
  got: (token) =>
    typeof token === "string" ? "a text with other characters, or none" : `a value of type ${typeof token}`,
};

const HTTP_STATUS: NumberShape = { kind: "number", min: 200, max: 599, integer: true };

const HTTP_STATUSES: OptionShapes<Partial<Record<State, number>>> = {
  OK: { ...HTTP_STATUS, default: 200 },
  YELLOW: { ...HTTP_STATUS, default: 200 },
  RED: { ...HTTP_STATUS, default: 200 },
};

const PROMETHEUS_OPTIONS: OptionShapes<PrometheusViewOptions, PrometheusWithDefaults> = {
  repeatMetadata: { ...FLAG, default: false },
  extended: { ...FLAG, default: false },
  metrics: methods("metrics"),
};

export const SVC_STATUS_OPTIONS: OptionShapes<SvcStatusOptions, SvcStatusWithDefaults> = {
  path: { ...PATH, default: "/svc_status" },
  details: {
    kind: "either",
    shapes: [choice("always", "never"), FUNCTION],
    expected: '"always", "never" or a function',
    default: "always",
  },
  authorize: FUNCTION,
  httpStatus: { kind: "object", properties: HTTP_STATUSES, default: {} },
  csv: { kind: "object", properties: { detail: { ...FLAG, default: false } }, default: {} },
  prometheus: { kind: "object", properties: PROMETHEUS_OPTIONS, default: {} },
  registry: methods("getReport"),
  controls: { ...FLAG, default: false },
};

export const PROBE_STATUS_OPTIONS: OptionShapes<ProbeStatusOptions> = {
  path: { ...PATH, default: "/probe_status" },
  control: {
    kind: "either",
    shapes: [
      choice("loopback", "open", "off"),
      FUNCTION,
      { kind: "object", properties: { token: { ...TOKEN, required: true } } },
    ],
    expected: '"loopback", "open", "off", { token } or a function',
    isSecret: true,
    default: "loopback",
  },
  requireHealthy: { ...REQUIRE_HEALTHY, default: false },
  decommissionedStatus: { ...choice(503, 404), default: 503 },
};

const PRESET_NAMES: readonly Preset[] = ["kubernetes"];

export const PRESET: Shape = choice(...PRESET_NAMES);

export const SERVICE_STATUS_OPTIONS: OptionShapes<ServiceStatusOptions, WithDefaultsOfAll> = {
  registry: { ...methods("getReport", "addStatusHandler"), default: defaultRegistry },
  probe: { ...methods("decommission", "commission"), default: defaultProbe },
  service: { kind: "object", properties: SERVICE, default: {} },
  preset: PRESET,
  svcStatus: { ...or(choice(false), SVC_STATUS_OPTIONS), default: {} },
  probeStatus: { ...or(choice(false), PROBE_STATUS_OPTIONS), default: {} },
  healthProbes: { ...or(FLAG, HEALTH_PROBES_OPTIONS), default: false },
  fleet: methods("owns", "answer"),
};

/** The options of a view, or a value that turns it on or off. */
export function or(shape: Shape, properties: Shapes): EitherShape {
  return { kind: "either", shapes: [shape, { kind: "object", properties }], expected: "an object" };
}
