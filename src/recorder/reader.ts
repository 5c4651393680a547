import type {
  Availability,
  EventsQuery,
  Period,
  RecordedEvent,
  RecordedPast,
} from "../core/recorded-past.ts";
import { toChains } from "./chains.ts";
import { isAlive } from "./liveness.ts";
import type { WantedChanges } from "./read-lines.ts";
import { type OnDamage, readSegmentLines } from "./read-segment.ts";
import { createReplay, type Piece, type Replay, type ReplaySetup } from "./replay.ts";
import { listSegments, readStart, type StoredSegment } from "./segments.ts";
import { toAvailability } from "./tally.ts";

export interface ReaderSetup {
  readonly directory: string;
  readonly onDamage: OnDamage;
  readonly now: () => number;
  /** Writes the pending lines to the files, as far as the disk accepts them. */
  readonly flush: () => Promise<void>;
}

/** Too many reads are waiting. */
export class RecorderBusyError extends Error {
  override readonly name: string = "RecorderBusyError";
  readonly code: string = "SVC_STATUS_RECORDER_BUSY";
}

/** Maximum number of reads, including the running one. */
export const MAX_READS = 10;

/** A segment with the time of its first line, and the time of the next segment's first line. */
interface DatedSegment extends StoredSegment {
  readonly startsAt: number;
  /** `undefined` for the last segment of its chain. */
  readonly endsAt: number | undefined;
}

/** Reads the files of all processes. One read at a time; the others wait. */
export function createReader({ directory, onDamage, now, flush }: ReaderSetup): RecordedPast {
  /** The times of the segments that exist, by path. They never change. */
  let index = new Map<string, number>();
  let reads = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function readAlone<Result>(read: () => Promise<Result>): Promise<Result> {
    if (reads >= MAX_READS) throw new RecorderBusyError(`${MAX_READS} reads of the history are waiting`);
    reads += 1;
    const result = last.then(read).finally(() => {
      reads -= 1;
    });
    last = result.catch(() => {});
    return result;
  }

  /** The segments of each chain that may contain lines of the period, oldest first. */
  async function findSegments(period: Period): Promise<readonly (readonly DatedSegment[])[]> {
    await flush();
    const chains = [...toChains(await listSegments(directory)).values()];
    const newIndex = new Map<string, number>();
    const found: DatedSegment[][] = [];
    for (const chain of chains) {
      const dated: DatedSegment[] = [];
      // Newest first: segments older than the period need not be read.
      for (const segment of chain.toReversed()) {
        const startsAt = index.get(segment.path) ?? (await readStart(segment));
        if (startsAt === undefined) continue;
        newIndex.set(segment.path, startsAt);
        const endsAt = dated[0]?.startsAt;
        dated.unshift({ ...segment, startsAt, endsAt });
        if (startsAt <= period.from.getTime()) break;
      }
      found.push(dated.filter(({ startsAt }) => startsAt < period.to.getTime()));
    }
    index = newIndex;
    return found;
  }

  async function readEvents({ name, limit, skip = 0, ...period }: EventsQuery): Promise<RecordedEvent[]> {
    const wanted = limit + skip + 1;
    const all: RecordedEvent[] = [];
    for (const chain of await findSegments(period)) {
      const own: RecordedEvent[][] = [];
      let count = 0;
      for (const segment of chain.toReversed()) {
        if (count >= wanted) break;
        const events: RecordedEvent[] = [];
        await replaySegment(segment, onDamage, {
          onEvent: (event) => isWanted(event, period, name) && events.push(event),
          wanted: { name, ...period },
        });
        own.unshift(events);
        count += events.length;
      }
      all.push(...own.flat().slice(-wanted));
    }
    return all.sort((one, other) => one.at.getTime() - other.at.getTime()).slice(-wanted);
  }

  async function readPieces(name: string, period: Period): Promise<readonly Piece[]> {
    const pieces: Piece[] = [];
    const onPiece = (piece: Piece): void => void (piece.name === name && pieces.push(piece));
    for (const chain of await findSegments(period)) {
      for (const segment of chain) {
        const replay = await replaySegment(segment, onDamage, { onPiece, wanted: { name } });
        replay.end(segment.endsAt ?? toEnd(replay, segment));
      }
    }
    return pieces;
  }

  function toEnd({ writer }: Replay, { modifiedAt }: StoredSegment): number | undefined {
    return writer && isAlive(writer, modifiedAt) ? now() : undefined;
  }

  return {
    getEvents: (query) =>
      readAlone(async () => {
        const { limit, skip = 0 } = query;
        const events = await readEvents(query);
        const isComplete = events.length <= limit + skip;
        const end = events.length - skip;
        return { events: end > 0 ? events.slice(Math.max(0, end - limit), end) : [], isComplete };
      }),
    getAvailability: (name, period): Promise<Availability> =>
      readAlone(async () => toAvailability(await readPieces(name, period), period)),
  };
}

interface SegmentReplaySetup extends ReplaySetup {
  readonly wanted: WantedChanges;
}

/** Each segment begins with the known states, so it can be read alone. */
async function replaySegment(
  segment: DatedSegment,
  onDamage: OnDamage,
  { wanted, ...setup }: SegmentReplaySetup,
): Promise<Replay> {
  const replay = createReplay(setup);
  for (const line of (await readSegmentLines(segment, onDamage, wanted)) ?? []) replay.take(line);
  return replay;
}

function isWanted(event: RecordedEvent, { from, to }: Period, name: string | undefined): boolean {
  const isOfName = name === undefined || (event.kind === "change" && event.name === name);
  return isOfName && event.at >= from && event.at < to;
}
