import type { Clock } from "../util/clock.ts";
import { findPasts, type Past } from "./find-past.ts";
import { encode, FORMAT_VERSION, type Line } from "./lines.ts";
import type { OnDamage } from "./read-segment.ts";
import { createReplay, type Replay } from "./replay.ts";
import { cleanUp, type Limits } from "./retention.ts";
import type { OpenSegment } from "./segment-writer.ts";
import {
  claimSegment,
  continueSegment,
  createChainName,
  createSegment,
  deleteSegment,
  prepareDirectory,
  type Segment,
  toSegment,
} from "./segments.ts";

export interface OpenerSetup extends Limits {
  readonly directory: string;
  readonly clock: Clock;
  readonly onDamage: OnDamage;
  /** Called once, with the records of an earlier process, or with `undefined` if there are none. */
  readonly onPast: (past: Past | undefined) => void;
}

/** Opens the segments of this process, one after the other. */
export interface Opener {
  open(last: Segment | undefined): Promise<OpenSegment>;
  /** Records a line that the segment now contains. */
  record(line: Line): void;
}

/** Number of segments that share the maximum size. Deleting the oldest one keeps most of the history. */
const SEGMENTS = 16;
const MAX_SEGMENT_BYTES = 1_000_000;
/** Maximum number of handlers whose states are in a segment's first line. */
const MAX_HANDLERS = 10_000;
/** Minimum size of a segment, as a multiple of its first line. */
const HEADS_PER_SEGMENT = 4;

export function createOpener(setup: OpenerSetup): Opener {
  const { directory, clock, onDamage, onPast, maxBytes } = setup;
  const shareBytes = Math.min(MAX_SEGMENT_BYTES, maxBytes / SEGMENTS);
  const startedAt = clock.now();
  let replay: Replay | undefined;

  async function open(last: Segment | undefined): Promise<OpenSegment> {
    await prepareDirectory(directory);
    const continued = replay === undefined ? await continuePast() : undefined;
    return continued ?? begin(last && toNext(last));
  }

  /** Continues the newest chain that no other process continues. */
  async function continuePast(): Promise<OpenSegment | undefined> {
    let newest: Past | undefined;
    try {
      for await (const past of findPasts(directory, onDamage)) {
        newest ??= past;
        const opened = await claim(past);
        if (opened === undefined) continue;
        newest = past;
        return opened;
      }
      return undefined;
    } finally {
      // Even if the disk is read-only, the earlier records can be read.
      replay = newest?.replay ?? createReplay({ startsAt: startedAt });
      onPast(newest);
    }
  }

  async function claim(past: Past): Promise<OpenSegment | undefined> {
    const { segment: before, isHeadless } = past;
    if (isHeadless) return begin(toNext(before), past.replay).catch(ignoreTaken);
    const segment = await claimSegment(directory, before);
    if (segment === undefined) return undefined;
    const handle = await continueSegment(segment);
    // If the clock was set back, a new segment begins, so that times within a segment never decrease.
    const isLater = clock.now() >= past.replay.lastAt;
    return { segment, handle, size: before.size, maxSize: isLater ? shareBytes : 0, isTorn: true };
  }

  /** The pending lines may be older than this moment, but not older than the last written line. */
  async function begin(next: Segment | undefined, before = replay): Promise<OpenSegment> {
    const segment = next ?? toSegment(directory, createChainName(), 0);
    const { writer, handlers = [], lastAt = startedAt } = before ?? {};
    const t = Math.min(lastAt, clock.now());
    const head = encode({
      k: "head",
      v: FORMAT_VERSION,
      t,
      chain: segment.chain,
      ...(writer && { writer }),
      handlers: handlers.slice(-MAX_HANDLERS),
    });
    const handle = await createSegment(segment);
    try {
      await handle.writeFile(head);
    } catch (error) {
      // Files can be deleted even on a full disk, and the next attempt needs the name.
      await Promise.all([handle.close(), deleteSegment(segment)]);
      throw error;
    }
    const size = Buffer.byteLength(head);
    await cleanUp(directory, setup, segment);
    return { segment, handle, size, maxSize: Math.max(shareBytes, HEADS_PER_SEGMENT * size), isTorn: false };
  }

  function toNext({ chain, number }: Segment): Segment {
    return toSegment(directory, chain, number + 1);
  }

  return { open, record: (line) => replay?.apply(line) };
}

/** Another process created the segment first. */
function ignoreTaken(error: unknown): undefined {
  if ((error as { code?: unknown }).code !== "EEXIST") throw error;
}
