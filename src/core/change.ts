import { quoteDetail } from "../util/printable.ts";
import { toDetailText } from "./detail-text.ts";
import type { State } from "./state.ts";
import type { Reason, Status } from "./status.ts";

/** A change of a handler's reported state. */
export interface Change {
  readonly name: string;
  /** `undefined` for a handler's first result, which is reported only if it is not OK. */
  readonly from: State | undefined;
  readonly to: State;
  /** Why the state is not OK; missing if it is OK. */
  readonly reason?: Reason;
  readonly status: Status;
  readonly at: Date;
  /** How long the previous state lasted; 0 if there was none. */
  readonly heldMs: number;
}

/** Formats a change as one log line: `DatabaseConnection: OK -> RED (timeout) "timed out after 5000 ms"`. */
export function describeChange({ name, from, to, reason, status }: Change): string {
  const cause = reason === undefined ? "" : ` (${reason})`;
  const text = toDetailText(status);
  const detail = text === "" ? "" : ` ${quoteDetail(text)}`;
  return `${name}: ${from ?? "none"} -> ${to}${cause}${detail}`;
}
