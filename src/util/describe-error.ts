import { describeValue } from "./describe-value.ts";
import { isError } from "./is-error.ts";
import { hideSecrets } from "./redact/hide-secrets.ts";
import { replaceControlCharacters, toWellFormed } from "./text.ts";

/** Maximum length of the message that is shown. */
export const MAX_MESSAGE_LENGTH = 500;

// Longer texts are cut before they are searched, so that a huge message takes a bounded time.
const MAX_SEARCHED_LENGTH = 4_000;
// Maximum depth of causes and parts, and maximum number of parts per error.
const MAX_DEPTH = 3;
const MAX_PARTS = 5;

const CUT_WORD = /\s\S*$/;
const URL_AT_END = /[a-z][a-z\d+.-]{0,30}:\/\/\S*$/i;

/**
 * Describes a thrown value in one line that may be shown: its first line, at most 500 characters, without the
 * secrets that `hideSecrets()` recognizes. Never throws.
 */
export function describeError(error: unknown): string {
  try {
    return toShownLine(toMessage(error, MAX_DEPTH)) || "an error without a printable message";
  } catch {
    return "an unreadable error";
  }
}

/** Applies the same rules to a text that came with an error. */
export function toShownLine(text: string): string {
  const line = replaceControlCharacters(hideSecrets(firstLineOf(text))).trim();
  return toWellFormed(line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : line);
}

function toMessage(error: unknown, depth: number): string {
  if (!isError(error)) return toMessageOfValue(error);
  const own = firstLineOf(error.message);
  const parts = depth === 0 ? "" : describeParts(toParts(error), own, depth - 1);
  const message = [own, parts].filter((text) => text !== "").join(": ") || toCode(error) || error.name;
  if (!isError(error.cause) || depth === 0) return message;
  const cause = toMessage(error.cause, depth - 1);
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** Any value can be thrown: `undefined`, a string, the parsed body of a response. */
function toMessageOfValue(value: unknown): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const message: unknown = (value as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" && message !== "" ? message : `threw ${describeValue(value)}`;
}

/**
 * The errors behind `Promise.any()` or a `connect` to a name with several addresses, and those of a disposal.
 */
function toParts(error: Error): readonly unknown[] {
  const {
    errors,
    suppressed,
    error: thrown,
  } = error as { errors?: unknown; suppressed?: unknown; error?: unknown };
  if (error.name === "SuppressedError") return [thrown, suppressed];
  return error.name === "AggregateError" && Array.isArray(errors) ? errors : [];
}

/** Describes the first few parts, without duplicates. */
function describeParts(parts: readonly unknown[], own: string, depth: number): string {
  const texts = parts.slice(0, MAX_PARTS).map((part) => firstLineOf(toMessage(part, depth)));
  const further = [...new Set(texts)].filter((text) => !own.includes(text) || own === "");
  if (parts.length > MAX_PARTS) further.push(`and ${parts.length - MAX_PARTS} more`);
  return further.join(", ");
}

/** `ECONNREFUSED`, or a number, as in gRPC. */
function toCode(error: Error): string {
  const { code } = error as { code?: unknown };
  if (typeof code === "number") return `code ${code}`;
  return typeof code === "string" ? code.trim() : "";
}

function firstLineOf(text: unknown): string {
  const [firstLine = ""] = String(text)
    .trimStart()
    .split(/[\r\n\u2028\u2029]/, 1);
  return cut(firstLine);
}

/** Removes a word that the cut would split: half of a secret no longer looks like a secret. */
function cut(text: string): string {
  if (text.length <= MAX_SEARCHED_LENGTH) return text;
  return text.slice(0, MAX_SEARCHED_LENGTH).replace(CUT_WORD, "").replace(URL_AT_END, "");
}
