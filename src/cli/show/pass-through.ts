import { askFormat, type StatusQuestion, type WantedFormat } from "../client/ask-format.ts";
import { CSV_FORMAT, HEALTH_FORMAT } from "../client/status.ts";
import { cleanJson, cleanLines } from "../terminal/clean.ts";

/** A format that the service itself writes. */
export type PassedFormat = "csv" | "prometheus" | "health";

/** A comment or a sample first; an empty text where there are neither handlers nor metrics. */
const PROMETHEUS = /^(?:$|#|[a-zA-Z_:][\w:]*(?:\{.*\})?[ \t]+[-+]?(?:\d|Inf|NaN)[^\t\n]*(?:\n|$))/;

interface PassedDefinition {
  readonly wanted: WantedFormat<unknown>;
  clean(text: string): string;
}

const DEFINITIONS: Readonly<Record<PassedFormat, PassedDefinition>> = {
  csv: { wanted: CSV_FORMAT, clean: cleanLines },
  prometheus: {
    wanted: {
      suffix: ".prometheus",
      accept: "text/plain; version=0.0.4",
      read: ({ text, status }) => (status < 300 && PROMETHEUS.test(text) ? text : undefined),
    },
    clean: cleanLines,
  },
  health: { wanted: HEALTH_FORMAT, clean: (text) => `${cleanJson(text.trimEnd())}\n` },
};

/** What the service answers in one of its formats, cleaned. @throws NoAnswerError where it is something else. */
export async function passThrough(format: PassedFormat, question: StatusQuestion): Promise<string> {
  const { wanted, clean } = DEFINITIONS[format];
  const { answer } = await askFormat(question, wanted);
  return clean(answer.text);
}
