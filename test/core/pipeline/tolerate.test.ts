import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../src/core/outcome.ts";
import { type Thresholds, withTolerance } from "../../../src/core/pipeline/tolerate.ts";
import { STATE_NUMBERS, STATES, type State } from "../../../src/core/state.ts";
import { outcomeOf } from "../../support/outcome.ts";

/** What is reported for these results, one after the other. */
function tolerateAll(thresholds: Partial<Thresholds>, results: readonly (State | Outcome)[]): Outcome[] {
  const outcomes = results.map((result) => (typeof result === "string" ? outcomeOf(result) : result));
  const queue = outcomes.values();
  const ask = withTolerance(() => queue.next().value as Outcome, {
    failAfter: 1,
    recoverAfter: 1,
    ...thresholds,
  });
  return outcomes.map(() => ask() as Outcome);
}

function statesOf(outcomes: readonly Outcome[]): State[] {
  return outcomes.map(({ status }) => status.state);
}

describe("withTolerance", () => {
  test.each([1, 2, 3, 10])("gets worse with the %dth worse result in a row, not before", (failAfter) => {
    const worse = Array.from({ length: failAfter }, () => "RED" as const);
    const states = statesOf(tolerateAll({ failAfter }, ["OK", ...worse]));
    expect(states.indexOf("RED")).toBe(failAfter);
  });

  test.each([1, 2, 3, 10])("gets better with the %dth better result in a row, not before", (recoverAfter) => {
    const better = Array.from({ length: recoverAfter }, () => "OK" as const);
    const states = statesOf(tolerateAll({ recoverAfter }, ["RED", ...better]));
    expect(states.indexOf("OK")).toBe(recoverAfter);
  });

  test.each(STATES)("takes a first result at once: %s", (state) => {
    const [first] = tolerateAll({ failAfter: 9, recoverAfter: 9 }, [state]);
    expect(first).toEqual(outcomeOf(state));
  });

  test("counts each direction on its own: one failure is enough, and two successes are needed", () => {
    const results = ["OK", "RED", "OK", "RED", "OK", "OK", "RED"] as const;
    const expected = ["OK", "RED", "RED", "RED", "RED", "OK", "RED"];
    expect(statesOf(tolerateAll({ failAfter: 1, recoverAfter: 2 }, results))).toEqual(expected);
  });

  test("begins to count anew after a result in the state that holds", () => {
    const results = ["OK", "RED", "RED", "OK", "RED", "RED", "RED"] as const;
    expect(statesOf(tolerateAll({ failAfter: 3 }, results)).indexOf("RED")).toBe(6);
  });

  test("begins to count anew when the direction turns", () => {
    const results = ["YELLOW", "RED", "OK", "RED", "OK", "RED", "RED"] as const;
    const expected = ["YELLOW", "YELLOW", "YELLOW", "YELLOW", "YELLOW", "YELLOW", "RED"];
    expect(statesOf(tolerateAll({ failAfter: 2, recoverAfter: 2 }, results))).toEqual(expected);
  });

  test("counts worse results of different states together, and takes the state of the last", () => {
    expect(statesOf(tolerateAll({ failAfter: 3 }, ["OK", "RED", "YELLOW", "YELLOW"]))).toEqual([
      "OK",
      "OK",
      "OK",
      "YELLOW",
    ]);
    expect(statesOf(tolerateAll({ recoverAfter: 2 }, ["RED", "YELLOW", "OK"]))).toEqual(["RED", "RED", "OK"]);
  });

  test("does not count a handler that hangs: it was not asked again", () => {
    const timeout = outcomeOf("RED", { reason: "timeout" });
    const hung = outcomeOf("RED", { reason: "hung" });
    const results = ["OK", timeout, hung, hung, hung, timeout, hung, timeout] as const;
    expect(statesOf(tolerateAll({ failAfter: 3 }, results)).indexOf("RED")).toBe(7);
  });

  test("says what it waits for, and shows what the handler said in rawStatus", () => {
    const red = outcomeOf("RED", { properties: { detail: "connection refused", host: "db-1" } });
    const [, held] = tolerateAll({ failAfter: 3 }, ["OK", red]);
    expect(held).toEqual({
      ...red,
      reason: undefined,
      status: { state: "OK", detail: "1 of 3 results before RED: connection refused", host: "db-1" },
    });
    expect(held?.rawStatus).toBe(red.status);
  });

  test("says what it waits for where the handler gave no detail", () => {
    const [, first, second] = tolerateAll({ failAfter: 3 }, ["OK", "YELLOW", "RED"]);
    expect(first?.status.detail).toBe("1 of 3 results before YELLOW");
    expect(second?.status.detail).toBe("2 of 3 results before RED");
  });

  test("keeps the reason of the state that holds while it recovers", () => {
    const timeout = outcomeOf("RED", { reason: "timeout" });
    const outcomes = tolerateAll({ recoverAfter: 3 }, [timeout, "OK", "OK", "OK"]);
    expect(outcomes.map(({ reason }) => reason)).toEqual(["timeout", "timeout", "timeout", undefined]);
    expect(outcomes.at(-1)).toEqual(outcomeOf("OK"));
  });

  test("is not there when one result is enough in both directions", () => {
    const ask = () => outcomeOf("OK");
    expect(withTolerance(ask, { failAfter: 1, recoverAfter: 1 })).toBe(ask);
  });

  test.each(STATES)("leaves a steady %s as it is", (state) => {
    const steady = [1, 2, 3].map((count) => outcomeOf(state, { properties: { count } }));
    expect(tolerateAll({ failAfter: 2, recoverAfter: 2 }, steady)).toEqual(steady);
    expect(tolerateAll({ failAfter: 1, recoverAfter: 2 }, steady)).toEqual(steady);
  });

  test("leaves a result as it is that brings the state back which holds", () => {
    const results = [
      outcomeOf("YELLOW"),
      outcomeOf("RED"),
      outcomeOf("YELLOW", { properties: { detail: "a" } }),
    ];
    expect(tolerateAll({ failAfter: 2, recoverAfter: 2 }, results)[2]).toEqual(results[2]);
  });

  test("counts a handler that was found hanging as one result", () => {
    const hung = outcomeOf("RED", { reason: "hung" });
    const outcomes = tolerateAll({ failAfter: 3 }, ["OK", hung, hung, "RED", "RED"]);
    expect(outcomes.slice(1).map(({ status }) => status.detail)).toEqual([
      "1 of 3 results before RED",
      "1 of 3 results before RED",
      "2 of 3 results before RED",
      undefined,
    ]);
  });

  test("holds back promised answers too", async () => {
    const results = ["OK", "RED"] as const;
    let calls = 0;
    const ask = withTolerance(() => Promise.resolve(outcomeOf(results[calls++] ?? "OK")), {
      failAfter: 2,
      recoverAfter: 1,
    });
    await ask();
    await expect(ask()).resolves.toMatchObject({ status: { state: "OK" }, rawStatus: { state: "RED" } });
  });

  test("changes exactly when the last results in a row are all on one side of the state that holds", () => {
    const sides = fc.array(fc.constantFrom(...STATES), { minLength: 1, maxLength: 30 });
    const threshold = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(sides, threshold, threshold, (results, failAfter, recoverAfter) => {
        const outcomes = tolerateAll({ failAfter, recoverAfter }, results);
        expect(statesOf(outcomes)).toEqual(expectedStates(results, failAfter, recoverAfter));
        for (const { status, reason } of outcomes) expect(reason !== undefined).toBe(status.state !== "OK");
      }),
    );
  });
});

/** The rule, looking back over all results at each step. */
function expectedStates(results: readonly State[], failAfter: number, recoverAfter: number): State[] {
  let held = results[0] as State;
  let decidedAt = 0;
  return results.map((result, index) => {
    const since = results.slice(decidedAt + 1, index + 1).map((state) => STATE_NUMBERS[state]);
    const allWorse = since.slice(-failAfter).every((state) => state > STATE_NUMBERS[held]);
    const allBetter = since.slice(-recoverAfter).every((state) => state < STATE_NUMBERS[held]);
    if ((since.length >= failAfter && allWorse) || (since.length >= recoverAfter && allBetter)) {
      held = result;
      decidedAt = index;
    }
    return held;
  });
}
