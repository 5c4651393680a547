import fc from "fast-check";
import type { ObjectShape, Shape } from "../../../src/options/shape.ts";
import { arbitraryText } from "../../support/arbitrary.ts";

/** Texts of which some are right in one place, and some in no place. */
const TEXTS: readonly string[] = [
  ...["", " ", "a", "a b", "A_B", "1", "/", "/a", "//a", "/a/", "/a?b", "localhost:80", "[::1]:443", "::1"],
  ...[
    "http://a/b",
    "HTTPS://a",
    "ftp://a",
    "\u0000",
    "\u009f",
    "\u202e",
    "\ud800",
    "__proto__",
    "name",
    "a\nb",
  ],
  ...["-----BEGIN CERTIFICATE-----", "postgres", "always", "GET", "fast", "constructor"],
];
const NUMBERS: readonly number[] = [
  -1,
  0,
  0.5,
  1,
  1.5,
  99,
  200,
  503,
  65_535,
  65_536,
  2 ** 31,
  2 ** 53,
  1e300,
];

/** Any JSON, with keys and texts that configurations have among them. */
export const ARBITRARY_JSON: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, false, ...NUMBERS, ...TEXTS),
    arbitraryText(),
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...TEXTS, "checks", "check", "options", "env", "handler"), tie("json"), {
      maxKeys: 4,
    }),
  ),
}))["json"] as fc.Arbitrary<unknown>;

/** Mostly what the shape describes, with a mistake here and there. */
export function arbitraryOf(shape: Shape): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 40, arbitrary: toRight(shape) }, { weight: 1, arbitrary: ARBITRARY_JSON });
}

function toRight(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "text":
      return fc.constantFrom(...TEXTS.filter((each) => (shape.pattern ?? /./u).test(each)));
    case "number":
      return fc.constantFrom(
        ...NUMBERS.filter((each) => each >= (shape.min ?? -9) && each <= (shape.max ?? each)),
        shape.min ?? 0,
      );
    case "flag":
      return fc.boolean();
    case "choice":
      return fc.constantFrom<unknown>(...shape.values);
    case "list":
      return fc.array(arbitraryOf(shape.items), { maxLength: 3, minLength: shape.isNonEmpty ? 1 : 0 });
    case "map":
      return fc.dictionary(fc.constantFrom(...TEXTS), arbitraryOf(shape.values), { maxKeys: 3 });
    case "object":
      return toObject(shape);
    case "either":
      return fc.oneof(...shape.shapes.filter(({ kind }) => kind !== "code").map(toRight));
    case "code":
      return ARBITRARY_JSON;
  }
}

function toObject({ properties }: ObjectShape): fc.Arbitrary<unknown> {
  const known = Object.entries(properties).filter(([, { kind }]) => kind !== "code");
  const entries = known.map(([key, shape]) => [key, arbitraryOf(shape)] as const);
  const requiredKeys = known.filter(([, { required }]) => required).map(([key]) => key);
  const right = fc.record(Object.fromEntries(entries), { requiredKeys });
  const withMore = fc
    .tuple(right, fc.constantFrom(...Object.keys(properties), "nmae", "__proto__"), ARBITRARY_JSON)
    .map(([object, key, value]) => ({
      ...object,
      ...JSON.parse(`{${JSON.stringify(key)}:${toJson(value)}}`),
    }));
  return fc.oneof({ weight: 30, arbitrary: right }, { weight: 1, arbitrary: withMore });
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}
