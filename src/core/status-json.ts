import { toAsciiJson } from "./json-text.ts";
import type { Status } from "./status.ts";

// Every status is written once, when it is taken over from its handler, because that is the moment to find
// out that it cannot be written. The text is kept for as long as the status itself.
const texts = new WeakMap<Status, string>();

/** Writes a status for the first time. Throws what `JSON.stringify` throws. */
export function writeStatus(status: Status): string {
  const text = toAsciiJson(JSON.stringify(status));
  texts.set(status, text);
  return text;
}

/** The JSON text of a status: exactly what the handler reported, in ASCII. */
export function toStatusJson(status: Status): string {
  return texts.get(status) ?? writeStatus(status);
}
