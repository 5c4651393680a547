import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusFunction } from "../core/handler.ts";
import { readOptions } from "../options/read-options.ts";
import { COUNT, FUNCTION, RATIO } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { formatCount, formatRatio, type Measure, measureRising, toStatus } from "./support/measure.ts";

/** Functions that return the numbers of a pool. At least one is required. */
export interface PoolNumbers {
  /** Number of connections, workers or slots in use. */
  readonly used?: () => number;
  /** Maximum number of connections, workers or slots. */
  readonly size?: () => number;
  /** Number of callers that wait for a connection, worker or slot. */
  readonly waiting?: () => number;
}

/** Limits for a pool. Every option is optional. */
export interface PoolOptions {
  /** YELLOW from this ratio in use. Default: never, because a pool may be full if no caller has to wait. */
  readonly warnUsedRatio?: number;
  /** RED from this ratio in use. Default: never. */
  readonly maxUsedRatio?: number;
  /**
   * YELLOW from this number of waiting callers.
   * @default 1
   */
  readonly warnWaiting?: number;
  /** RED from this number of waiting callers. Default: never, because a short queue empties by itself. */
  readonly maxWaiting?: number;
}

const NUMBERS: OptionShapes<PoolNumbers, PoolNumbers> = {
  used: FUNCTION,
  size: FUNCTION,
  waiting: FUNCTION,
};

const OPTIONS: OptionShapes<
  PoolOptions,
  WithDefaults<PoolOptions, "warnUsedRatio" | "maxUsedRatio" | "maxWaiting">
> = {
  warnUsedRatio: RATIO,
  maxUsedRatio: RATIO,
  warnWaiting: { ...COUNT, default: 1 },
  maxWaiting: COUNT,
};

/**
 * Checks the use of any pool: database connections, sockets, worker threads.
 *
 * YELLOW and RED by the limits; RED if a function throws or does not return a number.
 *
 * @example
 * addStatusHandler("Pool", pool({
 *   used: () => pg.totalCount - pg.idleCount,
 *   size: () => pg.options.max,
 *   waiting: () => pg.waitingCount,
 * }));
 * @throws TypeError for invalid functions or an invalid option.
 */
export function pool(numbers: PoolNumbers, options: PoolOptions = {}): StatusFunction {
  const { used, size, waiting } = readOptions(NUMBERS, numbers, "numbers");
  if ((used ?? size ?? waiting) === undefined)
    throw new TypeError(`numbers: expected at least one of ${Object.keys(NUMBERS).join(", ")}`);
  const { warnUsedRatio, maxUsedRatio, warnWaiting, maxWaiting } = readOptions(OPTIONS, options);
  if ((warnUsedRatio ?? maxUsedRatio) !== undefined && (used === undefined || size === undefined))
    throw new TypeError("numbers: expected used and size, because a ratio is limited");

  const run = withFailureKind(function checkPool() {
    const measures: Measure[] = [];
    const usedCount = used && read("used", used);
    const sizeCount = size && read("size", size);
    if (usedCount !== undefined)
      measures.push({ state: "OK", text: `used ${usedCount}`, labels: { used: usedCount } });
    if (sizeCount !== undefined)
      measures.push({ state: "OK", text: `size ${sizeCount}`, labels: { size: sizeCount } });
    if (usedCount !== undefined && sizeCount !== undefined) {
      const value = sizeCount > 0 ? usedCount / sizeCount : 0;
      const limits = { warn: warnUsedRatio, max: maxUsedRatio };
      measures.push(
        measureRising({ what: "that is", label: "used_ratio", value, format: formatRatio, ...limits }),
      );
    }
    if (waiting !== undefined) {
      const limits = { warn: warnWaiting, max: maxWaiting };
      const value = read("waiting", waiting);
      measures.push(
        measureRising({ what: "waiting", label: "waiting", value, format: formatCount, ...limits }),
      );
    }
    return toStatus(measures);
  });
  return withDefaultScope(run, "instance");
}

function read(name: string, getValue: () => number): number {
  const value: unknown = getValue();
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new CheckError("wrong answer", `${name}() returned no number`);
}
