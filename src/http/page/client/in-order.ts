/**
 * The indexes of the most places that are already in rising order. With `fixed`, that index is one of them.
 * Fredman, "On computing the length of longest increasing subsequences", 1975.
 */
export function findInOrder(places: readonly number[], fixed = -1): ReadonlySet<number> {
  const own = places[fixed];
  /** For each length, the index at which the lowest sequence of this length ends. */
  const ends: number[] = [];
  const before: (number | undefined)[] = [];
  places.forEach((place, index) => {
    if (own !== undefined && Math.sign(place - own) !== Math.sign(index - fixed)) return;
    const length = countBelow(place);
    before[index] = ends[length - 1];
    ends[length] = index;
  });

  /** The number of sequences that end below a place. */
  function countBelow(place: number): number {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[ends[middle] ?? 0] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const found = new Set<number>();
  for (let index = ends.at(-1); index !== undefined; index = before[index]) found.add(index);
  return found;
}
