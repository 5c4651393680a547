import { expect, test } from "vitest";
import { DOCTOR } from "../../../src/cli/doctor/definition.ts";
import { PRESETS } from "../../../src/drain/presets.ts";

test("--preset offers every preset of the drain", () => {
  expect(DOCTOR.options.preset.choices).toEqual(Object.keys(PRESETS));
});
