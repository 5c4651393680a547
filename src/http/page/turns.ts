import type { Change } from "../../core/change.ts";
import type { Entry } from "../../core/report.ts";
import type { AxisMark, Turn } from "./axis.ts";

/** A change as far as the axis needs it. A memory that has gaps says `unknown` when one begins. */
export interface RememberedChange extends Pick<Change, "at" | "heldMs"> {
  readonly from: AxisMark | undefined;
  readonly to: AxisMark;
}

/**
 * The states of a handler over time, from the changes of any span that somebody remembers, the oldest first.
 * The oldest one tells how long the state before it lasted. Earlier states are unknown. The entry has the last
 * word, because the entry of a cluster may differ from what this process remembers.
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
