import { describe, expect, test } from "vitest";
import { onTriggers, type Trigger } from "../../src/drain/triggers.ts";

const ALL: readonly Trigger[] = ["uncaughtException", "unhandledRejection", "beforeExit"];

function countListeners(): readonly number[] {
  return ALL.map((trigger) => process.listenerCount(trigger));
}

/** What the listener that was added last does. The others belong to the test runner. */
function fire(trigger: Trigger, error?: unknown): void {
  const listener = process.rawListeners(trigger).at(-1) as (error: unknown) => void;
  listener(error);
}

describe("the triggers of a drain", () => {
  test.each(ALL)("include %s only if it was chosen, and end with the drain", (trigger) => {
    const before = countListeners();
    const end = onTriggers(new Set([trigger]), { onError() {}, onIdle() {} });
    expect(countListeners()).toEqual(ALL.map((one, index) => (before[index] ?? 0) + Number(one === trigger)));
    end();
    expect(countListeners()).toEqual(before);
  });

  test("say which error came in which way, and that nothing keeps the process alive", () => {
    const calls: unknown[] = [];
    const end = onTriggers(new Set(ALL), {
      onError: (trigger, error) => void calls.push([trigger, error]),
      onIdle: () => void calls.push("idle"),
    });
    try {
      fire("uncaughtException", "one");
      fire("unhandledRejection", "two");
      fire("beforeExit");
    } finally {
      end();
    }
    expect(calls).toEqual([["uncaughtException", "one"], ["unhandledRejection", "two"], "idle"]);
  });
});
