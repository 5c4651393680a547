import { describeError } from "../util/describe-error.ts";
import { isError } from "../util/is-error.ts";
import { toAsciiJson } from "../util/json-text.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";

// Each status is serialized once, when it arrives from its handler, because that is when a status that cannot
// be serialized must be detected. The text is kept as long as the status.
const texts = new WeakMap<Status, string>();

/** Serializes a status for the first time. Throws the errors of `JSON.stringify()`. */
export function writeStatus(status: Status): string {
  const text = toAsciiJson(JSON.stringify(status, mayHoldErrors(status) ? showError : undefined));
  texts.set(status, text);
  return text;
}

/** Few statuses contain errors. The values of the others are not inspected one by one. */
function mayHoldErrors(status: Status): boolean {
  return Object.keys(status).some((key) => key !== "labels" && typeof status[key] === "object");
}

/** Shows an error as its message. JSON alone would write `{}`, or everything that its `toJSON` reveals. */
function showError(this: unknown, key: string, value: unknown): unknown {
  const own = (this as Readonly<Record<string, unknown>>)[key];
  return typeof own === "object" && isError(own) ? describeError(own) : value;
}

/** The JSON text of a status: exactly the handler's result, in ASCII, with errors as their messages. */
export function toStatusJson(status: Status): string {
  return texts.get(status) ?? writeStatus(status);
}

/** Copies a status with another state and detail. The source is the JSON text, which is safe to read. */
export function deriveStatus(status: Status, state: State, detail: string): Status {
  const copy: Record<string, unknown> = { ...JSON.parse(toStatusJson(status)), state, detail };
  // Prometheus supports NaN and Infinity, but JSON does not.
  if (status.labels !== undefined) copy["labels"] = status.labels;
  const derived = Object.freeze(copy) as Record<string, unknown> & Status;
  writeStatus(derived);
  return derived;
}
