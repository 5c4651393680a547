import { MAX_TIMER_MS } from "../util/clock.ts";
import { DURATION_UNITS_MS } from "../util/duration-text.ts";
import { CliError } from "./cli-error.ts";

const EXPECTED = "expected a number and a unit, such as 500ms, 5s, 2m or 1h";

/**
 * Converts `500ms`, `1.5s`, `2m` or `1h` to milliseconds. A number without a unit is rejected, because some
 * tools would read it as seconds and others as milliseconds.
 *
 * @throws CliError for any other text, for less than a millisecond, and for more than the maximum of a timer.
 */
export function parseDuration(option: string, text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const unitMs = Object.hasOwn(DURATION_UNITS_MS, unit) ? DURATION_UNITS_MS[unit] : undefined;
  if (unitMs === undefined) throw new CliError(`${option}: ${EXPECTED}, got ${JSON.stringify(text)}`);
  const ms = Math.round(Number(number) * unitMs);
  if (ms < 1 || ms > MAX_TIMER_MS)
    throw new CliError(`${option}: expected 1ms to ${Math.floor(MAX_TIMER_MS / 3_600_000)}h, got ${text}`);
  return ms;
}
