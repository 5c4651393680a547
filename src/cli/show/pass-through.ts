import { askFormat, type StatusQuestion, type WantedFormat } from "../client/ask-format.ts";
import { HEALTH_FORMAT } from "../client/status.ts";
import { cleanJson, cleanLines } from "../terminal/clean.ts";

/** A format that the service itself writes. */
export type PassedFormat = "csv" | "prometheus" | "health";

/** The line of a handler; an empty text where there is none. */
const CSV = /^(?:$|[^\t]+\t(?:OK|YELLOW|RED)\b)/;

/** A comment or a sample; an empty text where there are neither handlers nor metrics. */
const PROMETHEUS = /^(?:$|#|[a-zA-Z_:][\w:]*(?:\{.*\})?[ \t]+[-+]?(?:\d|Inf|NaN)[^\t\n]*(?:\n|$))/;

/** Reads each as it may be shown. */
const FORMATS: Readonly<Record<PassedFormat, WantedFormat<string>>> = {
  csv: {
    suffix: ".csv",
    accept: "text/csv",
    read: ({ text, status }) =>
      CSV.test(text) && (text !== "" || status < 300) ? cleanLines(text) : undefined,
  },
  prometheus: {
    suffix: ".prometheus",
    accept: "text/plain; version=0.0.4",
    read: ({ text, status }) => (status < 300 && PROMETHEUS.test(text) ? cleanLines(text) : undefined),
  },
  health: {
    ...HEALTH_FORMAT,
    read: (answer) =>
      HEALTH_FORMAT.read(answer) === undefined ? undefined : `${cleanJson(answer.text.trimEnd())}\n`,
  },
};

/** What the service answers in one of its formats, cleaned. @throws NoAnswerError where it is something else. */
export async function passThrough(format: PassedFormat, question: StatusQuestion): Promise<string> {
  return (await askFormat(question, FORMATS[format])).value;
}
