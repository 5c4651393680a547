import type { Connection } from "./connection.ts";
import { NoAnswerError, UnknownHandlerNameError, UnusableAnswerError } from "./no-answer.ts";
import { type ReceivedAnswer, sendRequest } from "./request.ts";
import { type ServiceUrl, toStatusUrls } from "./service-url.ts";

export interface StatusQuery {
  readonly service: ServiceUrl;
  /** Handlers to select. Empty: all handlers. */
  readonly names: readonly string[];
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** A format of a status, as it is requested. */
export interface WantedFormat<Value> {
  readonly suffix: string;
  readonly accept: string;
  /** Reads the answer. `undefined` if it is not a status in this format. */
  read(answer: ReceivedAnswer): Value | undefined;
}

export interface FormatAnswer<Value> {
  readonly answer: ReceivedAnswer;
  readonly value: Value;
}

/**
 * Requests one format: first the path itself with `Accept`, then, if that fails, the path with the suffix of
 * the format. Not every service supports both.
 *
 * @throws NoAnswerError if no answer arrives, or the answer is not a status.
 */
export async function requestFormat<Value>(
  query: StatusQuery,
  format: WantedFormat<Value>,
): Promise<FormatAnswer<Value>> {
  const [first, second] = toStatusUrls(query.service, format.suffix, query.names);
  try {
    return await requestAt(first, query, format);
  } catch (error) {
    if (second === undefined || !(error instanceof UnusableAnswerError)) throw error;
    return await requestAt(second, query, format).catch((failure: unknown) => {
      // The error is about the URL that the user typed, unless the time is over.
      throw failure instanceof NoAnswerError && !query.signal.aborted ? error : failure;
    });
  }
}

async function requestAt<Value>(
  target: ServiceUrl,
  { names, connection, signal }: StatusQuery,
  { accept, read }: WantedFormat<Value>,
): Promise<FormatAnswer<Value>> {
  const answer = await sendRequest({ target, accept, connection, signal });
  const { status, from, contentType } = answer;
  const refusal = REFUSALS[status]?.(answer, names);
  if (refusal !== undefined) throw refusal;
  const isGood = status >= 200 && status <= 299;
  // The status codes for states can be configured, but not to redirects.
  const value = isGood || status >= 400 ? read(answer) : undefined;
  if (value !== undefined) return { answer, value };
  const what = isGood ? contentType || "something" : status;
  const text = `${from} answered ${what}, which is not a status. Is it the right URL?`;
  // A failing server fails at any path.
  throw status >= 500 ? new NoAnswerError("failed", text) : new UnusableAnswerError(text);
}

/** Status codes that are never a status. */
const REFUSALS: Readonly<
  Record<number, (answer: ReceivedAnswer, names: readonly string[]) => NoAnswerError>
> = {
  401: ({ from }) =>
    new NoAnswerError("denied", `${from} requires authentication (401). Use --header 'Authorization: …'`),
  403: ({ from }) =>
    new NoAnswerError("denied", `${from} denies access (403). Connect from an address that it allows`),
  404: explainNotFound,
};

/** The answer of svc-status for an unknown handler. */
const UNKNOWN_NAME = "no status handler has this name";

function explainNotFound({ from, text }: ReceivedAnswer, names: readonly string[]): NoAnswerError {
  if (text.trim() === UNKNOWN_NAME) return new UnknownHandlerNameError(names);
  return new UnusableAnswerError(
    `nothing found at ${from} (404). Use the full URL if the status has another path`,
  );
}
