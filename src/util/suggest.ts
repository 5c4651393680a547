/**
 * Words are similar if they differ in at most this many letters, and in fewer letters than either word has.
 */
const MAX_DISTANCE = 3;

/** `. Did you mean show?`, or only a period if no word is similar. */
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

/** The number of letters to insert, delete or change (Levenshtein). */
function toDistance(one: string, other: string): number {
  // Words with a larger difference in length are not similar and must not cost time.
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
