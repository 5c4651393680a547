import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { ReadinessRule } from "../core/readiness/rule.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Control, ControlFunction } from "../http/access.ts";
import type { HealthProbesOptions } from "../http/health-probe-options.ts";
import type { ProbeStatusOptions, PrometheusViewOptions, SvcStatusOptions } from "../http/options.ts";
import type { ServiceDescription } from "../http/page/page-model.ts";
import { resolveOptions } from "../http/resolve-options.ts";
import { toServedRule } from "../http/served-rule.ts";
import { failExpectation } from "../options/expect.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { ANY, LISTEN_PORT, methods, PERIOD_MS, TEXT } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { BUSY_AFTER_MS } from "./own-entries.ts";
import type { ThreadData } from "./protocol.ts";

/** Options for the sentinel. */
export interface SentinelOptions {
  /** The port to listen on. 0: any free port. */
  readonly port: number;
  /**
   * The address to listen on. Default: all addresses, because Kubernetes sends its probes to the pod's
   * address.
   */
  readonly host?: string;
  /** @default defaultRegistry */
  readonly registry?: StatusRegistry;
  /** @default defaultProbe */
  readonly probe?: Probe;
  /** The service's name, version, instance and links, for the page and the report for tools. */
  readonly service?: ServiceDescription;
  /** Options for the report. `false`: not served. */
  readonly svcStatus?: false | SentinelSvcStatusOptions;
  /** Options for the probe. `false`: not served. */
  readonly probeStatus?: false | SentinelProbeStatusOptions;
  /**
   * Health probes. `true`: `/livez`, `/readyz` and `/startupz` for Kubernetes.
   * @default true
   */
  readonly healthProbes?: boolean | HealthProbesOptions;
  /**
   * Pause between two reports of the main thread, and maximum time to wait for the handlers of one report.
   * Each report runs the handlers like a request does.
   * @default 1000
   */
  readonly publishMs?: number;
  /**
   * Time that the main thread may be blocked before `/livez` fails. Minimum 1000.
   * @default 30000
   */
  readonly wedgedAfterMs?: number;
  /**
   * Time that the main thread may be blocked before the sentinel writes a diagnostic report and kills the
   * process. Minimum `wedgedAfterMs`. Default: never.
   */
  readonly exitAfterMs?: number;
  /** The file of the thread, `svc-status/sentinel/worker`, if a bundler has moved it. */
  readonly workerUrl?: URL;
}

/** Options for the report: data only, because the sentinel cannot call functions of the main thread. */
export interface SentinelSvcStatusOptions
  extends Omit<SvcStatusOptions, "details" | "authorize" | "registry" | "prometheus"> {
  /**
   * `"never"`: the sentinel sends nothing that a handler reported except its state.
   * @default "always"
   */
  readonly details?: "always" | "never";
  readonly prometheus?: Omit<PrometheusViewOptions, "metrics">;
}

/** Options for the probe: data only, because the sentinel cannot call functions of the main thread. */
export interface SentinelProbeStatusOptions extends Omit<ProbeStatusOptions, "control"> {
  /**
   * The clients that may decommission and commission with a POST.
   * @default "loopback"
   */
  readonly control?: Exclude<Control, ControlFunction>;
}

export interface ResolvedSentinelOptions {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly workerUrl: URL | undefined;
  /** The readiness rule of the thread. */
  readonly rule: ReadinessRule | undefined;
  readonly data: Omit<ThreadData, "counters" | "probe" | "assets" | "identity">;
}

export const SENTINEL_OPTIONS: OptionShapes<
  SentinelOptions,
  WithDefaults<SentinelOptions, "host" | "exitAfterMs" | "workerUrl">
> = {
  port: { ...LISTEN_PORT, required: true },
  host: TEXT,
  registry: { ...methods("getReport", "on"), default: defaultRegistry },
  probe: { ...methods("decommission", "commission", "on"), default: defaultProbe },
  // The views check their options themselves.
  service: { ...ANY, default: {} },
  svcStatus: { ...ANY, default: {} },
  probeStatus: { ...ANY, default: {} },
  healthProbes: { ...ANY, default: true },
  publishMs: { ...PERIOD_MS, min: 100, default: 1_000 },
  wedgedAfterMs: { ...PERIOD_MS, min: BUSY_AFTER_MS, default: 30_000 },
  exitAfterMs: PERIOD_MS,
  workerUrl: { kind: "code", expected: "a URL", isRight: (value) => value instanceof URL },
};

/** Validates the options and applies the defaults. Throws a TypeError that names the option. */
export function resolveSentinelOptions(options: SentinelOptions): ResolvedSentinelOptions {
  const given = readOptions(SENTINEL_OPTIONS, options);
  const { port, host, registry, probe, service, svcStatus, probeStatus, healthProbes, workerUrl } = given;
  const { publishMs, wedgedAfterMs, exitAfterMs } = given;
  const resolved = resolveOptions({ registry, probe, service, svcStatus, probeStatus, healthProbes });
  expectData(svcStatus, probeStatus);
  if (exitAfterMs !== undefined)
    expectShape({ ...PERIOD_MS, min: wedgedAfterMs }, exitAfterMs, "exitAfterMs");
  const { registry: _registry, probe: _probe, ...views } = resolved;
  const data = { port, host, views, publishMs, wedgedAfterMs, exitAfterMs };
  return { registry, probe, workerUrl, rule: toServedRule(resolved), data };
}

/** Rejects functions, which the views accept but which cannot be sent to another thread. */
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
      failExpectation(option, "no function, because the sentinel's thread cannot call it", value);
}
