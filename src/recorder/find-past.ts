import type { RecordedChange } from "../core/recorded-past.ts";
import { toChains } from "./chains.ts";
import type { Line } from "./lines.ts";
import { isAlive } from "./liveness.ts";
import { type OnDamage, readSegmentLines } from "./read-segment.ts";
import { createReplay, type Replay } from "./replay.ts";
import { listSegments, type StoredSegment } from "./segments.ts";

/** The records of an earlier process, and the segment to continue. */
export interface Past {
  readonly replay: Replay;
  /** The last changes, oldest first. */
  readonly changes: readonly RecordedChange[];
  readonly segment: StoredSegment;
  /** The process died before it had written the head of this segment. */
  readonly isHeadless: boolean;
}

/** At startup, the recorder reads at most this much, or one segment. */
const MAX_READ_BYTES = 2_000_000;

/** Maximum number of unfinished chains to examine. */
const MAX_CANDIDATES = 100;

/** The chains that no running process continues, newest first. */
export async function* findPasts(directory: string, onDamage: OnDamage): AsyncIterable<Past> {
  const chains = [...toChains(await listSegments(directory)).values()];
  const byAge = chains.sort((one, other) => toModifiedAt(other) - toModifiedAt(one));
  for (const chain of byAge.slice(0, MAX_CANDIDATES)) {
    const past = await readPast(chain, onDamage);
    if (past === undefined) continue;
    const { writer } = past.replay;
    if (writer === undefined || !isAlive(writer, past.segment.modifiedAt)) yield past;
  }
}

function toModifiedAt(chain: readonly StoredSegment[]): number {
  return chain.at(-1)?.modifiedAt ?? 0;
}

async function readPast(chain: readonly StoredSegment[], onDamage: OnDamage): Promise<Past | undefined> {
  const changes: RecordedChange[] = [];
  let isReading = true;
  const replay = createReplay({
    onEvent(event) {
      if (isReading && event.kind === "change") changes.push(event);
    },
  });
  let newest: readonly Line[] | undefined;
  for (const segment of selectNewest(chain)) {
    newest = await readSegmentLines(segment, onDamage);
    for (const line of newest ?? []) replay.apply(line);
  }
  // The replay continues with the lines of this process, and must not collect their changes.
  isReading = false;
  const segment = chain.at(-1);
  return segment && newest && { replay, changes, segment, isHeadless: newest.length === 0 };
}

function selectNewest(chain: readonly StoredSegment[]): readonly StoredSegment[] {
  let bytes = 0;
  const first = chain.findLastIndex(({ size }) => {
    bytes += size;
    return bytes > MAX_READ_BYTES;
  });
  // The last segment may be empty.
  return chain.slice(Math.min(first + 1, Math.max(0, chain.length - 2)));
}
