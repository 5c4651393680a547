import { expectShape } from "../options/read-options.ts";
import { TEXT } from "../options/rules.ts";
import type { Logger } from "../util/logger.ts";
import { settleWithin } from "../util/settle-within.ts";
import { createTrouble } from "../util/trouble.ts";
import type { MetricsSource } from "./options.ts";

/** Timeout for the application's metrics. After it, the response is sent without them. */
export const METRICS_TIMEOUT_MS = 5_000;

/** Collects the application's metrics. If that fails, it logs the error and returns an empty text. */
export type CollectMetrics = () => Promise<string>;

/**
 * Requests that arrive during a collection share it, so at most one collection can hang.
 * A failure is logged when it begins and when it changes, not with each scrape.
 */
export function createMetricsCollector(
  source: MetricsSource,
  getLogger: () => Logger | undefined,
): CollectMetrics {
  let running: Promise<string> | undefined;
  let isOverdue = false;
  const trouble = createTrouble({
    event: "application-metrics",
    what: "collecting the application's metrics failed",
    getLogger,
  });

  async function collect(): Promise<string> {
    return expectShape(TEXT, await source.metrics(), "metrics()") as string;
  }

  function run(): Promise<string> {
    return collect().finally(() => {
      running = undefined;
      isOverdue = false;
    });
  }

  return async function collectMetrics() {
    // Only one scrape waits for a collection that hangs. Scrapers have their own timeouts, so the others get
    // our families at once.
    if (isOverdue) return "";
    try {
      running ??= run();
      const text = await settleWithin(running, METRICS_TIMEOUT_MS);
      trouble.worked();
      return text;
    } catch (error) {
      isOverdue = running !== undefined;
      trouble.failed(error);
      return "";
    }
  };
}
