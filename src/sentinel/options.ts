import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Control } from "../http/access.ts";
import {
  type HealthProbePaths,
  type ProbeStatusOptions,
  type PrometheusViewOptions,
  resolveOptions,
  type SvcStatusOptions,
} from "../http/options.ts";
import type { ServiceDescription } from "../http/page/page-model.ts";
import type { Permission } from "../http/permission.ts";
import {
  expectKnownKeys,
  expectMethods,
  expectNumber,
  expectObject,
  expectText,
  failExpectation,
} from "../options/expect.ts";
import { BUSY_AFTER_MS } from "./own-entries.ts";
import type { ThreadData } from "./protocol.ts";

/** What the sentinel watches, where it answers, and what. */
export interface SentinelOptions {
  /** Where it listens. 0: any free port. */
  readonly port: number;
  /** The address that it listens on. Left out: all of this machine, because Kubernetes asks at the pod's. */
  readonly host?: string;
  /** @default defaultRegistry */
  readonly registry?: StatusRegistry;
  /** @default defaultProbe */
  readonly probe?: Probe;
  /** Which service it is, for the status page. */
  readonly service?: ServiceDescription;
  /** How the report is served. `false`: not at all. */
  readonly svcStatus?: false | SentinelSvcStatusOptions;
  /** How the probe is served. `false`: not at all. */
  readonly probeStatus?: false | SentinelProbeStatusOptions;
  /**
   * Where Kubernetes asks. `true`: `/livez`, `/readyz` and `/startupz`.
   * @default true
   */
  readonly healthProbes?: boolean | Readonly<Partial<HealthProbePaths>>;
  /**
   * How long the main thread waits from one report to the next, and at most for the answers of one. Each asks the
   * handlers, as a request would.
   * @default 1000
   */
  readonly publishMs?: number;
  /**
   * So long the main thread may be blocked before `/livez` fails. At least 1000.
   * @default 30000
   */
  readonly wedgedAfterMs?: number;
  /**
   * When the main thread has been blocked for so long, the process writes a diagnostic report and is killed. At least
   * `wedgedAfterMs`. Left out: never.
   */
  readonly exitAfterMs?: number;
  /** The file of the thread, where a bundler has moved it: `svc-status/sentinel/worker`. */
  readonly workerUrl?: URL;
}

/** How the sentinel serves the report: data only, because its thread cannot call functions of the main thread. */
export interface SentinelSvcStatusOptions
  extends Omit<SvcStatusOptions, "details" | "authorize" | "registry" | "prometheus"> {
  /**
   * `"never"`: nothing that a handler reported beyond its state leaves the process here.
   * @default "always"
   */
  readonly details?: "always" | "never";
  readonly prometheus?: Omit<PrometheusViewOptions, "metrics">;
}

/** How the sentinel serves the probe: data only, because its thread cannot call functions of the main thread. */
export interface SentinelProbeStatusOptions extends Omit<ProbeStatusOptions, "control"> {
  /**
   * Who may decommission and commission with a POST.
   * @default "loopback"
   */
  readonly control?: Exclude<Control, Permission>;
}

export interface ResolvedSentinelOptions {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly workerUrl: URL | undefined;
  readonly data: Omit<ThreadData, "counters" | "probe">;
}

const KEYS: readonly (keyof SentinelOptions)[] = [
  "port",
  "host",
  "registry",
  "probe",
  "service",
  "svcStatus",
  "probeStatus",
  "healthProbes",
  "publishMs",
  "wedgedAfterMs",
  "exitAfterMs",
  "workerUrl",
];

/** Checks the options and puts the defaults in. Throws a TypeError that names the option. */
export function resolveSentinelOptions(options: SentinelOptions): ResolvedSentinelOptions {
  expectObject("options", options);
  expectKnownKeys("options", options, KEYS);
  const { port, host, registry = defaultRegistry, probe = defaultProbe, workerUrl } = options;
  const { service = {}, svcStatus = {}, probeStatus = {}, healthProbes = true } = options;
  const { publishMs = 1_000, wedgedAfterMs = 30_000, exitAfterMs } = options;
  expectNumber("port", port, { min: 0, max: 65_535, integer: true });
  if (host !== undefined) expectText("host", host);
  expectMethods("registry", registry, ["getReport", "on"]);
  expectMethods("probe", probe, ["decommission", "commission", "on"]);
  const views = { service, svcStatus, probeStatus, healthProbes };
  const { svcStatus: resolvedSvcStatus } = resolveOptions({ registry, probe, ...views });
  expectData(svcStatus, probeStatus);
  expectNumber("publishMs", publishMs, { min: 100 });
  expectNumber("wedgedAfterMs", wedgedAfterMs, { min: BUSY_AFTER_MS });
  if (exitAfterMs !== undefined) expectNumber("exitAfterMs", exitAfterMs, { min: wedgedAfterMs });
  if (workerUrl !== undefined && !(workerUrl instanceof URL))
    failExpectation("workerUrl", "a URL", workerUrl);
  const reportPath = resolvedSvcStatus?.path;
  const data = { port, host, views, reportPath, publishMs, wedgedAfterMs, exitAfterMs };
  return { registry, probe, workerUrl, data };
}

/** What the views would take, and the other thread cannot have. */
function expectData(svcStatus: false | SvcStatusOptions, probeStatus: false | ProbeStatusOptions): void {
  const { details, authorize, registry, prometheus } = svcStatus || {};
  const { control } = probeStatus || {};
  const given = {
    "svcStatus.details": typeof details === "function" ? details : undefined,
    "svcStatus.authorize": authorize,
    "svcStatus.registry": registry,
    "svcStatus.prometheus.metrics": prometheus?.metrics,
    "probeStatus.control": typeof control === "function" ? control : undefined,
  };
  for (const [option, value] of Object.entries(given))
    if (value !== undefined)
      failExpectation(option, "nothing that the sentinel's thread would have to call", value);
}
