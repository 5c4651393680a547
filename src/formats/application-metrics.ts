/** Metrics of the application, ready to be put behind ours. */
export interface AppendableMetrics {
  readonly text: string;
  /** Families of ours that stood there again and were left out. */
  readonly leftOut: readonly string[];
}

const METADATA = /^#[ \t]+(HELP|TYPE|UNIT)[ \t]+(\S+)(?:[ \t]+(.*))?$/;
const SAMPLE = /^([^\s{]+)(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]+(\S+)(?:[ \t]+([^\s#]+))?(?:[ \t]+#.*)?$/;

/** What series have behind the name of their family. */
const SERIES_SUFFIX = /_(?:total|created|bucket|sum|count|gsum|gcount|info)$/;

/** Whether a text is OpenMetrics: only there the last line has to be `# EOF`. */
export function isOpenMetrics(text: string): boolean {
  return /(?:^|\n)# EOF\s*$/.test(text);
}

/** Takes out what must not stand there twice or in between: our own families, blank lines, comments, `# EOF`. */
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
 * OpenMetrics 1.0 as text format 0.0.4: the family of a counter is named as its samples, exemplars and units
 * are left out, timestamps are in milliseconds, and types that 0.0.4 does not know are untyped.
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

/** In 0.0.4 a quote stands for itself in a help text, and `\"` is an error. */
function toPrometheusEscape(escaped: string, character: string): string {
  return character === '"' ? character : escaped;
}

/** The types that are declared, by family. */
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

/** The family that a line belongs to; `undefined` for lines that say nothing. */
function toFamily(line: string, types: ReadonlyMap<string, string>): string | undefined {
  if (line.startsWith("#")) return METADATA.exec(line)?.[2];
  const name = /^\s*([^\s{]+|\{)/.exec(line)?.[1];
  if (name === undefined || types.has(name)) return name;
  const family = name.replace(SERIES_SUFFIX, "");
  return types.has(family) ? family : name;
}
