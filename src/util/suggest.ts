/** Words that differ in more letters than this, or in all that one of them has, are not alike. */
const MAX_DISTANCE = 3;

/** `. Did you mean show?`, or a full stop alone where no word is like it. */
export function didYouMean(word: string, known: readonly string[]): string {
  const [best] = known
    .map((each) => ({ each, distance: toDistance(word.toLowerCase(), each.toLowerCase()) }))
    .filter(
      ({ each, distance }) =>
        distance <= MAX_DISTANCE && distance < Math.min(word.length, each.replace(/^-+/, "").length),
    )
    .sort((one, other) => one.distance - other.distance);
  return best === undefined ? "." : `. Did you mean ${best.each}?`;
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function toDistance(one: string, other: string): number {
  // What is longer is not alike, and must not cost time.
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
