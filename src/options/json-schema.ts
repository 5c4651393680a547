import { joinVariants } from "./join-variants.ts";
import type { ObjectShape, Shape } from "./shape.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a shape (draft 7, which editors support best). `undefined` if JSON cannot represent it. */
export function toJsonSchema(shape: Shape): JsonSchema | undefined {
  const schema = WRITERS[shape.kind](shape as never);
  return schema && { ...(shape.help !== undefined && { description: shape.help }), ...schema };
}

type Writers = {
  readonly [Kind in Shape["kind"]]: (shape: Extract<Shape, { kind: Kind }>) => JsonSchema | undefined;
};

const WRITERS: Writers = {
  text: ({ pattern, maxLength }) => ({
    type: "string",
    ...(pattern === undefined ? { minLength: 1 } : { pattern: pattern.source }),
    ...(maxLength !== undefined && { maxLength }),
  }),
  number: ({ min, max, integer }) => ({
    type: integer === true ? "integer" : "number",
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
  }),
  flag: () => ({ type: "boolean" }),
  choice: ({ values }) => ({ enum: values }),
  list({ items, isNonEmpty, maxItems }) {
    const schema = toJsonSchema(items);
    return (
      schema && {
        type: "array",
        items: schema,
        ...(isNonEmpty === true && { minItems: 1 }),
        ...(maxItems !== undefined && { maxItems }),
      }
    );
  },
  map: ({ values }) => ({ type: "object", additionalProperties: toJsonSchema(values) }),
  object: toObjectSchema,
  either({ shapes }) {
    const schemas = shapes.map(toJsonSchema).filter((schema) => schema !== undefined);
    if (schemas.length < 2) return schemas[0];
    return schemas.every(isClosedObject) ? joinVariants(schemas) : { anyOf: schemas };
  },
  code: () => undefined,
};

function isClosedObject({ additionalProperties }: JsonSchema): boolean {
  return additionalProperties === false;
}

function toObjectSchema({ properties }: ObjectShape): JsonSchema | undefined {
  const schemas = Object.entries(properties).map(([key, each]) => [key, toJsonSchema(each)] as const);
  const required = Object.keys(properties).filter((key) => properties[key]?.required);
  const known = Object.fromEntries(schemas.filter(([, schema]) => schema !== undefined));
  if (required.some((key) => !(key in known))) return undefined;
  return {
    type: "object",
    properties: known,
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  };
}
