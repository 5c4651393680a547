type Schema = Readonly<Record<string, unknown>>;

/** The keywords whose values are schemas by name, a list of schemas, or one schema. */
const MAPS = ["properties", "patternProperties"];
const LISTS = ["anyOf", "oneOf", "allOf"];
const SINGLE = ["items", "additionalProperties", "not", "if", "then", "else"];

/** A reference has about this length, so shorter schemas are repeated. */
const MIN_SHARED_LENGTH = 48;

/** Moves the schemas that occur several times to `definitions`, named by their first property. */
export function shareDefinitions(schema: Schema): Schema {
  const known = new Set<string>();
  const names = new Map<string, string>();
  const definitions: Record<string, unknown> = {};

  function collect(part: Schema, property = "value"): Schema {
    const text = JSON.stringify(part);
    if (known.has(text) && text.length >= MIN_SHARED_LENGTH) names.set(text, property);
    known.add(text);
    return mapSchemas(part, collect);
  }

  function replace(part: Schema): Schema {
    const property = names.get(JSON.stringify(part));
    return property === undefined ? mapSchemas(part, replace) : { $ref: `#/definitions/${property}` };
  }

  collect(schema);
  for (const [text, property] of names) {
    const name = numberUntilFree(property, (taken) => Object.hasOwn(definitions, taken));
    names.set(text, name);
    definitions[name] = undefined;
  }
  for (const [text, name] of names) definitions[name] = mapSchemas(JSON.parse(text), replace);
  return { ...replace(schema), definitions };
}

function numberUntilFree(name: string, isTaken: (name: string) => boolean, number = 2): string {
  if (!isTaken(name)) return name;
  return isTaken(`${name}${number}`) ? numberUntilFree(name, isTaken, number + 1) : `${name}${number}`;
}

/** A copy of a schema with other schemas directly in it. */
function mapSchemas(schema: Schema, map: (schema: Schema, property?: string) => Schema): Schema {
  const entries = Object.entries(schema).map(([keyword, value]) => {
    if (typeof value !== "object" || value === null) return [keyword, value];
    if (MAPS.includes(keyword))
      return [
        keyword,
        Object.fromEntries(Object.entries(value).map(([name, part]) => [name, map(part, name)])),
      ];
    if (LISTS.includes(keyword)) return [keyword, (value as Schema[]).map((part) => map(part))];
    return [keyword, SINGLE.includes(keyword) ? map(value as Schema) : value];
  });
  return Object.fromEntries(entries);
}
