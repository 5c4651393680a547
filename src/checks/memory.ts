import { getHeapStatistics } from "node:v8";
import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusFunction } from "../core/handler.ts";
import { readOptions } from "../options/read-options.ts";
import { RATIO } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { define } from "./support/definition.ts";
import { formatBytes, formatRatio, measureRising, toStatus } from "./support/measure.ts";
import { readMemoryLimit } from "./support/memory-limit.ts";

/** Limits for the memory of this process. Every option is optional. */
export interface MemoryOptions {
  /**
   * YELLOW from this ratio of the container's memory in use by this process.
   * @default 0.8
   */
  readonly warnUsedRatio?: number;
  /**
   * RED from this ratio. At 1, the kernel kills the process.
   * @default 0.95
   */
  readonly maxUsedRatio?: number;
  /**
   * YELLOW from this ratio of the JavaScript heap in use.
   * @default 0.85
   */
  readonly warnHeapRatio?: number;
  /**
   * RED from this ratio. Near 1, Node.js spends most of its time collecting garbage, and then aborts.
   * @default 0.95
   */
  readonly maxHeapRatio?: number;
}

const OPTIONS: OptionShapes<MemoryOptions> = {
  warnUsedRatio: { ...RATIO, default: 0.8 },
  maxUsedRatio: { ...RATIO, default: 0.95 },
  warnHeapRatio: { ...RATIO, default: 0.85 },
  maxHeapRatio: { ...RATIO, default: 0.95 },
};

/**
 * Compares the memory of this process with its maximum: the limit of its container (control groups, version 2
 * or 1), or the machine's memory if there is no limit. Compares the heap with the limit of V8, or with the
 * container's limit if that is lower.
 *
 * YELLOW and RED by the limits.
 *
 * @example
 * addStatusHandler("Memory", memory());
 * @throws TypeError for an invalid option.
 */
export function memory(options: MemoryOptions = {}): StatusFunction {
  const { warnUsedRatio, maxUsedRatio, warnHeapRatio, maxHeapRatio } = readOptions(OPTIONS, options);

  return withDefaultScope(function checkMemory() {
    const { rss, heapUsed } = process.memoryUsage();
    const limit = readMemoryLimit();
    const heapLimit = Math.min(getHeapStatistics().heap_size_limit, limit.bytes);
    const { labels, ...status } = toStatus([
      measureRising({
        what: "memory",
        label: "used_ratio",
        value: rss / limit.bytes,
        format: formatRatio,
        of: `of the ${limit.of}'s ${formatBytes(limit.bytes)}`,
        warn: warnUsedRatio,
        max: maxUsedRatio,
      }),
      measureRising({
        what: "heap",
        label: "heap_used_ratio",
        value: heapUsed / heapLimit,
        format: formatRatio,
        of: `of ${formatBytes(heapLimit)}`,
        warn: warnHeapRatio,
        max: maxHeapRatio,
      }),
    ]);
    return {
      ...status,
      labels: {
        ...labels,
        rss_bytes: rss,
        limit_bytes: limit.bytes,
        heap_used_bytes: heapUsed,
        heap_limit_bytes: heapLimit,
      },
    };
  }, "local");
}

define(memory, {
  title: "Memory",
  options: OPTIONS,
});
