import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_LOGGED_DETAIL_LENGTH, quoteDetail, toPrintable } from "../../src/util/printable.ts";

describe("a printable text", () => {
  test.each([
    ["letters of any script, accents and signs", "Größe 5 µm, 東京, שלום, 🙂", "Größe 5 µm, 東京, שלום, 🙂"],
    ["line breaks", "a\nb\r\nc", "a\\u000ab\\u000d\\u000ac"],
    ["what steers a terminal", "\u001b[2J\u009b31m\u007f", "\\u001b[2J\\u009b31m\\u007f"],
    ["line and paragraph separators", "a\u2028b\u2029c", "a\\u2028b\\u2029c"],
    ["what turns the direction", "\u202eKO\u2066", "\\u202eKO\\u2066"],
    ["what cannot be seen", "a\u200bb\ufeff\u00ad", "a\\u200bb\\ufeff\\u00ad"],
    ["tags beyond the first plane", "\u{e0041}", "\\u{e0041}"],
    ["half of a pair", "\ud800x", "\\ud800x"],
  ])("has an escape in the place of %s, where it needs one", (_, text, printable) => {
    expect(toPrintable(text)).toBe(printable);
  });

  test("stays as it is when it is escaped again", () => {
    const text = toPrintable("a\nb\\\u001b");
    expect(toPrintable(text)).toBe(text);
  });
});

describe("a quoted detail", () => {
  test.each([
    ["stopped", '"stopped"'],
    ["", '""'],
    ['say "no"\\', String.raw`"say \"no\"\\"`],
    ["first\nsecond\u001b[2J\u202e", String.raw`"first\nsecond\u001b[2J\u202e"`],
  ])("is on one line: %j", (detail, quoted) => {
    expect(quoteDetail(detail)).toBe(quoted);
  });

  const FULL = "x".repeat(MAX_LOGGED_DETAIL_LENGTH);

  test.each([
    ["as long as may be", FULL, `"${FULL}"`],
    ["too long by one", `${FULL}x`, `"${FULL.slice(1)}…"`],
    ["10 MB", "x".repeat(10_000_000), `"${FULL.slice(1)}…"`],
    ["too long once it is escaped", "\u0001".repeat(100), `"${"\\u0001".repeat(83)}…"`],
    ["cut in a pair", `${FULL.slice(1)}🙂`, `"${FULL.slice(1)}…"`],
  ])(`has at most ${MAX_LOGGED_DETAIL_LENGTH} characters: %s`, (_, detail, quoted) => {
    expect(quoteDetail(detail)).toBe(quoted);
  });

  test("is printable, bounded, and a JSON string of the beginning, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 1_200 }), (detail) => {
        const quoted = quoteDetail(detail);
        expect(quoted.length).toBeLessThanOrEqual(MAX_LOGGED_DETAIL_LENGTH + 2);
        expect(quoted).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        if (!quoted.endsWith('…"') && !quoted.includes("\\u{")) expect(JSON.parse(quoted)).toBe(detail);
      }),
      { numRuns: 50 },
    );
  });
});
