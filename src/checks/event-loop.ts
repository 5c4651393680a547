import { type EventLoopUtilization, monitorEventLoopDelay, performance } from "node:perf_hooks";
import { withDefaultScope } from "../core/default-scope.ts";
import type { StatusProvider } from "../core/handler.ts";
import { OK } from "../core/state.ts";
import { failExpectation } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { AMOUNT, methods, PERIOD_MS, RATIO } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { toError } from "../options/words.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { define } from "./support/definition.ts";
import { formatMs, formatRatio, measureRising, toStatus } from "./support/measure.ts";

/** Limits for the event loop. Every option is optional. */
export interface EventLoopOptions {
  /**
   * Length of a window. The check reports the last complete window, so its result is at most two windows old.
   * @default 10000
   */
  readonly windowMs?: number;
  /**
   * The percentile of the delay to compare with the limits. 99 tolerates one long garbage collection; 100 is
   * the maximum.
   * @default 99
   */
  readonly percentile?: number;
  /**
   * YELLOW from this delay.
   * @default 100
   */
  readonly warnDelayMs?: number;
  /**
   * RED from this delay.
   * @default 1000
   */
  readonly maxDelayMs?: number;
  /**
   * YELLOW from this ratio of busy time in a window.
   * @default 0.9
   */
  readonly warnUtilisation?: number;
  /**
   * RED from this ratio of busy time in a window. Default: never, because a busy process still answers. Bun
   * does not measure utilization: there, the check only measures the delay, and rejects both limits.
   */
  readonly maxUtilisation?: number;
  /** Time source, for tests. */
  readonly clock?: Clock;
}

/** A status provider with a timer and a histogram. They do not keep the process alive. */
export interface EventLoopCheck extends StatusProvider {
  /** Stops measuring. Later reports repeat the last complete window. */
  close(): void;
}

interface Window {
  readonly delayMs: number;
  readonly utilisation: number;
}

type Runtime = "Node.js" | "Bun" | "Deno";

/**
 * The values that each runtime measures correctly. Otherwise, a missing measurement would look like an idle
 * process.
 */
const MEASURES: Readonly<Record<Runtime, { readonly delay: boolean; readonly utilisation: boolean }>> = {
  "Node.js": { delay: true, utilisation: true },
  // `eventLoopUtilization()` is always 0.
  Bun: { delay: true, utilisation: false },
  // Its histogram keeps ticking while the loop is blocked.
  Deno: { delay: false, utilisation: false },
};

/** How often the delay is sampled. */
const RESOLUTION_MS = 20;

const OPTIONS: OptionShapes<EventLoopOptions, WithDefaults<EventLoopOptions, "maxUtilisation">> = {
  windowMs: { ...PERIOD_MS, min: 100, default: 10_000 },
  percentile: { kind: "number", min: 1, max: 100, default: 99 },
  warnDelayMs: { ...AMOUNT, default: 100 },
  maxDelayMs: { ...AMOUNT, default: 1_000 },
  warnUtilisation: { ...RATIO, default: 0.9 },
  maxUtilisation: RATIO,
  clock: { ...methods("startTimer"), default: systemClock },
};

/**
 * Measures how long the event loop of this process delays other work, and the ratio of time that it is busy,
 * over the last complete window.
 *
 * YELLOW and RED by the limits. An idle process is OK. A starting process is OK until its first window is
 * complete, however busy it is.
 *
 * @example
 * addStatusHandler("EventLoop", eventLoop(), { critical: false });
 * @throws TypeError for an invalid option, and on a runtime that cannot measure, such as Deno.
 */
export function eventLoop(options: EventLoopOptions = {}): EventLoopCheck {
  const given = readOptions(OPTIONS, options);
  const runtime = findRuntime();
  expectMeasured(options, runtime);
  const { windowMs, percentile, warnDelayMs, maxDelayMs, warnUtilisation, maxUtilisation, clock } = given;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let began = performance.eventLoopUtilization();
  let last: Window | undefined;
  let cancelTimer = (): void => {};

  function look(): Window {
    return {
      // Without a sample there is no delay. The histogram records the time between two samples.
      delayMs:
        histogram.count === 0 ? 0 : Math.max(0, histogram.percentile(percentile) / 1e6 - RESOLUTION_MS),
      utilisation: toUtilisation(performance.eventLoopUtilization(began)),
    };
  }

  function startWindow(): void {
    cancelTimer = clock.startTimer(windowMs, endWindow, { background: true });
  }

  function endWindow(): void {
    last = look();
    histogram.reset();
    began = performance.eventLoopUtilization();
    startWindow();
  }

  histogram.enable();
  startWindow();

  const handler: EventLoopCheck = {
    status() {
      const { delayMs, utilisation } = last ?? look();
      const delay = measureRising({
        what: `delay (percentile ${percentile})`,
        label: "delay_seconds",
        value: delayMs,
        scale: 0.001,
        format: formatMs,
        warn: warnDelayMs,
        max: maxDelayMs,
      });
      const work = measureRising({
        what: "utilisation",
        label: "utilisation",
        value: utilisation,
        format: formatRatio,
        warn: warnUtilisation,
        max: maxUtilisation,
      });
      const status = toStatus(MEASURES[runtime].utilisation ? [delay, work] : [delay]);
      return last === undefined ? { ...status, state: OK, detail: `first window: ${status.detail}` } : status;
    },
    close() {
      cancelTimer();
      histogram.disable();
    },
  };
  return withDefaultScope(handler, "local");
}

define(eventLoop, {
  title: "EventLoop",
  options: OPTIONS,
  defaults: { critical: false },
});

/** Before the first iteration of the loop, the utilization is 0 divided by 0. */
function toUtilisation({ utilization }: EventLoopUtilization): number {
  return Number.isFinite(utilization) ? utilization : 0;
}

function findRuntime(): Runtime {
  if ("Deno" in globalThis) return "Deno";
  return "Bun" in globalThis ? "Bun" : "Node.js";
}

function expectMeasured({ warnUtilisation, maxUtilisation }: EventLoopOptions, runtime: Runtime): void {
  const { delay, utilisation } = MEASURES[runtime];
  if (!delay)
    throw toError({
      path: "eventLoop",
      text: `expected a runtime that measures the delay of its event loop, as Node.js does, got ${runtime}`,
    });
  if (utilisation) return;
  const expected = `none, as ${runtime} does not measure it`;
  if (warnUtilisation !== undefined) failExpectation("warnUtilisation", expected, warnUtilisation);
  if (maxUtilisation !== undefined) failExpectation("maxUtilisation", expected, maxUtilisation);
}
