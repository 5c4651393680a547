import { expectText } from "../options/expect.ts";
import type { Logger } from "../util/logger.ts";
import { settleWithin } from "../util/settle-within.ts";
import { createTrouble } from "../util/trouble.ts";
import type { MetricsSource } from "./options.ts";

/** How long the application's metrics may take. After it the answer goes without them. */
export const METRICS_TIMEOUT_MS = 5_000;

/** Collects the application's metrics; the empty text where that fails, which the logger is told. */
export type CollectMetrics = () => Promise<string>;

/**
 * Requests that come while a collection is under way share it, so that one that never settles is there once.
 * A failure is told when it begins and when it changes, not with each scrape.
 */
export function createMetricsCollector(
  source: MetricsSource,
  getLogger: () => Logger | undefined,
): CollectMetrics {
  let running: Promise<string> | undefined;
  let isOverdue = false;
  const trouble = createTrouble({ what: "collecting the application's metrics failed", getLogger });

  async function collect(): Promise<string> {
    const text: unknown = await source.metrics();
    expectText("metrics()", text);
    return text;
  }

  function run(): Promise<string> {
    return collect().finally(() => {
      running = undefined;
      isOverdue = false;
    });
  }

  return async function collectMetrics() {
    // What hangs has made one scrape wait. The others have a time-out of their own, and get our families at once.
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
