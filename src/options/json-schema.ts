import type { ObjectShape, Shape } from "./shape.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a shape (draft 7, which editors support best). `undefined` if JSON cannot hold it. */
export function toJsonSchema(shape: Shape): JsonSchema | undefined {
  const schema = WRITERS[shape.kind](shape as never);
  return schema && { ...(shape.help !== undefined && { description: shape.help }), ...schema };
}

type Writers = {
  readonly [Kind in Shape["kind"]]: (shape: Extract<Shape, { kind: Kind }>) => JsonSchema | undefined;
};

const WRITERS: Writers = {
  text: ({ pattern }) => ({ type: "string", ...(pattern === undefined ? { minLength: 1 } : { pattern }) }),
  number: ({ min, max, integer }) => ({
    type: integer === true ? "integer" : "number",
    ...(min !== undefined && { minimum: min }),
    ...(max !== undefined && { maximum: max }),
  }),
  flag: () => ({ type: "boolean" }),
  choice: ({ values }) => ({ enum: values }),
  list: ({ items, isNonEmpty }) => ({
    type: "array",
    items: toJsonSchema(items),
    ...(isNonEmpty === true && { minItems: 1 }),
  }),
  map: ({ values }) => ({ type: "object", additionalProperties: toJsonSchema(values) }),
  object: toObjectSchema,
  either({ shapes }) {
    const schemas = shapes.map(toJsonSchema).filter((schema) => schema !== undefined);
    return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
  },
  variant: ({ variants }) => ({ anyOf: Object.values(variants).map(toObjectSchema) }),
  code: () => undefined,
};

function toObjectSchema({ properties, required = [] }: ObjectShape): JsonSchema {
  const known = Object.entries(properties).map(([key, each]) => [key, toJsonSchema(each)] as const);
  return {
    type: "object",
    properties: Object.fromEntries(known.filter(([, schema]) => schema !== undefined)),
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  };
}
