import type {
  Availability,
  EventsQuery,
  Period,
  RecordedEvent,
  RecordedPast,
} from "../core/recorded-past.ts";
import { toChains } from "./chains.ts";
import { readMoment } from "./read-moment.ts";
import type { OnDamage } from "./read-segment.ts";
import { readTurns } from "./read-turns.ts";
import { type DatedChains, type DatedSegment, replayPieces, replaySegment } from "./replay-segment.ts";
import type { Piece } from "./replayed-handlers.ts";
import { listSegments, readStart } from "./segments.ts";
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

/** The maximum of a Date. */
const LAST_DATE = new Date(8.64e15);

/** Maximum number of reads, including the running one. */
export const MAX_READS = 10;

/** Reads the files of all processes. One read at a time; the others wait. */
export function createReader({ directory, onDamage, now, flush }: ReaderSetup): RecordedPast {
  /** The times of the segments that exist, by path. They never change. */
  let index = new Map<string, number>();
  let reads = 0;
  let last: Promise<unknown> = Promise.resolve();
  const source = { onDamage, now, readEvents };

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
  async function findSegments(period: Period): Promise<DatedChains> {
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
    for (const segment of (await findSegments(period)).flat())
      await replayPieces(segment, source, { onPiece, wanted: { name } });
    return pieces;
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
    getTurns: (period) => readAlone(async () => readTurns(await findSegments(period), period, source)),
    getMoment: (at) =>
      readAlone(async () => readMoment(await findSegments({ from: at, to: LAST_DATE }), at, source)),
  };
}

function isWanted(event: RecordedEvent, { from, to }: Period, name: string | undefined): boolean {
  const isOfName = name === undefined || (event.kind === "change" && event.name === name);
  return isOfName && event.at >= from && event.at < to;
}
