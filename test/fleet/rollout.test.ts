import { describe, expect, test } from "vitest";
import { judge, type Rollout, type VersionCounts } from "../../src/fleet/read/rollout.ts";

/** `[instances, ready, red]` of each version. */
function toRollout(
  targets: number,
  versions: Readonly<Record<string, readonly [number, number, number]>>,
): Rollout {
  const counted = Object.entries(versions).map(
    ([version, [instances, ready, red]]): [string, VersionCounts] => [version, { instances, ready, red }],
  );
  return { targets, versions: Object.fromEntries(counted) };
}

describe("a rollout", () => {
  test.each([
    ["no instance", toRollout(0, {}), 0],
    ["only the old version", toRollout(3, { "1": [3, 3, 0] }), 0],
    ["half way", toRollout(4, { "1": [2, 2, 0], "2": [2, 2, 0] }), 0.5],
    ["complete", toRollout(2, { "2": [2, 2, 0] }), 1],
    ["complete, but one instance is not scraped", toRollout(4, { "2": [3, 3, 0] }), 0.75],
    ["complete, but one instance is not ready", toRollout(2, { "2": [2, 1, 1] }), 0.5],
    ["instances that have just left", toRollout(2, { "1": [2, 0, 0], "2": [2, 2, 0] }), 0.5],
  ])("counts the ready instances of the version, of all: %s", (_, rollout, ready) => {
    expect(judge(rollout, "2").ready).toBe(ready);
  });

  test.each([
    ["as good as the others", toRollout(4, { "1": [2, 2, 0], "2": [2, 2, 0] }), false],
    ["as bad as the others, because of a database", toRollout(4, { "1": [2, 0, 2], "2": [2, 0, 2] }), false],
    ["better", toRollout(4, { "1": [2, 0, 2], "2": [2, 1, 1] }), false],
    ["worse", toRollout(4, { "1": [2, 2, 0], "2": [2, 1, 1] }), true],
    ["the first version, which has nothing to be compared with", toRollout(2, { "2": [2, 0, 2] }), false],
    ["not there yet", toRollout(2, { "1": [2, 0, 2] }), false],
  ])("is worse only if a larger share of the version is RED: %s", (_, rollout, isWorse) => {
    expect(judge(rollout, "2").isWorse).toBe(isWorse);
  });

  test("remembers how the others were when they have gone", () => {
    const before = judge(toRollout(2, { "1": [1, 1, 0], "2": [1, 1, 0] }), "2");
    expect(judge(toRollout(2, { "2": [2, 1, 1] }), "2", before).isWorse).toBe(true);
  });
});
