import { toChains } from "./chains.ts";
import { STALE_MS } from "./liveness.ts";
import { deleteSegment, listSegments, type Segment } from "./segments.ts";

export interface Limits {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/**
 * Deletes the oldest segments until the others are within the limits. Keeps the segments that a process may
 * write to: its own, and the last one of each chain if it changed within the last minute.
 */
export async function cleanUp(
  directory: string,
  { maxBytes, maxAgeMs }: Limits,
  own: Segment,
): Promise<void> {
  const now = Date.now();
  let bytes = 0;
  const stored = await listSegments(directory);
  const open = new Set([...toChains(stored).values()].map((chain) => chain.at(-1)?.path));
  const newestFirst = [...stored].sort(
    (one, other) => other.modifiedAt - one.modifiedAt || other.number - one.number,
  );
  for (const segment of newestFirst) {
    bytes += segment.size;
    const isInUse =
      segment.path === own.path || (open.has(segment.path) && now - segment.modifiedAt < STALE_MS);
    const isOver = bytes > maxBytes || now - segment.modifiedAt > maxAgeMs;
    if (isOver && !isInUse) await deleteSegment(segment);
  }
}
