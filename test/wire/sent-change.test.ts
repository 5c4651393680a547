import { expect, test } from "vitest";
import type { Change } from "../../src/core/change.ts";
import { toChange, toSentChange } from "../../src/wire/sent-change.ts";

test("a change arrives as it was, also what JSON cannot say, and cannot be changed", () => {
  const change: Change = {
    name: "Db",
    from: "OK",
    to: "RED",
    reason: "reported",
    status: { state: "RED", detail: "refused", labels: { age: Number.NaN, count: 3 } },
    at: new Date("2026-01-01T00:00:00Z"),
    heldMs: 5_000,
  };
  const arrived = toChange(structuredClone(toSentChange(change)));
  expect(arrived).toEqual(change);
  expect(Object.isFrozen(arrived)).toBe(true);
});
