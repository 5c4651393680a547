import { quoteDetail } from "../util/printable.ts";
import { toDetailText } from "./detail-text.ts";
import type { State } from "./state.ts";
import type { Reason, Status } from "./status.ts";

/** A handler's reported state has changed. */
export interface Change {
  readonly name: string;
  /** `undefined` for a handler's first result, which is told only where it is not OK. */
  readonly from: State | undefined;
  readonly to: State;
  /** Why it is not OK; missing where it is. */
  readonly reason?: Reason;
  readonly status: Status;
  readonly at: Date;
  /** How long the state before was held; 0 where there was none. */
  readonly heldMs: number;
}

/** One line for a log: `DatabaseConnection: OK -> RED (timeout) "timed out after 5000 ms"`. */
export function describeChange({ name, from, to, reason, status }: Change): string {
  const cause = reason === undefined ? "" : ` (${reason})`;
  const text = toDetailText(status);
  const detail = text === "" ? "" : ` ${quoteDetail(text)}`;
  return `${name}: ${from ?? "none"} -> ${to}${cause}${detail}`;
}
