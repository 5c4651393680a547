/** The moment as a Date. */
export type ToDate = (ms: number) => Date;

/**
 * A Date is larger than the entry that it stands in, and the handlers of a report answer within a few milliseconds:
 * those of the same one share theirs.
 */
export function createDates(): ToDate {
  let last = new Date(Number.NaN);

  return function toDate(ms) {
    if (last.getTime() !== ms) last = new Date(ms);
    return last;
  };
}
