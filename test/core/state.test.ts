import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import {
  GREEN,
  isState,
  OK,
  RED,
  STATE_NUMBERS,
  STATES,
  type State,
  toWorseState,
  YELLOW,
} from "../../src/core/state.ts";

const anyState = fc.constantFrom<State>(...STATES);

async function overallState(states: readonly State[], order: readonly number[]): Promise<State> {
  const registry = createStatusRegistry();
  for (const index of order) registry.addStatusHandler(`Handler${index}`, () => ({ state: states[index]! }));
  return (await registry.getReport()).state;
}

describe("the states", () => {
  test("are three, and GREEN is another word for OK", () => {
    expect([OK, YELLOW, RED]).toEqual(["OK", "YELLOW", "RED"]);
    expect(GREEN).toBe(OK);
    expect(STATES).toEqual([OK, YELLOW, RED]);
  });

  test("are 0, 1 and 2 as numbers", () => {
    expect(STATE_NUMBERS).toEqual({ OK: 0, YELLOW: 1, RED: 2 });
  });

  test("are known by their exact texts only", () => {
    expect(STATES.every(isState)).toBe(true);
    const others = ["ok", "GREEN", "red", "", " OK", 0, null, undefined, {}, ["OK"], new String("OK")];
    expect(others.filter(isState)).toEqual([]);
  });
});

describe("of several states", () => {
  test("the worst wins, whatever the order", () => {
    fc.assert(
      fc.property(anyState, anyState, (one, other) => {
        const worst = Math.max(STATE_NUMBERS[one], STATE_NUMBERS[other]);
        expect(STATE_NUMBERS[toWorseState(one, other)]).toBe(worst);
        expect(toWorseState(other, one)).toBe(toWorseState(one, other));
      }),
    );
  });

  test("the worst is the state of the report, in whatever order the handlers were registered", async () => {
    const statesInSomeOrder = fc.array(anyState, { maxLength: 8 }).chain((states) => {
      const indexes = states.map((_, index) => index);
      return fc.tuple(
        fc.constant(states),
        fc.shuffledSubarray(indexes, { minLength: indexes.length, maxLength: indexes.length }),
      );
    });
    await fc.assert(
      fc.asyncProperty(statesInSomeOrder, async ([states, order]) => {
        const worst = Math.max(0, ...states.map((state) => STATE_NUMBERS[state]));
        expect(await overallState(states, order)).toBe(STATES[worst]);
      }),
    );
  });
});
