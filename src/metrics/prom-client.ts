import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { expectMethods } from "../options/expect.ts";
import { type Collect, createCollector } from "./collect.ts";
import { FAMILY_NAMES, type FamilyName, METRIC_FAMILIES, type Sample } from "./families.ts";

/** What is needed of prom-client's `Registry`, and of that of `@prometheus-io/client`. */
export interface PromRegister {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
}

/** Marks our own metrics for every copy of the package in a process. */
const OWN: unique symbol = Symbol.for("svc-status.metric");

/** A metric as a register knows it. */
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

/** What the cluster shows of its workers: the worst of them, and all of their changes. */
const AGGREGATORS: Readonly<Record<FamilyName, Aggregator>> = {
  svc_status: "max",
  svc_status_duration_seconds: "max",
  svc_status_last_check_timestamp_seconds: "max",
  svc_status_last_change_timestamp_seconds: "max",
  // Who decommissions the probe over HTTP reaches one worker only. That must be seen.
  svc_status_in_service: "min",
  // Each worker counts for itself. A counter has to go up whichever of them sees a change, and max would not.
  svc_status_changes_total: "sum",
};

/**
 * Puts `svc_status` and the families beside it into the application's own register, so that its `/metrics` shows
 * them. One scrape asks each handler once. It never fails, and waits for a handler until its deadline, at most 4 s.
 * Called again for the same register, the last call wins.
 *
 * @param register prom-client's `register` (13 to 15), or that of `@prometheus-io/client`.
 * @param registry Whose handlers are shown. Default `defaultRegistry`.
 * @param probe The probe of `svc_status_in_service`. Default `defaultProbe`.
 * @returns The function that removes them, unless another call has replaced them.
 * @example
 * import { register } from "prom-client";
 * exposeStatus(register);
 * @throws TypeError when the application has a metric of these names in the register; nothing is changed then.
 */
export function exposeStatus(
  register: PromRegister,
  registry: StatusRegistry = defaultRegistry,
  probe: Probe = defaultProbe,
): () => void {
  expectMethods("register", register, ["registerMetric", "getSingleMetric", "removeSingleMetric"]);
  expectMethods("registry", registry, ["getReport", "changeCounts"]);
  expectMethods("probe", probe, ["decommission", "commission"]);
  for (const name of FAMILY_NAMES) expectNoForeignMetric(register, name);
  const collect = createCollector({ registry, probe });
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
    // Right before it writes a counter in OpenMetrics, prom-client takes the `_total` off its name, for good. Here it
    // is gone for that one answer, so that the other format is still right afterwards.
    set name(newName) {
      shownName = newName;
    },
    reset() {},
    async get() {
      const answer = { name: shownName, ...parts };
      shownName = name;
      // Fresh samples each time: prom-client writes its default labels into them.
      return { ...answer, values: toSamples(await collect()) };
    },
  };
}
