import { describeError } from "../util/describe-error.ts";
import { isError } from "../util/is-error.ts";
import { toAsciiJson } from "../util/json-text.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";

// Every status is written once, when it is taken over from its handler, because that is the moment to find
// out that it cannot be written. The text is kept for as long as the status itself.
const texts = new WeakMap<Status, string>();

/** Writes a status for the first time. Throws what `JSON.stringify` throws. */
export function writeStatus(status: Status): string {
  const text = toAsciiJson(JSON.stringify(status, mayHoldErrors(status) ? showError : undefined));
  texts.set(status, text);
  return text;
}

/** Few statuses do, and the others need no look at each of their values. */
function mayHoldErrors(status: Status): boolean {
  return Object.keys(status).some((key) => key !== "labels" && typeof status[key] === "object");
}

/** An error is its message: JSON alone would write `{}`, or everything that its `toJSON` gives away. */
function showError(this: unknown, key: string, value: unknown): unknown {
  const own = (this as Readonly<Record<string, unknown>>)[key];
  return typeof own === "object" && isError(own) ? describeError(own) : value;
}

/** The JSON text of a status: exactly what the handler reported, in ASCII, with errors as their messages. */
export function toStatusJson(status: Status): string {
  return texts.get(status) ?? writeStatus(status);
}

/** The same status in another state and with another detail. Made from the text, which can be read without risk. */
export function deriveStatus(status: Status, state: State, detail: string): Status {
  const copy: Record<string, unknown> = { ...JSON.parse(toStatusJson(status)), state, detail };
  // JSON has no NaN and no Infinity, but Prometheus has.
  if (status.labels !== undefined) copy["labels"] = status.labels;
  const derived = Object.freeze(copy) as Record<string, unknown> & Status;
  writeStatus(derived);
  return derived;
}
