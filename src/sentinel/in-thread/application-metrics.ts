import type { AppendableMetrics } from "../../formats/application-metrics.ts";

/**
 * The build uses this module in place of `formats/application-metrics.ts`: the thread cannot call the
 * application, so there are no metrics to append.
 */
export function toAppendable(): AppendableMetrics {
  return { text: "", leftOut: [] };
}

export function isOpenMetrics(): boolean {
  return false;
}

export function toPrometheusText(): string {
  return "";
}
