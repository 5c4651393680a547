import { describeValue } from "./expect.ts";
import { replaceControlCharacters, toWellFormed } from "./text.ts";

/** How much of a thrown message is shown. */
export const MAX_MESSAGE_LENGTH = 500;

// Longer texts are cut before they are searched, so that a huge message costs a bounded time.
const MAX_SEARCHED_LENGTH = 4_000;
const MAX_CAUSES = 3;

const HIDDEN = "***";
const URL_USER_INFO = /([a-z][a-z\d+.-]{0,30}:\/\/)[^\s"'<>`]*@/gi;
// A password may hold quotes too; but where quotes stand around it, this one would take more than the URL.
const URL_USER_INFO_WITH_QUOTES = /([a-z][a-z\d+.-]{0,30}:\/\/)\S*@/gi;
const URL_AT_END = /[a-z][a-z\d+.-]{0,30}:\/\/\S*$/i;
const SECRET_VALUE =
  /((?:password|passwd|pwd|token|secret|key)\s*=\s*)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s&;]+)/gi;
const SECRET_PROPERTY =
  /((?:password|passwd|pwd|token|secret|key)["']\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)/gi;
// What follows a scheme that is not known can be anything, and is hidden to its end.
const AUTHORIZATION =
  /\b(authorization["']?\s*[:=]\s*["']?)(?:((?:basic|bearer)\s+)[^\s"',;]+|digest\b.*|[^"',;]+)/gi;

/**
 * What was thrown, as one line that may be shown: the first line, at most 500 characters, without the
 * user-info of URLs and without the values of `password=`, `token=`, `secret=` and `key=`. Never throws.
 */
export function describeError(error: unknown): string {
  try {
    return toShownLine(toMessage(error, MAX_CAUSES)) || "an error without a message that can be shown";
  } catch {
    return "an error that cannot be read";
  }
}

/** The same rules for a text that came along with an error. */
export function toShownLine(text: string): string {
  const [firstLine = ""] = text.trimStart().split(/[\r\n\u2028\u2029]/, 1);
  const line = replaceControlCharacters(hideSecrets(cut(firstLine))).trim();
  return toWellFormed(line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : line);
}

function toMessage(error: unknown, causes: number): string {
  if (!(error instanceof Error)) return toMessageOfValue(error);
  const own = firstLineOf(error.message) || toMessageOfParts(error) || error.name;
  const cause = error.cause;
  if (!(cause instanceof Error) || causes === 0) return own;
  const further = toMessage(cause, causes - 1);
  return own.includes(further) ? own : `${own}: ${further}`;
}

/** Anything can be thrown: `undefined`, a string, the parsed body of an answer. */
function toMessageOfValue(value: unknown): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const message: unknown = (value as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" && message !== "" ? message : `threw ${describeValue(value)}`;
}

/** `connect` to a name with several addresses fails with an AggregateError that has no message of its own. */
function toMessageOfParts(error: Error): string {
  if (!(error instanceof AggregateError)) return "";
  return error.errors.map((part) => firstLineOf(toMessage(part, 0))).join(", ");
}

function firstLineOf(text: unknown): string {
  return (
    String(text)
      .trimStart()
      .split(/[\r\n]/, 1)[0] ?? ""
  );
}

/** A URL that is cut before its `@` would show half of a user-info that no longer looks like one. */
function cut(text: string): string {
  if (text.length <= MAX_SEARCHED_LENGTH) return text;
  return text.slice(0, MAX_SEARCHED_LENGTH).replace(URL_AT_END, "");
}

function hideSecrets(text: string): string {
  return text
    .replace(URL_USER_INFO, `$1${HIDDEN}@`)
    .replace(AUTHORIZATION, `$1$2${HIDDEN}`)
    .replace(SECRET_VALUE, `$1${HIDDEN}`)
    .replace(SECRET_PROPERTY, `$1"${HIDDEN}"`)
    .replace(URL_USER_INFO_WITH_QUOTES, `$1${HIDDEN}@`);
}
