/** The spans that a reader can choose. */
export type AxisSpan = "1h" | "24h" | LongSpan;

/** The spans that need a recorded history. */
export type LongSpan = "7d" | "30d";

/** The part of time that the axis shows. */
export interface AxisWindow {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly tickMs: number;
  readonly labelMs: number;
  /** Whether its times need a date. */
  readonly isLong: boolean;
}

const AXIS_MINUTE_MS = 60_000;
const AXIS_HOUR_MS = 60 * AXIS_MINUTE_MS;

const AXIS_DAY_MS = 24 * AXIS_HOUR_MS;

interface SpanDefinition extends Pick<AxisWindow, "title" | "tickMs"> {
  readonly ms: number;
  /** Default: a share of the span. */
  readonly labelMs?: number;
}

const SPANS: Readonly<Record<AxisSpan, SpanDefinition>> = {
  "1h": { title: "1 h", ms: AXIS_HOUR_MS, tickMs: 10 * AXIS_MINUTE_MS },
  "24h": { title: "24 h", ms: AXIS_DAY_MS, tickMs: AXIS_HOUR_MS },
  "7d": { title: "7 d", ms: 7 * AXIS_DAY_MS, tickMs: AXIS_DAY_MS, labelMs: 2 * AXIS_DAY_MS },
  "30d": { title: "30 d", ms: 30 * AXIS_DAY_MS, tickMs: AXIS_DAY_MS },
};

export const AXIS_SPANS: readonly AxisSpan[] = ["1h", "24h"];

export const LONG_SPANS: readonly LongSpan[] = ["7d", "30d"];

export const DEFAULT_SPAN: AxisSpan = "24h";

/** The width of an axis in its view box. */
export const AXIS_UNITS = 720;

/** Number of labels. A span is divided evenly, so that many are always visible. */
export const AXIS_LABELS = 6;

export function toSpanTitle(span: AxisSpan): string {
  return SPANS[span].title;
}

export function isAxisSpan(text: unknown): text is AxisSpan {
  return typeof text === "string" && Object.hasOwn(SPANS, text);
}

export function isLongSpan(text: unknown): text is LongSpan {
  return text === "7d" || text === "30d";
}

export function toSpanMs(span: AxisSpan): number {
  return SPANS[span].ms;
}

/** The window moves in steps of one unit, so that an axis on which nothing happened stays the same. */
export function toAxisWindow(span: AxisSpan, now: number): AxisWindow {
  const { ms, title, tickMs, labelMs = ms / AXIS_LABELS } = SPANS[span];
  const stepMs = ms / AXIS_UNITS;
  const to = Math.ceil(now / stepMs) * stepMs;
  return { title, from: to - ms, to, tickMs, labelMs, isLong: isLongSpan(span) };
}
