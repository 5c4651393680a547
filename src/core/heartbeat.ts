import { readOptions } from "../options/read-options.ts";
import { methods, PERIOD_MS } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { OK, RED, type State, YELLOW } from "./state.ts";
import type { Status } from "./status.ts";

/** The options of a heartbeat. */
export interface HeartbeatOptions {
  /** RED if the last beat is older than this, YELLOW from half of it. */
  readonly maxSilenceMs: number;
  /** The source of time. For tests. */
  readonly clock?: Clock;
}

const HEARTBEAT_OPTIONS: OptionShapes<HeartbeatOptions> = {
  maxSilenceMs: { ...PERIOD_MS, required: true },
  clock: { ...methods("monotonicNow"), default: systemClock },
};

/** A function to call from the worker's loop, and a status provider to register. */
export interface Heartbeat {
  (): void;
  status(): Status;
}

/**
 * Watches a background worker, which must call the function at least every `maxSilenceMs`. The first call is
 * due within `maxSilenceMs` of now.
 *
 * @example
 * const beat = heartbeat({ maxSilenceMs: 60_000 });
 * addStatusHandler("ImportLoop", beat);
 * for await (const job of jobs) { await run(job); beat(); }
 * @throws TypeError for invalid options.
 */
export function heartbeat(options: HeartbeatOptions): Heartbeat {
  const { maxSilenceMs, clock } = readOptions(HEARTBEAT_OPTIONS, options);
  let lastBeatAt = clock.monotonicNow();

  function beat(): void {
    lastBeatAt = clock.monotonicNow();
  }

  function status(): Status {
    const silenceMs = clock.monotonicNow() - lastBeatAt;
    const state = toState(silenceMs, maxSilenceMs);
    const detail = `no beat for ${toSeconds(silenceMs)}, expected every ${toSeconds(maxSilenceMs)}`;
    return { state, ...(state !== OK && { detail }), labels: { silence_seconds: silenceMs / 1_000 } };
  }

  return Object.assign(beat, { status });
}

function toState(silenceMs: number, maxSilenceMs: number): State {
  if (silenceMs > maxSilenceMs) return RED;
  return silenceMs >= maxSilenceMs / 2 ? YELLOW : OK;
}

function toSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
