import { expect, test } from "vitest";
import { shareDefinitions } from "../../../src/cli/serve/share-definitions.ts";

const NAME = { type: "string", description: "The name of a check, as it is shown to others.", minLength: 1 };
const LIST = { type: "array", items: NAME, description: "Some names in any order that you like." };
const SHORT = { type: "boolean" };

test("writes a schema that occurs several times once, and refers to it", () => {
  const schema = {
    properties: { a: LIST, name: NAME, on: SHORT },
    anyOf: [{ properties: { names: LIST, on: SHORT } }],
    required: ["a"],
  };
  expect(shareDefinitions(schema)).toEqual({
    properties: { a: { $ref: "#/definitions/names" }, name: { $ref: "#/definitions/value" }, on: SHORT },
    anyOf: [{ properties: { names: { $ref: "#/definitions/names" }, on: SHORT } }],
    required: ["a"],
    definitions: { names: { ...LIST, items: { $ref: "#/definitions/value" } }, value: NAME },
  });
});

test("numbers the definitions of different schemas with one name", () => {
  const other = { ...NAME, minLength: 2 };
  const anyOf = [NAME, NAME, other, other].map((name) => ({ properties: { name } }));
  expect(shareDefinitions({ anyOf })).toMatchObject({ definitions: { name: NAME, name2: other } });
});
