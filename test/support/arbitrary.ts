import fc from "fast-check";
import { MAX_NAME_LENGTH } from "../../src/core/registration.ts";
import { replaceControlCharacters } from "../../src/util/text.ts";

/** Any name that a handler may be registered by, the awkward ones among them often. */
export function arbitraryName(): fc.Arbitrary<string> {
  const special = fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "1",
    "a_b",
    "a",
    'a"b',
    "a\\n",
    "\\",
    '"',
  );
  const any = fc
    .string({ unit: "binary", minLength: 1, maxLength: 100 })
    .filter((name) => name.length <= MAX_NAME_LENGTH && replaceControlCharacters(name) === name);
  return fc.oneof({ weight: 1, arbitrary: special }, { weight: 3, arbitrary: any });
}

/** Any string at all: halves of surrogate pairs and control characters too. */
export function arbitraryText(maxLength = 20): fc.Arbitrary<string> {
  const codeUnit = fc.oneof(
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0xd800, max: 0xdfff }),
  );
  return fc.array(codeUnit, { maxLength }).map((codeUnits) => String.fromCharCode(...codeUnits));
}
