import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../src/core/outcome.ts";
import { type Thresholds, withTolerance } from "../../../src/core/pipeline/tolerate.ts";
import { STATE_NUMBERS, STATES, type State } from "../../../src/core/state.ts";
import { outcomeOf } from "../../support/outcome.ts";

/** What is reported for these results, one after the other. */
const NONE: Thresholds = { failAfter: 1, recoverAfter: 1, failForMs: 0, recoverForMs: 0 };
const CLOCK = { monotonicNow: () => 0 };

function tolerateAll(thresholds: Partial<Thresholds>, results: readonly (State | Outcome)[]): Outcome[] {
  const outcomes = results.map((result) => (typeof result === "string" ? outcomeOf(result) : result));
  const queue = outcomes.values();
  const ask = withTolerance(() => queue.next().value as Outcome, { ...NONE, ...thresholds }, CLOCK);
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
    expect(withTolerance(ask, NONE, CLOCK)).toBe(ask);
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
    const answer = () => Promise.resolve(outcomeOf(results[calls++] ?? "OK"));
    const ask = withTolerance(answer, { ...NONE, failAfter: 2 }, CLOCK);
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

describe("withTolerance over time", () => {
  /** What is reported for results at these times, as `state detail`. */
  function tolerateAt(
    thresholds: Partial<Thresholds>,
    results: readonly [atMs: number, result: State | Outcome][],
  ) {
    const queue = results.values();
    let now = 0;
    const ask = withTolerance(
      () => {
        const [atMs, result] = queue.next().value as [number, State | Outcome];
        now = atMs;
        return typeof result === "string" ? outcomeOf(result) : result;
      },
      { ...NONE, ...thresholds },
      { monotonicNow: () => now },
    );
    return results.map(() => {
      const { status } = ask() as Outcome;
      return [status.state, status.detail].filter((part) => part !== undefined).join(" ");
    });
  }

  test("is RED only after a minute of failures, however often it runs", () => {
    const often = Array.from({ length: 600 }, (_, index): [number, State] => [1_000 + index * 100, "RED"]);
    const states = tolerateAt({ failForMs: 60_000 }, [[0, "OK"], ...often, [61_000, "RED"]]);
    expect(states[1]).toBe("OK 0 of 60 s before RED");
    expect(states[600]).toBe("OK 59.9 of 60 s before RED");
    expect(states[601]).toBe("RED");
    expect(
      tolerateAt({ failForMs: 60_000 }, [
        [0, "OK"],
        [1_000, "RED"],
        [61_000, "RED"],
      ]),
    ).toEqual(["OK", "OK 0 of 60 s before RED", "RED"]);
  });

  test("starts again after a result in the reported state", () => {
    const results: [number, State][] = [
      [0, "OK"],
      [1_000, "RED"],
      [30_000, "OK"],
      [40_000, "RED"],
      [69_999, "RED"],
    ];
    expect(tolerateAt({ failForMs: 30_000 }, results).at(-1)).toBe("OK 29.9 of 30 s before RED");
    expect(tolerateAt({ failForMs: 30_000 }, [...results, [70_000, "RED"]]).at(-1)).toBe("RED");
  });

  test("recovers only after its time", () => {
    expect(
      tolerateAt({ recoverForMs: 10_000 }, [
        [0, "RED"],
        [1_000, "OK"],
        [10_999, "OK"],
        [11_000, "OK"],
      ]),
    ).toEqual(["RED", "RED 0 of 10 s before OK", "RED 9.9 of 10 s before OK", "OK"]);
  });

  test("needs both the number of results and the time", () => {
    const results: [number, State][] = [
      [0, "OK"],
      [0, "RED"],
      [1_000, "RED"],
      [2_000, "RED"],
    ];
    expect(tolerateAt({ failAfter: 2, failForMs: 2_000 }, results)).toEqual([
      "OK",
      "OK 1 of 2 results and 0 of 2 s before RED",
      "OK 2 of 2 results and 1 of 2 s before RED",
      "RED",
    ]);
    expect(tolerateAt({ failAfter: 4, failForMs: 1_000 }, results).at(-1)).toBe(
      "OK 3 of 4 results and 1 of 1 s before RED",
    );
  });

  test("counts the time of a handler that hangs", () => {
    const hung = outcomeOf("RED", { reason: "hung" });
    expect(
      tolerateAt({ failForMs: 5_000 }, [
        [0, "OK"],
        [0, hung],
        [5_000, hung],
      ]).at(-1),
    ).toMatch(/^RED/);
  });

  test("takes a first result at once", () => {
    expect(tolerateAt({ failForMs: 60_000, recoverForMs: 60_000 }, [[0, "RED"]])).toEqual(["RED"]);
  });
});
