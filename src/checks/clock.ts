import type { StatusFunction } from "../core/handler.ts";
import { expectMethods, expectNumber } from "../options/expect.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { formatSeconds, measureRising, toStatus } from "./support/measure.ts";
import { type Expectations, expectAmount, expectOptions } from "./support/options.ts";

/** When the wall clock has moved too far. Every option is optional. */
export interface ClockOptions {
  /**
   * YELLOW from this drift within the window.
   * @default 1000
   */
  readonly warnDriftMs?: number;
  /**
   * RED from this drift. A token that is valid for a minute no longer is.
   * @default 60000
   */
  readonly maxDriftMs?: number;
  /**
   * How far back the clocks are compared; so long a jump is remembered. A clock that is led back to the right time,
   * at most 1.8 s in an hour, must not look like one that jumps.
   * @default 600000
   */
  readonly windowMs?: number;
  /** Where the time comes from. For tests. */
  readonly clock?: Clock;
}

interface Sample {
  readonly at: number;
  /** Wall clock minus monotonic clock. */
  readonly offset: number;
}

/** So many samples of a window are kept at most, however often it is asked. */
const MAX_SAMPLES = 60;

const OPTIONS: Expectations<ClockOptions> = {
  warnDriftMs: expectAmount,
  maxDriftMs: expectAmount,
  windowMs: (option, value) => expectNumber(option, value, { min: 1_000 }),
  clock: (option, value) => expectMethods(option, value, ["now", "monotonicNow"]),
};

/**
 * Asks whether the wall clock still goes as the monotonic clock does: somebody has set it, the machine slept, or a
 * virtual machine was moved. What is compared is now and the moments at which it was asked within the window, so ask
 * in the background.
 *
 * YELLOW and RED by the drift.
 *
 * @example
 * addStatusHandler("Clock", clock(), { scope: "local", critical: false, intervalMs: 10_000 });
 * @throws TypeError for an option that cannot be right.
 */
export function clock(options: ClockOptions = {}): StatusFunction {
  expectOptions(options, OPTIONS);
  const {
    warnDriftMs = 1_000,
    maxDriftMs = 60_000,
    windowMs = 600_000,
    clock: source = systemClock,
  } = options;
  const samples: Sample[] = [takeSample(source)];

  return function askClock() {
    const sample = takeSample(source);
    while (samples[0] !== undefined && sample.at - samples[0].at > windowMs) samples.shift();
    const offsets = [...samples, sample].map(({ offset }) => offset);
    const newest = samples.at(-1);
    if (newest === undefined || sample.at - newest.at >= windowMs / MAX_SAMPLES) samples.push(sample);
    return toStatus([
      measureRising({
        what: "drift",
        label: "drift_seconds",
        value: Math.max(...offsets) - Math.min(...offsets),
        scale: 0.001,
        format: (ms) => formatSeconds(ms / 1_000),
        of: `within ${formatSeconds(windowMs / 1_000)}`,
        warn: warnDriftMs,
        max: maxDriftMs,
      }),
    ]);
  };
}

function takeSample(source: Clock): Sample {
  const at = source.monotonicNow();
  return { at, offset: source.now() - at };
}
