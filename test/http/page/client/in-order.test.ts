import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findInOrder } from "../../../../src/http/page/client/in-order.ts";

const permutations = fc
  .integer({ min: 0, max: 9 })
  .chain((length) => fc.shuffledSubarray([...Array(length).keys()], { minLength: length }));

/** All sets of indexes whose places rise. */
function findRising(places: readonly number[]): number[][] {
  const sets: number[][] = [[]];
  places.forEach((place, index) => {
    for (const set of [...sets])
      if (set.every((before) => (places[before] ?? 0) < place)) sets.push([...set, index]);
  });
  return sets;
}

describe("finding what is in order", () => {
  it("keeps everything except the one that moved", () => {
    expect([...findInOrder([1, 2, 3, 0, 4])].toSorted()).toEqual([0, 1, 2, 4]);
    expect([...findInOrder([4, 0, 1, 2, 3])].toSorted()).toEqual([1, 2, 3, 4]);
  });

  it("keeps the fixed one, even if that keeps fewer", () => {
    expect([...findInOrder([4, 0, 1, 2, 3], 0)]).toEqual([0]);
  });

  it("keeps as many as possible", () => {
    fc.assert(
      fc.property(permutations, fc.integer({ min: -1, max: 9 }), (places, fixed) => {
        const found = [...findInOrder(places, fixed)].toSorted((one, other) => one - other);
        const allowed = findRising(places).filter(
          (set) => places[fixed] === undefined || set.includes(fixed),
        );
        expect(allowed).toContainEqual(found);
        expect(found).toHaveLength(Math.max(...allowed.map((set) => set.length)));
      }),
    );
  });
});
