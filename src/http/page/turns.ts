import type { Change } from "../../core/change.ts";
import type { Entry } from "../../core/report.ts";
import type { AxisMark, Turn } from "./axis-turns.ts";

/** The part of a change that the axis needs. At the start of a gap, `to` is `unknown`. */
export interface RememberedChange extends Pick<Change, "at" | "heldMs"> {
  readonly from: AxisMark | undefined;
  readonly to: AxisMark;
}

/**
 * Converts remembered changes, oldest first, to the states of a handler over time. The oldest change contains the
 * duration of the state before it. Earlier states are unknown. The entry takes precedence, because the entry of a
 * cluster may differ from the changes of this process.
 */
export function toTurns(
  changes: readonly RememberedChange[],
  { status, since }: Pick<Entry, "status" | "since">,
): readonly Turn[] {
  const [oldest] = changes;
  const before: readonly Turn[] =
    oldest?.from === undefined
      ? []
      : [{ at: Math.round(oldest.at.getTime() - oldest.heldMs), mark: oldest.from }];
  const known = changes.map(({ at, to }): Turn => ({ at: at.getTime(), mark: to }));
  const present = { at: since.getTime(), mark: status.state };
  return [...[...before, ...known].filter(({ at }) => at < present.at), present];
}
