import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusFunction } from "../core/handler.ts";
import { readOptions } from "../options/read-options.ts";
import { AMOUNT, methods, PERIOD_MS } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { define } from "./support/definition.ts";
import { formatSeconds, measureRising, toStatus } from "./support/measure.ts";

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
   * How far back the clocks are compared. A jump stays visible for this long. A window must be so short that
   * a clock slewed to the right time, by at most 1.8 s per hour, does not look like one that jumps.
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

const OPTIONS: OptionShapes<ClockOptions> = {
  warnDriftMs: { ...AMOUNT, default: 1_000 },
  maxDriftMs: { ...AMOUNT, default: 60_000 },
  windowMs: { ...PERIOD_MS, min: 1_000, default: 600_000 },
  clock: { ...methods("now", "monotonicNow"), default: systemClock },
};

/**
 * Checks that the wall clock keeps pace with the monotonic clock. It detects that the clock was set, that the
 * machine slept, or that a virtual machine was moved. It only compares the times of its runs within the
 * window, so run it in the background.
 *
 * YELLOW and RED by the drift.
 *
 * @example
 * addStatusHandler("Clock", clock(), { critical: false, intervalMs: 10_000 });
 * @throws TypeError for an invalid option.
 */
export function clock(options: ClockOptions = {}): StatusFunction {
  const { warnDriftMs, maxDriftMs, windowMs, clock: source } = readOptions(OPTIONS, options);
  const samples: Sample[] = [takeSample(source)];

  return withDefaultScope(function checkClock() {
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

define(clock, {
  title: "Clock",
  options: OPTIONS,
  defaults: { critical: false },
});

function takeSample(source: Clock): Sample {
  const at = source.monotonicNow();
  return { at, offset: source.now() - at };
}
