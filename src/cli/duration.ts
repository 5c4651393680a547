import { MAX_TIMER_MS } from "../util/clock.ts";
import { CliError } from "./cli-error.ts";

/** The units of durations, in milliseconds. */
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const EXPECTED = "expected a number and a unit, such as 500ms, 5s, 2m or 1h";

/**
 * Converts `500ms`, `1.5s`, `2m` or `1h` to milliseconds. A number without a unit is rejected, because some
 * tools would read it as seconds and others as milliseconds.
 *
 * @throws CliError for any other text, for less than a millisecond, and for more than the maximum of a timer.
 */
export function parseDuration(option: string, text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const unitMs = Object.hasOwn(UNITS_MS, unit) ? UNITS_MS[unit] : undefined;
  if (unitMs === undefined) throw new CliError(`${option}: ${EXPECTED}, got ${JSON.stringify(text)}`);
  const ms = Math.round(Number(number) * unitMs);
  if (ms < 1 || ms > MAX_TIMER_MS)
    throw new CliError(`${option}: expected 1ms to ${Math.floor(MAX_TIMER_MS / 3_600_000)}h, got ${text}`);
  return ms;
}

/** The shortest exact text for a duration. */
export function renderDuration(ms: number): string {
  const [unit = "ms", unitMs = 1] =
    Object.entries(UNITS_MS).findLast(([, each]) => ms >= each && ms % each === 0) ?? [];
  return `${ms / unitMs}${unit}`;
}
