const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** An age or a duration: `4 s`, `3 min`, `5 h`, `2 d`. */
export function toAgeText(ageMs: number): string {
  if (ageMs < MINUTE_MS) return `${Math.max(0, Math.floor(ageMs / SECOND_MS))} s`;
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min`;
  if (ageMs < 2 * DAY_MS) return `${Math.floor(ageMs / HOUR_MS)} h`;
  return `${Math.floor(ageMs / DAY_MS)} d`;
}

/** A moment in UTC, to the second: `2026-01-01 00:00:00 UTC`. */
export function toExactText(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** The duration of a run, to two digits, so that small differences do not cause an update. */
export function toRunTimeText(durationMs: number): string {
  if (durationMs < 1) return "<1 ms";
  const rounded = Number(durationMs.toPrecision(2));
  return rounded < SECOND_MS ? `${Math.round(rounded)} ms` : `${rounded / SECOND_MS} s`;
}
