import type { CollectMetrics } from "../../http/collect-metrics.ts";

/** The build uses this module in place of `http/collect-metrics.ts`: the options of the thread have no functions. */
export function createMetricsCollector(): CollectMetrics {
  return async () => "";
}
