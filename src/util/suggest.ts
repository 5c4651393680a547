/** Similar words differ in at most this many letters, and in at most two out of five. */
const MAX_DISTANCE = 3;

/** `; did you mean show?`, or nothing if no word is similar. */
export function didYouMean(word: string, known: readonly string[]): string {
  const typed = word.toLowerCase();
  const [best] = known
    .map((each) => ({ each, distance: toLikeness(typed, each.toLowerCase()) }))
    .filter(({ distance }) => distance <= MAX_DISTANCE)
    .sort((one, other) => one.distance - other.distance);
  return best === undefined ? "" : `; did you mean ${best.each}?`;
}

/** The distance of similar words. Infinity for the others, so that a suggestion is never a guess. */
function toLikeness(typed: string, known: string): number {
  const [, first, count, last] = /^(.)(\d+)(.)$/.exec(typed) ?? []; // k8s
  if (first !== undefined && known.startsWith(first) && known.endsWith(last ?? ""))
    return known.length === Number(count) + 2 ? 0 : Number.POSITIVE_INFINITY;
  if (/\w{3}/.test(typed) && known.startsWith(typed)) return 1; // kube
  if (typed.length === known.length && toLetters(typed) === toLetters(known)) return 1; // shwo
  const distance = toDistance(typed, known);
  const length = Math.min(typed.length, known.replace(/^-+/, "").length);
  return distance <= Math.round(length * 0.4) ? distance : Number.POSITIVE_INFINITY;
}

function toLetters(word: string): string {
  return [...word].sort().join("");
}

/** The number of letters to insert, delete or change (Levenshtein). */
function toDistance(one: string, other: string): number {
  // Words whose lengths differ more are not similar. Skipping them saves time.
  if (Math.abs(one.length - other.length) > MAX_DISTANCE) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [above, letter] of [...one].entries()) {
    const next = [above + 1];
    for (const [index, otherLetter] of [...other].entries()) {
      const changed = (row[index] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(changed, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
