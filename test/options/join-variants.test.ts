import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { joinVariants } from "../../src/options/join-variants.ts";

const name = { type: "string", minLength: 1 };
const toVariant = (kind: string, properties: object, required = ["kind"]) => ({
  type: "object",
  properties: { kind: { enum: [kind] }, name, ...properties },
  additionalProperties: false,
  required,
});
const variants = [
  toVariant("file", { path: { type: "string" } }, ["kind", "path"]),
  toVariant("queue", { limit: { type: "number" } }),
  toVariant("topic", { limit: { type: "string" } }),
];
const joined = JSON.parse(JSON.stringify(joinVariants(variants)));

describe("joinVariants", () => {
  test("lists once what all have in common", () => {
    expect(joined.properties).toEqual({ kind: {}, name, path: {}, limit: {} });
    expect(JSON.stringify(joined).split(JSON.stringify(name))).toHaveLength(2);
  });

  test.each<[boolean, unknown]>([
    [true, { kind: "file", path: "/a" }],
    [true, { kind: "queue", name: "a", limit: 3 }],
    [true, { kind: "topic", limit: "a" }],
    [false, { kind: "file" }],
    [false, { kind: "file", path: "/a", limit: 3 }],
    [false, { kind: "queue", limit: "a" }],
    [false, { kind: "queue", path: "/a" }],
    [false, { kind: "queue", name: "" }],
    [false, { kind: "queue", other: 1 }],
    [false, { kind: "other" }],
    [false, []],
  ])("accepts what one variant accepts: %s %j", (isValid, value) => {
    const ajv = new Ajv({ strict: true, strictTypes: false });
    expect(ajv.validate({ anyOf: variants }, value)).toBe(isValid);
    expect(ajv.validate(joined, value)).toBe(isValid);
  });
});
