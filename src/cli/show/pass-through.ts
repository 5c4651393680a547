import type { Answer } from "../client/ask.ts";
import { askFormat, expectStatus, type StatusQuestion } from "../client/status.ts";
import { cleanJson, cleanLines } from "../terminal/clean.ts";

/** A format that the service itself writes. */
export type PassedFormat = "csv" | "prometheus" | "health";

interface PassedDefinition {
  readonly suffix: string;
  readonly accept: string;
  /** Whether it looks like what it should be. */
  isStatus(answer: Answer): boolean;
  clean(text: string): string;
}

const DEFINITIONS: Readonly<Record<PassedFormat, PassedDefinition>> = {
  csv: {
    suffix: ".csv",
    accept: "text/csv",
    isStatus: ({ text, status }) => (text === "" ? status < 300 : /^[^\t]+\t(?:OK|YELLOW|RED)\b/.test(text)),
    clean: cleanLines,
  },
  prometheus: {
    suffix: ".prometheus",
    accept: "text/plain; version=0.0.4",
    // Without handlers and metrics it is empty.
    isStatus: ({ text, status }) => status < 300 && /^(?:$|#|[a-zA-Z_:])/.test(text),
    clean: cleanLines,
  },
  health: {
    suffix: ".health",
    accept: "application/health+json",
    isStatus: ({ text }) => hasHealthStatus(text),
    clean: (text) => `${cleanJson(text.trimEnd())}\n`,
  },
};

/** What the service answers in one of its formats, cleaned. @throws NoAnswerError where it is something else. */
export async function passThrough(format: PassedFormat, question: StatusQuestion): Promise<string> {
  const { suffix, accept, isStatus, clean } = DEFINITIONS[format];
  const answer = await askFormat(question, suffix, accept);
  expectStatus(answer, isStatus(answer));
  return clean(answer.text);
}

function hasHealthStatus(text: string): boolean {
  try {
    return typeof (JSON.parse(text) as { status?: unknown } | null)?.status === "string";
  } catch {
    return false;
  }
}
