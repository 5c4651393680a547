import { describe, expect, test } from "vitest";
import { CliError } from "../../src/cli/cli-error.ts";
import { parseDuration } from "../../src/cli/duration.ts";
import { MAX_TIMER_MS } from "../../src/util/clock.ts";
import { toDurationText } from "../../src/util/duration-text.ts";

describe("a duration", () => {
  test.each([
    ["1ms", 1],
    ["500ms", 500],
    ["5s", 5_000],
    ["1.5s", 1_500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    [`${MAX_TIMER_MS}ms`, MAX_TIMER_MS],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration("--timeout", text)).toBe(ms);
  });

  test.each(["5", "", "s", "-5s", "5 s", "5S", "5d", "1e3s", ".5s", "5.s", "5s5s", "Infinitys", "5toString"])(
    "is not %j",
    (text) => {
      expect(() => parseDuration("--timeout", text)).toThrow(
        new CliError(
          `--timeout: expected a number and a unit, such as 500ms, 5s, 2m or 1h, got ${JSON.stringify(text)}`,
        ),
      );
    },
  );

  test.each(["0s", "0.1ms", `${MAX_TIMER_MS + 1}ms`, "1000h"])("is not as short or long as %s", (text) => {
    expect(() => parseDuration("--timeout", text)).toThrow(
      new CliError(`--timeout: expected 1ms to 596h, got ${text}`),
    );
  });

  test.each([
    [1, "1ms"],
    [1_500, "1500ms"],
    [60_000, "1m"],
    [90_000, "90s"],
    [7_200_000, "2h"],
  ])("of %d ms is written as %s", (ms, text) => {
    expect(toDurationText(ms)).toBe(text);
  });
});
