import fc from "fast-check";
import { expect, test } from "vitest";
import { createShares } from "../../src/http/shares.ts";

const LIMITS = { total: 10, freeForAll: 5, share: 2 };

test("one holder gets all that is free for all, and no more", () => {
  const shares = createShares(LIMITS);
  for (let count = 0; count < 5; count += 1) {
    expect(shares.hasRoom("one")).toBe(true);
    shares.acquire("one");
  }
  expect(shares.hasRoom("one")).toBe(false);
});

test("others get their share of the rest, until nothing is left", () => {
  const shares = createShares(LIMITS);
  for (let count = 0; count < 5; count += 1) shares.acquire("one");
  for (const holder of ["two", "two", "three", "three", "four"]) {
    expect(shares.hasRoom(holder)).toBe(true);
    shares.acquire(holder);
  }
  expect(shares.hasRoom("four")).toBe(false);
});

test("a share that is full has no room while there is some for others", () => {
  const shares = createShares(LIMITS);
  for (let count = 0; count < 5; count += 1) shares.acquire("one");
  shares.acquire("two");
  shares.acquire("two");
  expect([shares.hasRoom("two"), shares.hasRoom("three")]).toEqual([false, true]);
});

test("what is given back, once, can be taken again", () => {
  const shares = createShares(LIMITS);
  const releases = Array.from({ length: 5 }, () => shares.acquire("one"));
  releases[0]?.();
  releases[0]?.();
  expect(shares.hasRoom("one")).toBe(true);
  shares.acquire("one");
  expect(shares.hasRoom("one")).toBe(false);
});

test("no holder is remembered that holds nothing, and the bounds hold, whoever takes and gives back", () => {
  const steps = fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 100 });
  fc.assert(
    fc.property(steps, (all) => {
      const shares = createShares(LIMITS);
      const held: (() => void)[][] = [[], [], [], []];
      for (const [holder, takes] of all) {
        const own = held[holder] ?? [];
        if (!takes) own.pop()?.();
        else if (shares.hasRoom(`${holder}`)) own.push(shares.acquire(`${holder}`));
        const counts = held.map(({ length }) => length);
        expect(Math.max(...counts)).toBeLessThanOrEqual(LIMITS.freeForAll);
        expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(LIMITS.total);
        expect(shares.holderCount).toBe(counts.filter((count) => count > 0).length);
      }
    }),
    { numRuns: 30 },
  );
});
