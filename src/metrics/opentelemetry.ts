import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { expectMethods } from "../options/expect.ts";
import { shareAmongCopies } from "../util/copies.ts";
import { createCollector } from "./collect.ts";
import { FAMILY_NAMES, type FamilyName, METRIC_FAMILIES, type ServiceIdentity } from "./families.ts";
import { expectIdentity } from "./identity.ts";

/** The part of a `Meter` of `@opentelemetry/api` that this library uses. */
export interface StatusMeter {
  createObservableGauge(name: string, options: InstrumentOptions): unknown;
  createObservableCounter(name: string, options: InstrumentOptions): unknown;
  addBatchObservableCallback(callback: ObserveInstruments, instruments: never[]): void;
  removeBatchObservableCallback(callback: ObserveInstruments, instruments: never[]): void;
}

export interface InstrumentOptions {
  readonly description: string;
  readonly unit?: string;
}

/** The callback that a meter calls once per collection. */
export type ObserveInstruments = (result: InstrumentObserver) => Promise<void>;

export interface InstrumentObserver {
  observe(instrument: never, value: number, attributes: Record<string, string>): void;
}

/**
 * The names follow OpenTelemetry's conventions: a dot after the namespace, no name that is also a namespace,
 * and no suffix for counters. The unit is part of the name too, because the exporter of the JavaScript SDK does
 * not append it. Collectors and Prometheus append it only if it is absent, so this library's Prometheus names
 * arrive in either case.
 */
const INSTRUMENTS: Readonly<Record<FamilyName, { readonly name: string; readonly unit?: string }>> = {
  svc_status: { name: "svc.status" },
  svc_status_state: { name: "svc.status_state" },
  svc_status_overall: { name: "svc.status_overall" },
  svc_status_info: { name: "svc.status_info" },
  svc_status_cause: { name: "svc.status_cause" },
  svc_status_held: { name: "svc.status_held" },
  svc_status_upstream: { name: "svc.status_upstream" },
  svc_status_label: { name: "svc.status_label" },
  svc_status_duration_seconds: { name: "svc.status_duration_seconds", unit: "s" },
  svc_status_last_check_timestamp_seconds: { name: "svc.status_last_check_timestamp_seconds", unit: "s" },
  svc_status_last_change_timestamp_seconds: { name: "svc.status_last_change_timestamp_seconds", unit: "s" },
  svc_status_in_service: { name: "svc.status_in_service" },
  svc_status_draining: { name: "svc.status_draining" },
  svc_status_changes_total: { name: "svc.status_changes", unit: "{change}" },
};

/**
 * Exposes `svc_status` and the additional families as observable instruments. A collection runs each handler
 * once. It never fails, and waits for a handler until its deadline, at most 4 s.
 *
 * If you call it again for the same meter, the last call wins.
 *
 * @param meter `metrics.getMeter("my-service")` of `@opentelemetry/api`, called after the SDK is set up. Two
 * registries need two meters.
 * @param registry The registry of the handlers. Default: `defaultRegistry`.
 * @param probe The probe of `svc.status_in_service`. Default: `defaultProbe`.
 * @param service The name and the version for `svc.status_info`. Default: none.
 * @returns A function that ends the observation. Current SDKs keep showing the last values after that.
 * @example
 * import { metrics } from "@opentelemetry/api";
 * observeStatus(metrics.getMeter("my-service"));
 * @throws TypeError if an argument is not a meter, a registry or a probe.
 */
export function observeStatus(
  meter: StatusMeter,
  registry: StatusRegistry = defaultRegistry,
  probe: Probe = defaultProbe,
  service: ServiceIdentity = {},
): () => void {
  expectMethods("meter", meter, METER_METHODS);
  expectMethods("registry", registry, ["getReport", "changeCounts"]);
  expectMethods("probe", probe, ["decommission", "commission"]);
  expectIdentity(service);
  const collect = createCollector({ registry, probe, service: { ...service } });
  const instruments = FAMILY_NAMES.map((name) => createInstrument(meter, name));

  async function observeInstruments(result: InstrumentObserver): Promise<void> {
    const source = await collect();
    for (const [index, name] of FAMILY_NAMES.entries()) {
      for (const { labels, value } of METRIC_FAMILIES[name].toSamples(source)) {
        // OTLP over JSON has no NaN and no Infinity: a single one would make the whole export fail.
        if (Number.isFinite(value)) result.observe(instruments[index] as never, value, { ...labels });
      }
    }
  }

  observations.get(meter)?.();
  observations.set(meter, endObservation);
  meter.addBatchObservableCallback(observeInstruments, instruments as never[]);

  function endObservation(): void {
    meter.removeBatchObservableCallback(observeInstruments, instruments as never[]);
  }

  return endObservation;
}

/** The functions that end the observation of each meter. */
const observations = shareAmongCopies("observations", () => new WeakMap<StatusMeter, () => void>());

const METER_METHODS: readonly (keyof StatusMeter)[] = [
  "createObservableGauge",
  "createObservableCounter",
  "addBatchObservableCallback",
  "removeBatchObservableCallback",
];

function createInstrument(meter: StatusMeter, family: FamilyName): unknown {
  const { name, unit } = INSTRUMENTS[family];
  const { help, type } = METRIC_FAMILIES[family];
  const options = { description: help, ...(unit && { unit }) };
  return type === "counter"
    ? meter.createObservableCounter(name, options)
    : meter.createObservableGauge(name, options);
}
