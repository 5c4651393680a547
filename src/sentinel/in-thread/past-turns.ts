import type { Turn } from "../../http/page/axis-turns.ts";
import type { PastReader } from "../../http/page/past-turns.ts";

/** The build uses this module in place of `http/page/past-turns.ts`: no recorder is attached to a replica. */
export function createPastReader(): PastReader {
  return { get: () => undefined, load: async () => undefined };
}

/** Without a recorded past, the turns that the registry knows are all. */
export function joinTurns(_past: undefined, _name: string, turns: readonly Turn[]): readonly Turn[] {
  return turns;
}
