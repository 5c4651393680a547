import { describe, expect, test } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { renderHealth } from "../../src/formats/health.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { reportOf } from "../support/registry.ts";

const OPEN = { details: true };
const TIME = "2026-01-01T00:00:00.000Z";

describe("health+json, as draft-inadarei-api-health-check-06 wants it,", () => {
  test("passes with no checks when there are no handlers", async () => {
    expect(renderHealth(await reportOf(), OPEN)).toBe('{"status":"pass","checks":{}}');
  });

  test("has an array of checks for each handler, with its status and its time", async () => {
    const report = await reportOf(
      ["A", { state: "OK" }],
      ["B", { state: "YELLOW" }],
      ["C", { state: "RED" }],
    );
    expect(JSON.parse(renderHealth(report, OPEN))).toEqual({
      status: "fail",
      checks: {
        A: [{ status: "pass", time: TIME }],
        B: [{ status: "warn", time: TIME }],
        C: [{ status: "fail", time: TIME }],
      },
    });
  });

  test.each([
    ["OK", "pass"],
    ["YELLOW", "warn"],
    ["RED", "fail"],
  ])("says for an overall %s: %s", async (state, status) => {
    const report = await reportOf(["A", { state: "OK" }], ["B", { state }]);
    expect(JSON.parse(renderHealth(report, OPEN))).toHaveProperty("status", status);
  });

  test("warns, and shows the failed check, when only a handler that is not critical is RED", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    registry.addStatusHandler("A", () => ({ state: "RED", detail: "gone" }), { critical: false });
    expect(JSON.parse(renderHealth(await registry.getReport(), OPEN))).toEqual({
      status: "warn",
      checks: { A: [{ status: "fail", time: TIME, output: "gone" }] },
    });
  });

  test("has the detail as output where a check does not pass, and no output where it does", async () => {
    const report = await reportOf(
      ["passes", { state: "OK", detail: "all is well" }],
      ["warns", { state: "YELLOW", detail: "slow" }],
      ["fails", { state: "RED", detail: 7 }],
      ["is silent", { state: "RED" }],
      ["is structured", { state: "RED", detail: { code: 7 } }],
    );
    expect(JSON.parse(renderHealth(report, OPEN)).checks).toEqual({
      passes: [{ status: "pass", time: TIME }],
      warns: [{ status: "warn", time: TIME, output: "slow" }],
      fails: [{ status: "fail", time: TIME, output: "7" }],
      "is silent": [{ status: "fail", time: TIME }],
      "is structured": [{ status: "fail", time: TIME }],
    });
  });

  test("has the time of the check, not of the request", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    registry.addStatusHandler("A", () => ({ state: "OK" }), { maxAgeMs: 60_000 });
    await registry.getReport();
    await clock.advance(1_500);
    registry.addStatusHandler("B", () => ({ state: "OK" }));
    expect(JSON.parse(renderHealth(await registry.getReport(), OPEN)).checks).toEqual({
      A: [{ status: "pass", time: TIME }],
      B: [{ status: "pass", time: "2026-01-01T00:00:01.500Z" }],
    });
  });

  test("has each label as an observed value of its own, with the state of its handler", async () => {
    const report = await reportOf([
      "A",
      { state: "YELLOW", detail: "slow", labels: { errors: 7, ratio: 0.5 } },
    ]);
    expect(JSON.parse(renderHealth(report, OPEN)).checks).toEqual({
      A: [{ status: "warn", time: TIME, output: "slow" }],
      "A:errors": [{ observedValue: 7, status: "warn", time: TIME }],
      "A:ratio": [{ observedValue: 0.5, status: "warn", time: TIME }],
    });
  });

  test("leaves out labels that JSON has no number for, and those that are no numbers", async () => {
    const labels = { nan: Number.NaN, more: Infinity, less: -Infinity, text: "7", zero: 0 };
    const report = await reportOf(["A", { state: "OK", labels }]);
    expect(Object.keys(JSON.parse(renderHealth(report, OPEN)).checks)).toEqual(["A", "A:zero"]);
  });

  test("puts a label and a handler of the same name into one array, which loses neither", async () => {
    const report = await reportOf(["A", { state: "OK", labels: { b: 7 } }], ["A:b", { state: "RED" }]);
    expect(JSON.parse(renderHealth(report, OPEN)).checks["A:b"]).toEqual([
      { observedValue: 7, status: "pass", time: TIME },
      { status: "fail", time: TIME },
    ]);
  });

  test("keeps names that are special to JavaScript, and writes ASCII", async () => {
    const report = await reportOf(["__proto__", { state: "OK" }], ["1", { state: "RED", detail: "für 😀" }]);
    expect(renderHealth(report, OPEN)).toBe(
      String.raw`{"status":"fail","checks":{"__proto__":[{"status":"pass","time":"${TIME}"}],"1":[{"status":"fail","time":"${TIME}","output":"f\u00fcr \ud83d\ude00"}]}}`,
    );
  });

  test("has no output and no observed values where details are refused", async () => {
    const report = await reportOf([
      "A",
      { state: "RED", detail: "marker", labels: { marker: 7 }, marker: 1 },
    ]);
    expect(renderHealth(report, { details: false })).toBe(
      `{"status":"fail","checks":{"A":[{"status":"fail","time":"${TIME}"}]}}`,
    );
  });
});
