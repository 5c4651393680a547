import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { expectMethods } from "../options/expect.ts";
import { type Collect, createCollector } from "./collect.ts";
import { FAMILY_NAMES, type FamilyName, METRIC_FAMILIES, type ServiceIdentity } from "./families.ts";
import { expectIdentity } from "./identity.ts";
import type { Sample } from "./sample.ts";

/** The part of the `Registry` of prom-client and of `@prometheus-io/client` that this library uses. */
export interface PromRegister {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}

/** Marks this library's metrics, for all copies of the package in a process. */
const OWN: unique symbol = Symbol.for("svc-status.metric");

/** A metric in the form that registers expect. */
interface PromMetric extends PromMetricParts {
  readonly [OWN]: true;
  name: string;
  reset(): void;
  get(): Promise<PromMetricParts & { readonly name: string; readonly values: readonly Sample[] }>;
}

interface PromMetricParts {
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly aggregator: Aggregator;
}

type Aggregator = "max" | "min" | "sum";

/** How a cluster aggregates its workers: the worst value of them, and the sum of their changes. */
const AGGREGATORS: Readonly<Record<FamilyName, Aggregator>> = {
  svc_status: "max",
  svc_status_state: "max",
  svc_status_overall: "max",
  svc_status_info: "max",
  svc_status_cause: "max",
  svc_status_held: "max",
  svc_status_upstream: "max",
  svc_status_label: "max",
  svc_status_duration_seconds: "max",
  svc_status_last_check_timestamp_seconds: "max",
  svc_status_last_change_timestamp_seconds: "max",
  // An HTTP request that decommissions the probe reaches only one worker. The metric must show that.
  svc_status_in_service: "min",
  svc_status_draining: "max",
  // Each worker counts its own changes. The counter must increase whichever worker sees a change; max would
  // not.
  svc_status_changes_total: "sum",
};

/**
 * Adds `svc_status` and the additional families to the application's own register, so that its `/metrics`
 * shows them. A scrape runs each handler once. It never fails, and waits for a handler until its deadline, at
 * most 4 s. If you call it again for the same register, the last call wins.
 *
 * @param register The `register` of prom-client (13 to 15) or of `@prometheus-io/client`.
 * @param registry The registry of the handlers. Default: `defaultRegistry`.
 * @param probe The probe of `svc_status_in_service`. Default: `defaultProbe`.
 * @param service The name and the version for `svc_status_info`. Default: none.
 * @returns A function that removes the metrics, unless another call has replaced them.
 * @example
 * import { register } from "prom-client";
 * exposeStatus(register);
 * @throws TypeError if the register contains one of these names as a metric of the application; nothing is
 * changed then.
 */
export function exposeStatus(
  register: PromRegister,
  registry: StatusRegistry = defaultRegistry,
  probe: Probe = defaultProbe,
  service: ServiceIdentity = {},
): () => void {
  expectMethods("register", register, ["registerMetric", "getSingleMetric", "removeSingleMetric"]);
  expectMethods("registry", registry, ["getReport", "changeCounts"]);
  expectMethods("probe", probe, ["decommission", "commission"]);
  expectIdentity(service);
  for (const name of FAMILY_NAMES) expectNoForeignMetric(register, name);
  const collect = createCollector({ registry, probe, service: { ...service } });
  const metrics = FAMILY_NAMES.map((name) => createMetric(name, collect));
  for (const metric of metrics) {
    register.removeSingleMetric(metric.name);
    register.registerMetric(metric as never);
  }

  return function removeStatus() {
    for (const metric of metrics) {
      if (register.getSingleMetric(metric.name) === metric) register.removeSingleMetric(metric.name);
    }
  };
}

function expectNoForeignMetric(register: PromRegister, name: FamilyName): void {
  const present = register.getSingleMetric(name) as Partial<PromMetric> | undefined;
  if (present === undefined || present[OWN]) return;
  throw new TypeError(`register: expected no metric ${name}, got one of the application's own`);
}

function createMetric(name: FamilyName, collect: Collect): PromMetric {
  const { help, type, toSamples } = METRIC_FAMILIES[name];
  const parts: PromMetricParts = {
    help,
    type: type === "counter" ? type : "gauge",
    aggregator: AGGREGATORS[name],
  };
  let shownName: string = name;

  return {
    ...parts,
    [OWN]: true,
    get name() {
      return name;
    },
    // Right before it writes a counter in OpenMetrics, prom-client permanently removes `_total` from its
    // name. Here, the change lasts for one response only, so that the other format stays correct.
    set name(newName) {
      shownName = newName;
    },
    reset() {},
    async get() {
      const answer = { name: shownName, ...parts };
      shownName = name;
      // New samples each time, because prom-client adds its default labels to them.
      return { ...answer, values: toSamples(await collect()) };
    },
  };
}
