import { type Answer, ask } from "./ask.ts";
import type { Connection } from "./connection.ts";
import { NoAnswerError, UnusableAnswerError } from "./no-answer.ts";
import { type ServiceUrl, toStatusUrls } from "./service-url.ts";

export interface StatusQuestion {
  readonly service: ServiceUrl;
  /** Of these handlers only; of all where there is none. */
  readonly names: readonly string[];
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** A format of a status, as it is asked for. */
export interface WantedFormat<Value> {
  readonly suffix: string;
  readonly accept: string;
  /** What the answer says; `undefined` where it is no status in this format. */
  read(answer: Answer): Value | undefined;
}

export interface FormatAnswer<Value> {
  readonly answer: Answer;
  readonly value: Value;
}

/**
 * Asks for one format: the path itself with `Accept`, and where that does not help, the path with the suffix of the
 * format. Not every service has both.
 *
 * @throws NoAnswerError where nothing came, or nothing that is a status.
 */
export async function askFormat<Value>(
  question: StatusQuestion,
  format: WantedFormat<Value>,
): Promise<FormatAnswer<Value>> {
  const [first, second] = toStatusUrls(question.service, format.suffix, question.names);
  try {
    return await askAt(first, question, format);
  } catch (error) {
    if (second === undefined || !(error instanceof UnusableAnswerError)) throw error;
    return await askAt(second, question, format).catch((failure: unknown) => {
      // What somebody typed is what an error is about.
      throw failure instanceof NoAnswerError ? error : failure;
    });
  }
}

async function askAt<Value>(
  target: ServiceUrl,
  { names, connection, signal }: StatusQuestion,
  { accept, read }: WantedFormat<Value>,
): Promise<FormatAnswer<Value>> {
  const answer = await ask({ target, accept, connection, signal });
  const { status, from, contentType } = answer;
  const refusal = REFUSALS[status]?.(answer, names);
  if (refusal !== undefined) throw refusal;
  const isGood = status >= 200 && status <= 299;
  // The codes for states can be set, but not to those of redirects.
  const value = isGood || status >= 400 ? read(answer) : undefined;
  if (value !== undefined) return { answer, value };
  const what = isGood ? contentType || "something" : status;
  const text = `${from} answered ${what}, which is not a status. Is it the right URL?`;
  // A server that fails does so at any path.
  throw status >= 500 ? new NoAnswerError("failed", text) : new UnusableAnswerError(text);
}

/** Answers that say by their code that they are no status. */
const REFUSALS: Readonly<Record<number, (answer: Answer, names: readonly string[]) => NoAnswerError>> = {
  401: ({ from }) =>
    new NoAnswerError("denied", `${from} wants to know who asks (401). Give --header 'Authorization: …'`),
  403: ({ from }) =>
    new NoAnswerError(
      "denied",
      `${from} does not show its status to you (403). Ask from where it is allowed`,
    ),
  404: explainNotFound,
};

/** As svc-status answers where a handler is unknown. */
const UNKNOWN_NAME = "no status handler has this name";

/** The service does not say which of them. */
function describeUnknown(names: readonly string[]): string {
  return names.length > 1
    ? `not each of ${names.join(", ")} is the name of a status handler`
    : `no status handler is named ${names.join()}`;
}

function explainNotFound({ from, text }: Answer, names: readonly string[]): NoAnswerError {
  if (text.trim() === UNKNOWN_NAME)
    return new NoAnswerError(
      "failed",
      `${describeUnknown(names)}. See which there are by leaving out --name`,
    );
  return new UnusableAnswerError(
    `there is nothing at ${from} (404). Give the whole URL if the status is at another path`,
  );
}
