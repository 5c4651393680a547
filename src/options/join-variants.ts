type Schema = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, Schema>>;

/** The schema of a property that only other variants have. */
const NEVER: Schema = { not: {} };

/**
 * One schema for objects that share most properties, such as the checks: it lists these once, and each variant
 * lists the others. It accepts the same objects as `anyOf`.
 */
export function joinVariants(variants: readonly Schema[]): Schema {
  const lists = variants.map(({ properties }) => properties as Schemas);
  const keys = [...new Set(lists.flatMap(Object.keys))];
  const [first = {}] = lists;
  const toText = (list: Schemas, key: string) => JSON.stringify(list[key]);
  const isCommon = (key: string) =>
    key in first && lists.every((list) => toText(list, key) === toText(first, key));
  const own = keys.filter((key) => !isCommon(key));
  return {
    type: "object",
    properties: Object.fromEntries(keys.map((key) => [key, own.includes(key) ? {} : first[key]])),
    additionalProperties: false,
    anyOf: variants.map(({ required }, index) => ({
      properties: Object.fromEntries(own.map((key) => [key, lists[index]?.[key] ?? NEVER])),
      required,
    })),
  };
}
