import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusFunction } from "../core/handler.ts";
import { expectFunction, expectKnownKeys, expectObject } from "../options/expect.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { formatCount, formatRatio, type Measure, measureRising, toStatus } from "./support/measure.ts";
import { type Expectations, expectCount, expectOptions, expectRatio } from "./support/options.ts";

/** Functions that return the numbers of a pool. At least one is required. */
export interface PoolNumbers {
  /** Number of connections, workers or slots in use. */
  readonly used?: () => number;
  /** Maximum number of them. */
  readonly size?: () => number;
  /** Number of callers that wait for one. */
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

const NUMBERS: readonly (keyof PoolNumbers)[] = ["used", "size", "waiting"];

const OPTIONS: Expectations<PoolOptions> = {
  warnUsedRatio: expectRatio,
  maxUsedRatio: expectRatio,
  warnWaiting: expectCount,
  maxWaiting: expectCount,
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
  expectObject("numbers", numbers);
  expectKnownKeys("numbers", numbers, NUMBERS);
  const given = NUMBERS.filter((name) => numbers[name] !== undefined);
  for (const name of given) expectFunction(`numbers.${name}`, numbers[name]);
  if (given.length === 0) throw new TypeError(`numbers: expected at least one of ${NUMBERS.join(", ")}`);
  expectOptions(options, OPTIONS);
  const { used, size, waiting } = numbers;
  const { warnUsedRatio, maxUsedRatio, warnWaiting = 1, maxWaiting } = options;
  if ((warnUsedRatio ?? maxUsedRatio) !== undefined && (used === undefined || size === undefined))
    throw new TypeError("numbers: expected used and size, because a ratio is limited");

  const ask = withFailureKind(function askPool() {
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
  return withDefaultScope(ask, "instance");
}

function read(name: string, tell: () => number): number {
  const value: unknown = tell();
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new CheckError("wrong answer", `${name}() returned no number`);
}
