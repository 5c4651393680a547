import fc from "fast-check";
import { expect, test } from "vitest";
import { toAsciiJson } from "../../src/util/json-text.ts";

test("JSON in ASCII says the same to every parser", () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: "binary" }), (json, text) => {
      expect(JSON.parse(toAsciiJson(json))).toEqual(JSON.parse(json));
      expect(JSON.parse(toAsciiJson(JSON.stringify(text)))).toBe(text);
      expect(toAsciiJson(JSON.stringify(text))).toMatch(/^[ -~]*$/);
    }),
  );
});

test("JSON in ASCII writes everything else as the escapes of JSON", () => {
  expect(toAsciiJson('{"name":"Müller 🚦 \u007f"}')).toBe('{"name":"M\\u00fcller \\ud83d\\udea6 \\u007f"}');
});

test("JSON that is ASCII already stays as it is", () => {
  const json = JSON.stringify({ state: "OK", detail: 'a "quoted" \\ text\n' });
  expect(toAsciiJson(json)).toBe(json);
});
