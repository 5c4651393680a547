import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { STATES, type State } from "../core/state.ts";
import { EVENTS_SUFFIX, FORMATS } from "../formats/formats.ts";
import {
  expectBoolean,
  expectFunction,
  expectKnownKeys,
  expectMethods,
  expectNumber,
  expectObject,
  expectOneOf,
  failExpectation,
} from "../options/expect.ts";
import { describeValue } from "../util/describe-value.ts";
import type { Control } from "./access.ts";
import type { ServiceDescription } from "./page/page-model.ts";
import type { Permission } from "./permission.ts";
import { resolveService } from "./service-description.ts";

/** What to serve and who may access it. All options are optional. */
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
  /** Options for the report. `false`: not served. */
  readonly svcStatus?: false | SvcStatusOptions;
  /** Options for the probe. `false`: not served. */
  readonly probeStatus?: false | ProbeStatusOptions;
  /**
   * Kubernetes' health endpoints. `true`: `/livez`, `/readyz` and `/startupz`. An object sets other paths.
   * @default false
   */
  readonly healthProbes?: boolean | Readonly<Partial<HealthProbePaths>>;
}

/** The paths of the health endpoints for Kubernetes. */
export interface HealthProbePaths {
  /**
   * Liveness: fails if a critical local handler is RED. Ignores the probe.
   * @default "/livez"
   */
  readonly live: string;
  /**
   * Readiness: passes while the probe is commissioned and no critical handler is RED.
   * @default "/readyz"
   */
  readonly ready: string;
  /**
   * Startup: passes once every critical handler has been OK or YELLOW.
   * @default "/startupz"
   */
  readonly startup: string;
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
   * that format; with `.events`, the updates of the page.
   * @default "/svc_status"
   */
  readonly path?: string;
  /**
   * Who sees more than names and states. With `"never"`, or if the function does not return `true`, the
   * process sends nothing that a handler reported except its state.
   * @default "always"
   */
  readonly details?: "always" | "never" | Permission;
  /** Who may see the report; others get 403. Default: everyone. */
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
   * Who may decommission and commission with a POST. `"loopback"`: clients on this machine whose request has
   * no forwarding header. nginx and HAProxy do not add one by default, so use a token behind a proxy on this
   * machine. A browser's cross-site request is always refused.
   * @default "loopback"
   */
  readonly control?: Control;
  /**
   * `true`: also 503 while a critical handler is RED. If a shared dependency fails, the balancer then removes
   * all instances at once.
   * @default false
   */
  readonly requireHealthy?: boolean;
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
  readonly probeStatus: Required<ProbeStatusOptions> | undefined;
  readonly healthProbes: HealthProbePaths | undefined;
}

export interface ResolvedSvcStatus {
  readonly path: string;
  readonly details: "always" | "never" | Permission;
  readonly authorize: Permission | undefined;
  readonly httpStatus: Readonly<Record<State, number>>;
  readonly detailColumn: boolean;
  readonly repeatMetadata: boolean;
  readonly extended: boolean;
  readonly metrics: MetricsSource | undefined;
  readonly controls: boolean;
  readonly registry: StatusRegistry | undefined;
}

type Keys<Options> = readonly (keyof Options & string)[];

const OPTION_KEYS: Keys<ServiceStatusOptions> = [
  "registry",
  "probe",
  "service",
  "svcStatus",
  "probeStatus",
  "healthProbes",
];
const SVC_STATUS_KEYS: Keys<SvcStatusOptions> = [
  "path",
  "details",
  "authorize",
  "httpStatus",
  "csv",
  "prometheus",
  "registry",
  "controls",
];
const PROMETHEUS_KEYS: Keys<PrometheusViewOptions> = ["repeatMetadata", "extended", "metrics"];
const PROBE_STATUS_KEYS: Keys<ProbeStatusOptions> = [
  "path",
  "control",
  "requireHealthy",
  "decommissionedStatus",
];

// Responses with these codes have no body (RFC 9110, 15), but ours always have one.
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/** Validates the options and applies the defaults. Throws a TypeError that names the option. */
export function resolveOptions(options: ServiceStatusOptions = {}): ResolvedOptions {
  expectObject("options", options);
  expectKnownKeys("options", options, OPTION_KEYS);
  const { registry = defaultRegistry, probe = defaultProbe, svcStatus = {}, probeStatus = {} } = options;
  const { healthProbes = false, service = {} } = options;
  expectMethods("registry", registry, ["getReport", "addStatusHandler"]);
  expectMethods("probe", probe, ["decommission", "commission"]);
  expectMethods("probe.since", probe.since, ["getTime"]);
  const resolved = {
    registry,
    probe,
    service: resolveService(service),
    svcStatus: svcStatus === false ? undefined : resolveSvcStatus(svcStatus),
    probeStatus: probeStatus === false ? undefined : resolveProbeStatus(probeStatus),
    healthProbes:
      healthProbes === false ? undefined : resolveHealthProbes(healthProbes === true ? {} : healthProbes),
  };
  expectDistinctPaths(resolved);
  return resolved;
}

function resolveSvcStatus(options: SvcStatusOptions): ResolvedSvcStatus {
  expectObject("svcStatus", options);
  expectKnownKeys("svcStatus", options, SVC_STATUS_KEYS);
  const {
    path = "/svc_status",
    details = "always",
    authorize,
    httpStatus = {},
    csv = {},
    prometheus = {},
    registry,
    controls = false,
  } = options;
  expectPath("svcStatus.path", path);
  if (typeof details !== "function" && details !== "always" && details !== "never") {
    failExpectation("svcStatus.details", '"always", "never" or a function', details);
  }
  if (authorize !== undefined) expectFunction("svcStatus.authorize", authorize);
  if (registry !== undefined) expectMethods("svcStatus.registry", registry, ["getReport"]);
  expectObject("svcStatus.csv", csv);
  expectKnownKeys("svcStatus.csv", csv, ["detail"]);
  const { detail = false } = csv;
  expectBoolean("svcStatus.csv.detail", detail);
  expectBoolean("svcStatus.controls", controls);
  return {
    path,
    details,
    authorize,
    httpStatus: resolveHttpStatus(httpStatus),
    detailColumn: detail,
    ...resolvePrometheus(prometheus),
    registry,
    controls,
  };
}

function resolveHttpStatus(
  options: Readonly<Partial<Record<State, number>>>,
): Readonly<Record<State, number>> {
  expectObject("svcStatus.httpStatus", options);
  expectKnownKeys("svcStatus.httpStatus", options, STATES);
  const { OK = 200, YELLOW = 200, RED = 200 } = options;
  const httpStatus = { OK, YELLOW, RED };
  for (const state of STATES) {
    const option = `svcStatus.httpStatus.${state}`;
    expectNumber(option, httpStatus[state], { min: 200, max: 599, integer: true });
    if (WITHOUT_BODY.includes(httpStatus[state]))
      failExpectation(option, "a code whose answer has a body", httpStatus[state]);
  }
  return httpStatus;
}

function resolvePrometheus(
  options: PrometheusViewOptions,
): Pick<ResolvedSvcStatus, "repeatMetadata" | "extended" | "metrics"> {
  expectObject("svcStatus.prometheus", options);
  expectKnownKeys("svcStatus.prometheus", options, PROMETHEUS_KEYS);
  const { repeatMetadata = false, extended = false, metrics } = options;
  expectBoolean("svcStatus.prometheus.repeatMetadata", repeatMetadata);
  expectBoolean("svcStatus.prometheus.extended", extended);
  if (metrics !== undefined) expectMethods("svcStatus.prometheus.metrics", metrics, ["metrics"]);
  return { repeatMetadata, extended, metrics };
}

function resolveProbeStatus(options: ProbeStatusOptions): Required<ProbeStatusOptions> {
  expectObject("probeStatus", options);
  expectKnownKeys("probeStatus", options, PROBE_STATUS_KEYS);
  const {
    path = "/probe_status",
    control = "loopback",
    requireHealthy = false,
    decommissionedStatus = 503,
  } = options;
  expectPath("probeStatus.path", path);
  expectControl("probeStatus.control", control);
  expectBoolean("probeStatus.requireHealthy", requireHealthy);
  expectOneOf("probeStatus.decommissionedStatus", decommissionedStatus, [503, 404]);
  return { path, control: copyControl(control), requireHealthy, decommissionedStatus };
}

/** Copies the validated token, so that later changes to the caller's object have no effect. */
function copyControl(control: Control): Control {
  return typeof control === "object" ? { token: control.token } : control;
}

function expectControl(option: string, control: unknown): void {
  if (control === "loopback" || control === "open" || control === "off" || typeof control === "function")
    return;
  if (typeof control !== "object" || control === null) {
    // A different string may be a token, so it is not shown.
    const got = typeof control === "string" ? "another text" : describeValue(control);
    throw new TypeError(`${option}: expected "loopback", "open", "off", { token } or a function, got ${got}`);
  }
  expectKnownKeys(option, control, ["token"]);
  expectToken(`${option}.token`, (control as { token?: unknown }).token);
}

/** Allows the characters of a bearer token (RFC 6750, 2.1). The error never shows the value. */
function expectToken(option: string, token: unknown): void {
  if (typeof token === "string" && /^[\w.~+/-]+=*$/.test(token)) return;
  const got =
    typeof token === "string" ? "a text with other characters, or none" : `a value of type ${typeof token}`;
  throw new TypeError(`${option}: expected letters, digits and -._~+/ with = at the end, got ${got}`);
}

function expectPath(option: string, path: unknown): void {
  const isPath = typeof path === "string" && /^\/[^?#%\s]*[^/?#%\s]$/.test(path) && !path.startsWith("//");
  if (!isPath)
    failExpectation(option, 'a decoded path such as "/svc_status", without query and final slash', path);
}

function resolveHealthProbes(options: Readonly<Partial<HealthProbePaths>>): HealthProbePaths {
  expectObject("healthProbes", options);
  expectKnownKeys("healthProbes", options, ["live", "ready", "startup"]);
  const { live = "/livez", ready = "/readyz", startup = "/startupz" } = options;
  expectPath("healthProbes.live", live);
  expectPath("healthProbes.ready", ready);
  expectPath("healthProbes.startup", startup);
  return { live, ready, startup };
}

/** Rejects a path that two views claim: one of them would never be reached. */
function expectDistinctPaths({ svcStatus, probeStatus, healthProbes }: ResolvedOptions): void {
  const suffixes = Object.values(FORMATS).flatMap(({ suffix }) => suffix ?? []);
  const taken = new Map<string, string>();
  const claims: [path: string | undefined, option: string][] = [
    ...["", ...suffixes, EVENTS_SUFFIX].map((suffix): [string | undefined, string] => [
      svcStatus && svcStatus.path + suffix,
      "svcStatus.path",
    ]),
    [probeStatus?.path, "probeStatus.path"],
    [healthProbes?.live, "healthProbes.live"],
    [healthProbes?.ready, "healthProbes.ready"],
    [healthProbes?.startup, "healthProbes.startup"],
  ];
  for (const [path, option] of claims) {
    if (path === undefined) continue;
    const other = taken.get(path);
    if (other !== undefined) failExpectation(option, `a path that ${other} does not answer`, path);
    taken.set(path, option);
  }
}
