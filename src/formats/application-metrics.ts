/** Metrics of the application that can be appended to this library's metrics. */
export interface AppendableMetrics {
  readonly text: string;
  /** This library's families that the text also contained. They were omitted. */
  readonly leftOut: readonly string[];
}

const METADATA = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+(\S+)(?:[ \t]+(.*))?$/;
const SAMPLE = /^([^\s{]+)(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]+(\S+)(?:[ \t]+([^\s#]+))?(?:[ \t]+#.*)?$/;

/** Suffixes that a series can add to the name of its family. */
const SERIES_SUFFIX = /_(?:total|created|bucket|sum|count|gsum|gcount|info)$/;

/** Whether a text is OpenMetrics, the only format that requires `# EOF` as the last line. */
export function isOpenMetrics(text: string): boolean {
  return /(?:^|\n)# EOF\s*$/.test(text);
}

/** Removes lines that cannot be appended: this library's families, blank lines, comments, `# EOF`. */
export function toAppendable(text: string, ownFamilies: readonly string[]): AppendableMetrics {
  const leftOut = new Set<string>();
  const lines = toLines(text);
  const types = toTypes(lines);
  const kept = lines.filter((line) => {
    const family = toFamily(line, types);
    if (family === undefined) return false;
    if (!ownFamilies.includes(family)) return true;
    leftOut.add(family);
    return false;
  });
  return { text: kept.map((line) => `${line}\n`).join(""), leftOut: [...leftOut] };
}

/**
 * Converts OpenMetrics 1.0 to text format 0.0.4: the family of a counter gets the name of its samples,
 * exemplars and units are omitted, timestamps are in milliseconds, and types unknown to 0.0.4 are untyped.
 */
export function toPrometheusText(openMetrics: string): string {
  const lines = toLines(openMetrics);
  const types = toTypes(lines);
  return lines.map((line) => toPrometheusLine(line, types)).join("");
}

const PROMETHEUS_TYPES: readonly string[] = ["counter", "gauge", "histogram", "summary"];

function toPrometheusLine(line: string, types: ReadonlyMap<string, string>): string {
  if (line.startsWith("#")) return toPrometheusMetadata(line, types);
  const [, name, labels = "", value, timestamp] = SAMPLE.exec(line) ?? [];
  if (name === undefined) return "";
  const time = timestamp === undefined ? "" : ` ${Math.round(Number(timestamp) * 1_000)}`;
  return `${name}${labels} ${value}${time}\n`;
}

function toPrometheusMetadata(line: string, types: ReadonlyMap<string, string>): string {
  const [, keyword, family = "", text = ""] = METADATA.exec(line) ?? [];
  const type = types.get(family) ?? "unknown";
  const name = type === "counter" && !family.endsWith("_total") ? `${family}_total` : family;
  if (keyword === "HELP") return `# HELP ${name} ${text.replace(/\\(.)/g, toPrometheusEscape)}\n`;
  if (keyword === "TYPE") return `# TYPE ${name} ${PROMETHEUS_TYPES.includes(type) ? type : "untyped"}\n`;
  return "";
}

/** In 0.0.4, a quote in a help text is not escaped, and `\"` is an error. */
function toPrometheusEscape(escaped: string, character: string): string {
  return character === '"' ? character : escaped;
}

/** The declared types, by family. */
function toTypes(lines: readonly string[]): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const line of lines) {
    const [, keyword, family, type] = METADATA.exec(line) ?? [];
    if (keyword === "TYPE" && family !== undefined && type !== undefined) types.set(family, type);
  }
  return types;
}

function toLines(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/\r$/, ""));
}

/** The family of a line; `undefined` for lines without content. */
function toFamily(line: string, types: ReadonlyMap<string, string>): string | undefined {
  if (line.startsWith("#")) return METADATA.exec(line)?.[2];
  const name = /^\s*([^\s{]+|\{)/.exec(line)?.[1];
  if (name === undefined || types.has(name)) return name;
  const family = name.replace(SERIES_SUFFIX, "");
  return types.has(family) ? family : name;
}
