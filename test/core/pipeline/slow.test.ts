import { describe, expect, test } from "vitest";
import { withSlowness } from "../../../src/core/pipeline/slow.ts";
import { toStatusJson } from "../../../src/core/status-json.ts";
import { outcomeOf } from "../../support/outcome.ts";

describe("withSlowness", () => {
  test.each([0, 199, 200])("leaves an OK alone that took %d ms of 200 ms", (durationMs) => {
    const fast = outcomeOf("OK", { durationMs });
    expect(withSlowness(() => fast, 200)()).toBe(fast);
  });

  test.each([
    [200.001, "took 201 ms, more than 200 ms"],
    [201, "took 201 ms, more than 200 ms"],
    [4_999.5, "took 5000 ms, more than 200 ms"],
  ])("makes an OK YELLOW that took %d ms of 200 ms", (durationMs, detail) => {
    const slow = outcomeOf("OK", { durationMs });
    expect(withSlowness(() => slow, 200)()).toEqual({
      ...slow,
      status: { state: "YELLOW", detail },
      reason: "slow",
    });
  });

  test("never says less than the limit it was over", () => {
    const [limit, took] = [10.4, 10.45];
    expect(withSlowness(() => outcomeOf("OK", { durationMs: took }), limit)()).toMatchObject({
      status: { detail: "took 11 ms, more than 10.4 ms" },
    });
  });

  test("keeps what the handler said behind the reason, and what else it reported", () => {
    const properties = { detail: "3 replicas", primary: "db-1", labels: { lag: Number.NaN } };
    const slow = outcomeOf("OK", { durationMs: 300, properties });
    const { status, rawStatus } = withSlowness(() => slow, 200)() as typeof slow;
    const detail = "took 300 ms, more than 200 ms: 3 replicas";
    expect(status).toEqual({ ...properties, state: "YELLOW", detail });
    expect(toStatusJson(status)).toContain('"state":"YELLOW"');
    expect(rawStatus).toEqual({ ...properties, state: "OK" });
  });

  test.each(["YELLOW", "RED"] as const)("leaves a %s alone, however long it took", (state) => {
    const outcome = outcomeOf(state, { durationMs: 60_000 });
    expect(withSlowness(() => outcome, 200)()).toBe(outcome);
  });

  test("judges a promised answer too, and gives a plain one plainly", async () => {
    const slow = outcomeOf("OK", { durationMs: 1 });
    expect(withSlowness(() => slow, 0)()).not.toBeInstanceOf(Promise);
    await expect(withSlowness(() => Promise.resolve(slow), 0)()).resolves.toMatchObject({ reason: "slow" });
  });

  test("is not there when no limit is given", () => {
    const ask = () => outcomeOf("OK");
    expect(withSlowness(ask, undefined)).toBe(ask);
  });
});
