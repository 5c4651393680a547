import { MAX_TIMER_MS } from "../util/clock.ts";
import { CliError } from "./cli-error.ts";

/** The units of durations, in milliseconds. */
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const EXPECTED = "expected a number and a unit, such as 500ms, 5s, 2m or 1h";

/**
 * `500ms`, `1.5s`, `2m` or `1h` in milliseconds. A number without a unit is refused: some tools would take it for
 * seconds, others for milliseconds.
 *
 * @throws CliError for anything else, and for less than a millisecond or more than timers know.
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

/** The shortest of these ways to write a duration that says all of it. */
export function renderDuration(ms: number): string {
  const [unit = "ms", unitMs = 1] =
    Object.entries(UNITS_MS).findLast(([, each]) => ms >= each && ms % each === 0) ?? [];
  return `${ms / unitMs}${unit}`;
}
