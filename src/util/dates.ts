/** Converts a timestamp to a Date. */
export type ToDate = (ms: number) => Date;

/**
 * A Date is larger than the entry that contains it, and the handlers of a report answer within a few
 * milliseconds. Results with the same timestamp therefore share one Date.
 */
export function createDates(): ToDate {
  let last = new Date(Number.NaN);

  return function toDate(ms) {
    if (last.getTime() !== ms) last = new Date(ms);
    return last;
  };
}
