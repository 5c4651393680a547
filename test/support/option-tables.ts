import { ANY } from "../../src/options/rules.ts";
import type { NumberShape, OptionShape, Shape, Shapes } from "../../src/options/shape.ts";

/** A table of options in a page of the documentation. */
export interface OptionTable {
  /** The page, relative to the root. */
  readonly page: string;
  /** The first option of the table, which tells it from other tables of the page. */
  readonly first: string;
  readonly options: Shapes;
  /** Options whose own options are rows too. `false`: without a row for the option itself. */
  readonly open?: Readonly<Record<string, boolean>>;
  /** Options that the page does not describe. */
  readonly without?: readonly string[];
  /** Defaults that are not in the record, because they are derived. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Some of the options, which another page describes in full: without their values. */
  readonly isSelection?: true;
}

type Row = Readonly<Record<string, string>>;

const COLUMNS = ["option", "values", "default", "meaning"];

/** Larger maxima, such as that of a timer, are not shown. */
const MAX_SHOWN = 1_000_000_000;

/**
 * Writes the options, their values and their defaults into the table of a page. The meanings stay, and so do the
 * words for a default that is not a literal, and for values that the record does not check. A new option becomes a
 * row with an empty meaning.
 */
export function updateTable(text: string, table: OptionTable): string {
  const pattern = new RegExp(
    `^\\| option .*\\|\\n\\|[ |-]+\\|\\n(?=\\| \`${table.first}\` )(?:\\|.*\\|\\n)+`,
    "m",
  );
  const found = pattern.exec(text)?.[0];
  if (found === undefined) throw new Error(`${table.page} has no table that begins with ${table.first}`);
  return text.replace(found, () =>
    renderTable(toRows(found, table), table.isSelection ? COLUMNS.toSpliced(1, 1) : COLUMNS),
  );
}

function toRows(
  text: string,
  { options, open = {}, without = [], defaults = {}, isSelection }: OptionTable,
): Row[] {
  const present = parseTable(text);
  const known = new Map(flatten(options, open).filter(([name]) => !without.includes(name)));
  const names = isSelection ? [] : [...known.keys()];
  // The order of the page, and then what is new.
  const ordered = new Set([...[...present.keys()].filter((name) => known.has(name)), ...names]);
  return [...ordered].map((name) => {
    const shape = known.get(name) as OptionShape;
    const { default: words = "none", values = "", meaning = "" } = present.get(name) ?? {};
    const literal = shape.required
      ? "required"
      : toLiteral({ ...shape, default: defaults[name] ?? shape.default });
    const isChecked = shape.expected !== ANY.expected;
    return {
      option: `\`${name}\``,
      values: isChecked ? describeValues(shape) : values,
      default: literal ?? words,
      meaning,
    };
  });
}

function parseTable(text: string): Map<string, Row> {
  const [header = [], , ...rows] = text.trim().split("\n").map(toCells);
  return new Map(
    rows.map((cells) => {
      const row = Object.fromEntries(header.map((column, index) => [column, cells[index] ?? ""]));
      return [(row["option"] ?? "").replaceAll("`", ""), row];
    }),
  );
}

function toCells(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function flatten(
  options: Shapes,
  open: Readonly<Record<string, boolean>>,
  path = "",
): [string, OptionShape][] {
  return Object.entries(options).flatMap(([key, shape]) => {
    const name = path + key;
    if (open[name] === undefined) return [[name, shape]];
    return [
      ...(open[name] ? [[name, shape] as [string, OptionShape]] : []),
      ...flatten(toProperties(shape), open, `${name}.`),
    ];
  });
}

function toProperties(shape: Shape): Shapes {
  if (shape.kind === "either")
    return toProperties(shape.shapes.find(({ kind }) => kind === "object") ?? shape);
  return shape.kind === "object" ? shape.properties : {};
}

/** `undefined` for an object, whose words are on the page. */
function toLiteral({ default: value, kind }: OptionShape): string | undefined {
  if (value === undefined || kind === "code") return undefined;
  if (typeof value !== "object") return `\`${JSON.stringify(value)}\``;
  return Array.isArray(value) && value.length > 0
    ? `\`${JSON.stringify(value).replaceAll(",", ", ")}\``
    : undefined;
}

const VALUES: { readonly [Kind in Shape["kind"]]: (shape: Extract<Shape, { kind: Kind }>) => string } = {
  text: ({ expected = "text" }) => expected,
  number: describeRange,
  flag: () => "`true`, `false`",
  choice: ({ values }) => values.map((value) => `\`${JSON.stringify(value)}\``).join(", "),
  list: ({ items, expected = `array: ${describeValues(items)}` }) => expected,
  map: ({ values }) => `object of: ${describeValues(values)}`,
  object: ({ properties }) => `\`{ ${Object.keys(properties).join(", ")} }\``,
  either: ({ shapes }) => [...new Set(shapes.map(describeValues))].join(", "),
  code: ({ expected }) => expected,
};

function describeValues(shape: Shape): string {
  return VALUES[shape.kind](shape as never);
}

function describeRange({ min = 0, max = Number.POSITIVE_INFINITY, integer }: NumberShape): string {
  const range = max < MAX_SHOWN ? `${min} to ${max}` : `at least ${min}`;
  return integer ? `integer, ${range}` : range;
}

function renderTable(rows: readonly Row[], columns: readonly string[]): string {
  const cells = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const lines = cells.map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)));
  const rule = widths.map((width) => "-".repeat(width));
  return [lines[0] ?? [], rule, ...lines.slice(1)].map((line) => `| ${line.join(" | ")} |\n`).join("");
}
