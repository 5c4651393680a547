/** One line with a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar: string | undefined;
}

export interface Family {
  readonly name: string;
  readonly help: string | undefined;
  readonly type: string | undefined;
  readonly samples: readonly Sample[];
}

export type Exposition = "0.0.4" | "openmetrics";

interface Rules {
  readonly types: readonly string[];
  /** What may stand behind the name of a family of that type. Not listed: nothing. */
  readonly suffixes: Readonly<Record<string, readonly string[]>>;
  readonly helpEscapes: RegExp;
}

const RULES: Readonly<Record<Exposition, Rules>> = {
  "0.0.4": {
    types: ["counter", "gauge", "histogram", "summary", "untyped"],
    suffixes: { histogram: ["_bucket", "_sum", "_count"], summary: ["", "_sum", "_count"] },
    helpEscapes: /^(?:[^\\]|\\[\\n])*$/,
  },
  openmetrics: {
    types: ["counter", "gauge", "histogram", "summary", "unknown", "info", "stateset", "gaugehistogram"],
    suffixes: {
      counter: ["_total", "_created"],
      histogram: ["_bucket", "_sum", "_count", "_created"],
      summary: ["", "_sum", "_count", "_created"],
      info: ["_info"],
    },
    helpEscapes: /^(?:[^\\]|\\[\\n"])*$/,
  },
};

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"`;
const NUMBER = String.raw`(?:[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|[iI]nf)|[nN]a[nN])`;
const METADATA_LINE = new RegExp(`^# (HELP|TYPE|UNIT) (${NAME})(?: (.*))?$`);
const SAMPLE_LINE = new RegExp(
  `^(${NAME})(?:\\{((?:${LABEL})(?:,${LABEL})*|)\\})? (${NUMBER})(?: ${NUMBER})?(?: # (\\{.*\\} ${NUMBER}(?: ${NUMBER})?))?$`,
);

/**
 * Reads an exposition as its specification says, and refuses everything else: a line that is none, a series that
 * stands twice, metadata that stands twice or behind its samples, a family in two places, a missing `# EOF`.
 */
export function parseExposition(text: string, exposition: Exposition): readonly Family[] {
  const families = new Map<string, OpenFamily>();
  const series = new Set<string>();
  let current: OpenFamily | undefined;

  for (const line of toLines(text, exposition)) {
    const [, keyword, metadataName, metadata = ""] = METADATA_LINE.exec(line) ?? [];
    if (keyword !== undefined && metadataName !== undefined) {
      if (current?.name !== metadataName) current = open(metadataName, line);
      if (keyword === "HELP") current.setHelp(metadata);
      if (keyword === "TYPE") current.setType(metadata);
      continue;
    }
    const sample = toSample(line, exposition);
    const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (series.has(key)) throw new Error(`the series stands twice: ${line}`);
    series.add(key);
    if (current === undefined || !current.owns(sample.name)) current = open(sample.name, line);
    current.samples.push(sample);
  }
  return [...families.values()].map(({ name, help, type, samples }) => ({ name, help, type, samples }));

  function open(name: string, line: string): OpenFamily {
    if (families.has(name)) throw new Error(`the family stands in two places: ${line}`);
    const family = new OpenFamily(name, RULES[exposition]);
    families.set(name, family);
    return family;
  }
}

class OpenFamily {
  readonly name: string;
  readonly samples: Sample[] = [];
  help: string | undefined;
  type: string | undefined;
  readonly #rules: Rules;

  constructor(name: string, rules: Rules) {
    this.name = name;
    this.#rules = rules;
  }

  setHelp(help: string): void {
    if (this.help !== undefined) throw new Error(`HELP ${this.name} stands twice`);
    if (!this.#rules.helpEscapes.test(help)) throw new Error(`HELP ${this.name} has a wrong escape: ${help}`);
    this.help = help;
  }

  setType(type: string): void {
    if (this.type !== undefined) throw new Error(`TYPE ${this.name} stands twice`);
    if (this.samples.length > 0) throw new Error(`TYPE ${this.name} stands behind its samples`);
    if (!this.#rules.types.includes(type)) throw new Error(`TYPE ${this.name} is no type: ${type}`);
    this.type = type;
  }

  owns(sample: string): boolean {
    const suffixes = this.#rules.suffixes[this.type ?? ""] ?? [""];
    return suffixes.some((suffix) => sample === this.name + suffix);
  }
}

function toLines(text: string, exposition: Exposition): string[] {
  if (text === "" && exposition === "0.0.4") return [];
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const lines = text.slice(0, -1).split("\n");
  if (exposition === "openmetrics" && lines.pop() !== "# EOF") throw new Error("# EOF is not the last line");
  return lines;
}

function toSample(line: string, exposition: Exposition): Sample {
  const [, name, labelText = "", value, exemplar] = SAMPLE_LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`not a line of ${exposition}: ${line}`);
  if (exemplar !== undefined && (exposition === "0.0.4" || !/_(?:total|bucket)$/.test(name)))
    throw new Error(`an exemplar has no place here: ${line}`);
  const labels = labelText.match(new RegExp(LABEL, "g")) ?? [];
  return { name, labels: Object.fromEntries(labels.map(toLabel)), value: toNumber(value), exemplar };
}

function toLabel(label: string): [name: string, value: string] {
  const start = label.indexOf("=");
  const value = label
    .slice(start + 2, -1)
    .replace(/\\(.)/g, (_, escaped) => (escaped === "n" ? "\n" : escaped));
  return [label.slice(0, start), value];
}

function toNumber(text: string): number {
  if (/inf/i.test(text)) return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}
