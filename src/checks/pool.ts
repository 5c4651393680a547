import type { StatusFunction } from "../core/handler.ts";
import { expectFunction, expectKnownKeys, expectObject } from "../options/expect.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { formatCount, formatRatio, type Measure, measureRising, toStatus } from "./support/measure.ts";
import { type Expectations, expectCount, expectOptions, expectRatio } from "./support/options.ts";

/** What a pool can tell of itself. At least one of them. */
export interface PoolNumbers {
  /** How many of its connections, workers or slots are in use. */
  readonly used?: () => number;
  /** How many it may have at most. */
  readonly size?: () => number;
  /** How many callers wait for one. */
  readonly waiting?: () => number;
}

/** When a pool is too small. Every option is optional. */
export interface PoolOptions {
  /** YELLOW from this part in use. Left out: a pool may be full, as long as nobody has to wait. */
  readonly warnUsedRatio?: number;
  /** RED from this part in use. Left out: never. */
  readonly maxUsedRatio?: number;
  /**
   * YELLOW from so many waiting callers.
   * @default 1
   */
  readonly warnWaiting?: number;
  /** RED from so many waiting callers. Left out: never, because a short queue empties itself. */
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
 * Asks any pool how full it is: of database connections, of sockets, of worker threads.
 *
 * YELLOW and RED by the limits; RED when a function throws or gives no number.
 *
 * @example
 * addStatusHandler("Pool", pool({
 *   used: () => pg.totalCount - pg.idleCount,
 *   size: () => pg.options.max,
 *   waiting: () => pg.waitingCount,
 * }), { scope: "local" });
 * @throws TypeError for numbers or an option that cannot be right.
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

  return withFailureKind(function askPool() {
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
}

function read(name: string, tell: () => number): number {
  const value: unknown = tell();
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new CheckError("wrong answer", `${name}() gave no number`);
}
