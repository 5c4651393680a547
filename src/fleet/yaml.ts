/** The content of the generated files. `undefined` properties are omitted. */
export type Tree = string | number | boolean | readonly Tree[] | { readonly [key: string]: Tree | undefined };

/** Writes YAML. Quotes every text as in JSON, so that YAML does not interpret it. */
export function toYaml(tree: Tree): string {
  return `${toLines(tree).join("\n")}\n`;
}

function toLines(tree: Tree): readonly string[] {
  if (typeof tree !== "object") return [JSON.stringify(tree)];
  if (isList(tree)) return tree.length === 0 ? ["[]"] : tree.flatMap((item) => nest("- ", toLines(item)));
  const entries = Object.entries(tree).filter((entry): entry is [string, Tree] => entry[1] !== undefined);
  return entries.length === 0 ? ["{}"] : entries.flatMap(([key, value]) => toProperty(toKey(key), value));
}

function toProperty(key: string, value: Tree): readonly string[] {
  const lines = toLines(value);
  const isShort = typeof value !== "object" || lines[0] === "[]" || lines[0] === "{}";
  return isShort ? [`${key}: ${lines[0]}`] : [`${key}:`, ...lines.map((line) => `  ${line}`)];
}

function nest(bullet: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === 0 ? bullet : "  ") + line);
}

function toKey(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key);
}

function isList(tree: Tree): tree is readonly Tree[] {
  return Array.isArray(tree);
}
