import { OK, RED, type State, toWorseState, YELLOW } from "../../core/state.ts";
import type { Status } from "../../core/status.ts";
import { AMOUNT } from "../../options/rules.ts";
import type { OptionShapes } from "../../options/shape.ts";
import { toShownLine } from "../../util/describe-error.ts";

/** A measured value, the state it means, and its text. */
export interface Measure {
  readonly state: State;
  /** `replica lag 12.0 s (YELLOW from 5.0 s, RED from 60.0 s)` */
  readonly text: string;
  readonly labels: Readonly<Record<string, number>>;
}

interface Measured {
  /** For people: `replica lag`. */
  readonly what: string;
  /** For Prometheus: `replica_lag_seconds`. */
  readonly label: string;
  readonly value: number;
  readonly format: (value: number) => string;
  /** Follows the value: `of 16.0 GiB`. */
  readonly of?: string;
  /** Factor from the value's unit to the label's: 0.001 for a value in milliseconds and a label in seconds. */
  readonly scale?: number;
}

/** Higher is worse. An `undefined` limit never counts. */
export function measureRising(
  measured: Measured & { readonly warn: number | undefined; readonly max: number | undefined },
): Measure {
  const { value, warn, max } = measured;
  const state = isSet(max) && value >= max ? RED : isSet(warn) && value >= warn ? YELLOW : OK;
  return describe(measured, state, "from", warn, max);
}

/** Lower is worse. An `undefined` limit never counts. */
export function measureFalling(
  measured: Measured & { readonly warn: number | undefined; readonly min: number | undefined },
): Measure {
  const { value, warn, min } = measured;
  const state = isSet(min) && value < min ? RED : isSet(warn) && value < warn ? YELLOW : OK;
  return describe(measured, state, "below", warn, min);
}

/** Combines all measurements into one status: the worst state, all texts, all numbers. */
export function toStatus(measures: readonly Measure[]): Status {
  let state: State = OK;
  for (const measure of measures) state = toWorseState(state, measure.state);
  if (measures.length === 0) return { state };
  return {
    state,
    // The texts contain names and errors from servers.
    detail: toShownLine(measures.map(({ text }) => text).join(", ")),
    labels: Object.assign({}, ...measures.map(({ labels }) => labels)),
  };
}

/** Limits for the duration of a check. Both are optional. */
export interface LatencyLimits {
  readonly warnLatencyMs?: number;
  readonly maxLatencyMs?: number;
}

export const LATENCY: OptionShapes<LatencyLimits, LatencyLimits> = {
  warnLatencyMs: AMOUNT,
  maxLatencyMs: AMOUNT,
};

/** The time since a timestamp of `performance.now()`. */
export function measureLatency(
  startedAt: number,
  { warnLatencyMs, maxLatencyMs }: LatencyLimits = {},
): Measure {
  return measureRising({
    what: "answered in",
    label: "latency_seconds",
    value: performance.now() - startedAt,
    scale: 0.001,
    format: formatMs,
    warn: warnLatencyMs,
    max: maxLatencyMs,
  });
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), BYTE_UNITS.length - 1);
  return `${(bytes / 1_024 ** power).toFixed(1)} ${BYTE_UNITS[power]}`;
}

export function formatRatio(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

export function formatMs(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}

export function formatCount(count: number): string {
  return String(count);
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

function isSet(limit: number | undefined): limit is number {
  return limit !== undefined;
}

function describe(
  { what, label, value, format, of, scale = 1 }: Measured,
  state: State,
  word: string,
  warn: number | undefined,
  worst: number | undefined,
): Measure {
  const limits = [
    ...(isSet(warn) ? [`YELLOW ${word} ${format(warn)}`] : []),
    ...(isSet(worst) ? [`RED ${word} ${format(worst)}`] : []),
  ];
  const shown = [what, format(value), ...(of === undefined ? [] : [of])].join(" ");
  const text = limits.length === 0 ? shown : `${shown} (${limits.join(", ")})`;
  return { state, text, labels: { [label]: value * scale } };
}
