import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MAX_PROBE_BODY_LENGTH } from "../../src/core/probe-setting.ts";
import { createSharedTextBuffer, openSharedText, type SharedText } from "../../src/sentinel/shared-text.ts";

function openBoth(): Record<"main" | "sentinel", SharedText> {
  const buffer = createSharedTextBuffer();
  return { main: openSharedText(buffer, "main"), sentinel: openSharedText(buffer, "sentinel") };
}

describe("a text in shared memory", () => {
  test("is empty at first", () => {
    expect(openBoth().main.read().text).toBe("");
  });

  test.each([
    ["a word", "OFF"],
    ["nothing", ""],
    ["what is not ASCII, and half of a pair", "Übergabe 🚢 \ud800"],
    ["the longest body", "x".repeat(MAX_PROBE_BODY_LENGTH)],
  ])("is read on the other side as it was written: %s", (_what, text) => {
    const at = Date.now();
    const { main, sentinel } = openBoth();
    const version = main.write(text, at);
    expect(sentinel.read()).toEqual({ text, at, version });
  });

  test("is the last one that either side has written, and each write is another version", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("main", "sentinel"), fc.string(), fc.maxSafeNat()), {
          minLength: 1,
        }),
        (writes) => {
          const sides = openBoth();
          const versions = writes.map(([side, text, at]) => sides[side as "main"].write(text, at));
          expect(new Set(versions).size).toBe(writes.length);
          const [, text, at] = writes.at(-1) ?? [];
          const last = { text, at, version: versions.at(-1) };
          expect([sides.main.read(), sides.sentinel.read()]).toEqual([last, last]);
          expect(sides.main.version).toBe(last.version);
        },
      ),
    );
  });

  test("goes on where the count of the writes goes round", () => {
    const buffer = createSharedTextBuffer();
    const main = openSharedText(buffer, "main");
    new Int32Array(buffer)[0] = -2;
    const versions = ["a", "b", "c"].map((text, at) => main.write(text, at));
    expect(new Set(versions).size).toBe(3);
    expect(main.read()).toEqual({ text: "c", at: 2, version: versions[2] });
  });
});
