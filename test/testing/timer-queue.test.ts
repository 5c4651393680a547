import fc from "fast-check";
import { expect, test } from "vitest";
import { createTimerQueue } from "../../src/testing/timer-queue.ts";

type Step =
  | { readonly kind: "add"; readonly dueAt: number }
  | { readonly kind: "remove"; readonly index: number }
  | { readonly kind: "take"; readonly by: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("add" as const), dueAt: fc.nat(20) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove" as const), index: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("take" as const), by: fc.nat(25) }) },
);

test("a timer queue gives what is due, in order of time and then of start, and nothing that was removed", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 400 }), (steps) => {
      const queue = createTimerQueue();
      const removers: (() => void)[] = [];
      let expected: { readonly id: number; readonly dueAt: number }[] = [];
      const taken: number[] = [];
      for (const each of steps) {
        if (each.kind === "add") {
          const id = removers.length;
          removers.push(queue.add(each.dueAt, () => void taken.push(id)));
          expected.push({ id, dueAt: each.dueAt });
        } else if (each.kind === "remove") {
          removers[each.index]?.();
          expected = expected.filter(({ id }) => id !== each.index);
        } else {
          // A stable sort: what is due at the same moment stays in order of its start.
          const [next] = expected.toSorted((one, other) => one.dueAt - other.dueAt);
          const isDue = next !== undefined && next.dueAt <= each.by;
          queue.takeDue(each.by)?.run();
          expect(taken.splice(0)).toEqual(isDue ? [next.id] : []);
          if (isDue) expected = expected.filter(({ id }) => id !== next.id);
        }
        expect(queue.size).toBe(expected.length);
      }
    }),
  );
});

test("a timer queue finds the one timer that is left among 100,000 that were removed", () => {
  const queue = createTimerQueue();
  queue.add(1, () => {});
  for (let count = 0; count < 100_000; count += 1) queue.add(1_000_000, () => {})();
  expect(queue.size).toBe(1);
  expect(queue.takeDue(2_000_000)?.dueAt).toBe(1);
  expect(queue.takeDue(2_000_000)).toBeUndefined();
});
