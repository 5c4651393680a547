import { isAlive } from "./liveness.ts";
import type { WantedChanges } from "./read-lines.ts";
import { type OnDamage, readSegmentLines } from "./read-segment.ts";
import { createReplay, type Replay, type ReplaySetup } from "./replay.ts";
import type { StoredSegment } from "./segments.ts";

/** A segment with the time of its first line, and the time of the next segment's first line. */
export interface DatedSegment extends StoredSegment {
  readonly startsAt: number;
  /** `undefined` for the last segment of its chain. */
  readonly endsAt: number | undefined;
}

/** The segments of each chain, oldest first. */
export type DatedChains = readonly (readonly DatedSegment[])[];

export interface SegmentReplaySetup extends ReplaySetup {
  readonly wanted?: WantedChanges;
}

/** Replays a segment. Each begins with the known states, so it can be read alone. */
export async function replaySegment(
  segment: DatedSegment,
  onDamage: OnDamage,
  { wanted = {}, ...setup }: SegmentReplaySetup,
): Promise<Replay> {
  const replay = createReplay(setup);
  for (const line of (await readSegmentLines(segment, onDamage, wanted)) ?? []) replay.apply(line);
  return replay;
}

/** The same, with all known times: up to the next segment, or up to now if its process runs. */
export async function replayPieces(
  segment: DatedSegment,
  { onDamage, now }: { readonly onDamage: OnDamage; readonly now: () => number },
  setup: SegmentReplaySetup,
): Promise<void> {
  const replay = await replaySegment(segment, onDamage, setup);
  const { writer } = replay;
  const isOpen = writer !== undefined && isAlive(writer, segment.modifiedAt);
  replay.end(segment.endsAt ?? (isOpen ? now() : undefined));
}
