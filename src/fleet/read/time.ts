/** A moment in the past, such as `2026-11-27T03:12Z`. */
export function parseTime(text: string): Date | undefined {
  const isComplete = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/.test(text);
  const at = new Date(isComplete ? text : Number.NaN);
  return Number.isNaN(at.getTime()) || at.getTime() > Date.now() ? undefined : at;
}

/** A time of a series, unless no date can hold it. */
export function toMoment(seconds: number | undefined): Date | undefined {
  const at = new Date((seconds ?? Number.NaN) * 1_000);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
