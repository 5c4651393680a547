import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusFunction } from "../core/handler.ts";
import { expectMethods, expectNumber } from "../options/expect.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { formatSeconds, measureRising, toStatus } from "./support/measure.ts";
import { type Expectations, expectAmount, expectOptions } from "./support/options.ts";

/** Limits for the drift of the wall clock. Every option is optional. */
export interface ClockOptions {
  /**
   * YELLOW from this drift within the window.
   * @default 1000
   */
  readonly warnDriftMs?: number;
  /**
   * RED from this drift. A token that is valid for one minute has then expired.
   * @default 60000
   */
  readonly maxDriftMs?: number;
  /**
   * How far back the clocks are compared. A jump stays visible for this long. A clock that is slewed back to
   * the right time, by at most 1.8 s per hour, must not look like one that jumps.
   * @default 600000
   */
  readonly windowMs?: number;
  /** Time source, for tests. */
  readonly clock?: Clock;
}

interface Sample {
  readonly at: number;
  /** Wall clock minus monotonic clock. */
  readonly offset: number;
}

/** Maximum number of samples in a window, however often the check runs. */
const MAX_SAMPLES = 60;

const OPTIONS: Expectations<ClockOptions> = {
  warnDriftMs: expectAmount,
  maxDriftMs: expectAmount,
  windowMs: (option, value) => expectNumber(option, value, { min: 1_000 }),
  clock: (option, value) => expectMethods(option, value, ["now", "monotonicNow"]),
};

/**
 * Checks that the wall clock keeps pace with the monotonic clock. It does not if somebody sets it, the
 * machine sleeps, or a virtual machine is moved. Only the moments at which the check ran within the window
 * are compared, so run it in the background.
 *
 * YELLOW and RED by the drift.
 *
 * @example
 * addStatusHandler("Clock", clock(), { critical: false, intervalMs: 10_000 });
 * @throws TypeError for an invalid option.
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

  return withDefaultScope(function askClock() {
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
  }, "instance");
}

function takeSample(source: Clock): Sample {
  const at = source.monotonicNow();
  return { at, offset: source.now() - at };
}
