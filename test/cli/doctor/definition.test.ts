import { expect, test } from "vitest";
import { DOCTOR } from "../../../src/cli/doctor/definition.ts";
import { NUMBERS } from "../../../src/cli/doctor/numbers.ts";
import { HANDLER_OPTIONS } from "../../../src/core/handler-options.ts";
import { DRAIN_OPTIONS } from "../../../src/drain/options.ts";
import { PRESETS } from "../../../src/drain/presets.ts";
import type { NumberShape } from "../../../src/options/shape.ts";

test("--preset offers every preset of the drain", () => {
  expect(DOCTOR.options.preset.choices).toEqual(Object.keys(PRESETS));
});

test.each([
  ["redsSeen", DRAIN_OPTIONS.redsSeen],
  ["deadlineMs", DRAIN_OPTIONS.deadlineMs],
  ["balancerIdleMs", DRAIN_OPTIONS.balancerIdleMs],
  ["handlerTimeoutMs", HANDLER_OPTIONS.timeoutMs],
  ["handlerIntervalMs", HANDLER_OPTIONS.intervalMs],
])("%s has the range of the option, in whole numbers", (name, option) => {
  const { min, max } = option as NumberShape;
  expect(min).toBeTypeOf("number");
  expect(NUMBERS.properties[name]).toEqual({ kind: "number", min, max, integer: true });
});
