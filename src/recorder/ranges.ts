import { type EventsQuery, type Period, toDefaultFrom } from "../core/recorded-past.ts";
import { failExpectation } from "../options/expect.ts";

/** Limits for reading a handler's history. */
export interface HistoryRange extends Partial<Period> {
  /**
   * Maximum number of changes, from 1 to 100,000; the newest are returned.
   * @default 1000
   */
  readonly limit?: number;
}

const MAX_LIMIT = 100_000;

export function toEventsQuery(name: string, range: HistoryRange = {}, nowMs: number): EventsQuery {
  const { limit = 1_000 } = range;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    failExpectation("limit", `an integer from 1 to ${MAX_LIMIT}`, limit);
  // Includes a change in the current millisecond.
  return { name, limit, ...toPeriod({ from: new Date(0), to: new Date(nowMs + 1), ...range }, nowMs) };
}

/** The period with its defaults: the last 24 hours. Throws a TypeError. */
export function toPeriod(period: Partial<Period> = {}, nowMs: number): Period {
  const { to = new Date(nowMs) } = period;
  expectDate("to", to);
  const { from = toDefaultFrom(to) } = period;
  expectDate("from", from);
  if (from >= to) failExpectation("from", "a time before to", from);
  return { from, to };
}

function expectDate(name: string, value: unknown): void {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) failExpectation(name, "a valid Date", value);
}
