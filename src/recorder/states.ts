import type { Change } from "../core/change.ts";
import type { HandlerRecords } from "../core/registry/records.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../util/clock.ts";
import type { Line } from "./lines.ts";

export interface StatesSetup {
  readonly registry: { readonly names: readonly string[] };
  readonly records: HandlerRecords;
  readonly push: (line: Line) => void;
  readonly clock: Clock;
}

/** The recorded states, for lines that are not changes: first results and removals. */
export interface States {
  /** Called for each change that is recorded. */
  record(change: Pick<Change, "name" | "to">): void;
  /** Records the states that are missing in the recording. */
  update(): void;
  /** Call it after changes were lost: it records all states again. */
  forget(now: number): void;
}

export function createStates({ registry, records, push, clock }: StatesSetup): States {
  /** One for each handler, until it is removed. */
  const recorded = new Map<string, State>();
  let forgottenAt = 0;

  return {
    record({ name, to }) {
      recorded.set(name, to);
    },
    update() {
      for (const { name, state, firstResultAt } of records.list()) {
        if (recorded.get(name) === state) continue;
        recorded.set(name, state);
        push({ k: "state", t: Math.max(firstResultAt, forgottenAt), name, to: state });
      }
      const names = new Set(registry.names);
      for (const name of recorded.keys()) {
        if (names.has(name)) continue;
        recorded.delete(name);
        push({ k: "gone", t: clock.now(), name });
      }
    },
    forget(now) {
      recorded.clear();
      forgottenAt = now;
    },
  };
}
