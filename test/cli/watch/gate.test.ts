import { expect, test } from "vitest";
import { createGate } from "../../../src/cli/watch/gate.ts";
import { createDeferred } from "../../support/deferred.ts";

test("a gate lets only so many through, in the order of their calls", async () => {
  const gate = createGate(2);
  const tasks = Array.from({ length: 5 }, () => createDeferred<number>());
  const begun: number[] = [];
  const runs = tasks.map(({ promise }, index) =>
    gate.run(() => {
      begun.push(index);
      return promise;
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  tasks[1]?.reject(new Error("lost"));
  await expect(runs[1]).rejects.toThrow("lost");
  expect(begun).toEqual([0, 1, 2]);
  for (const [index, { resolve }] of tasks.entries()) resolve(index);
  expect(await Promise.allSettled(runs)).toHaveLength(5);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await gate.run(async () => 7)).toBe(7);
});
