import { requestFormat, type StatusQuery, type WantedFormat } from "../client/request-format.ts";
import { CSV_FORMAT, HEALTH_FORMAT } from "../client/status.ts";
import { cleanJson, cleanLines } from "../terminal/clean.ts";

/** A format that the service itself renders. */
export type PassedFormat = "csv" | "prometheus" | "health";

/** The text begins with a comment or a sample. It is empty if there are neither handlers nor metrics. */
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

/**
 * Returns the answer of the service in one of its formats, cleaned. @throws NoAnswerError if it is not in
 * that format.
 */
export async function passThrough(format: PassedFormat, query: StatusQuery): Promise<string> {
  const { wanted, clean } = DEFINITIONS[format];
  const { answer } = await requestFormat(query, wanted);
  return clean(answer.text);
}
