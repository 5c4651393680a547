import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_REASON_LENGTH, type ProbeSetting, toSettingText } from "../../src/core/probe-setting.ts";
import { fromSettingText, MAX_SETTING_LENGTH } from "../../src/sentinel/setting-text.ts";

describe("a setting as a text", () => {
  const line = fc
    .string({ minLength: 1, maxLength: MAX_REASON_LENGTH })
    .filter((text) => !/\p{Cc}/u.test(text));
  const time = fc.integer({ min: 1, max: 8.64e15 });
  const settings: fc.Arbitrary<ProbeSetting> = fc
    .record(
      {
        body: fc.string({ maxLength: 1_024 }).filter((text) => !/\p{Cc}/u.test(text)),
        reason: line,
        until: time,
        by: line,
        draining: fc.record({ reason: line, deadlineAt: time }),
      },
      { requiredKeys: ["body"] },
    )
    .map((setting) => ({ ...setting }));

  test("is read as it was written, within the maximum length", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const text = toSettingText(setting);
        expect(fromSettingText(text)).toEqual(setting);
        expect(text.length).toBeLessThanOrEqual(MAX_SETTING_LENGTH);
      }),
    );
  });
});
