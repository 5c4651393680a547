/** The units of durations, in milliseconds. */
export const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** The shortest exact text for a duration, such as `90s` or `1h`. */
export function toDurationText(ms: number): string {
  const [unit = "ms", unitMs = 1] =
    Object.entries(DURATION_UNITS_MS).findLast(([, each]) => ms >= each && ms % each === 0) ?? [];
  return `${ms / unitMs}${unit}`;
}
