import type { RecordedTurns } from "../../core/recorded-past.ts";
import { getRegistrySeams } from "../../core/seams.ts";
import type { Turn } from "./axis-turns.ts";
import { type LongSpan, toSpanMs } from "./axis-window.ts";

/** The recorded states of a span. */
export interface PastTurns extends RecordedTurns {
  /** The end of the period that was read. */
  readonly readAt: number;
}

/** The recorded states for all viewers. */
export interface PastReader {
  /** The last read. Reads again in the background if it is too old. */
  get(span: LongSpan | undefined): PastTurns | undefined;
  /** The same, but waits for the first read. Never rejects: without a past, the axes show the changes in memory. */
  load(span: LongSpan | undefined): Promise<PastTurns | undefined>;
}

/** Share of the span after which it is read again: 5 minutes of 7 days, 21 minutes of 30 days. */
const MAX_AGE_RATIO = 1 / 2_016;

interface Read {
  readonly startedAt: number;
  readonly past: Promise<PastTurns | undefined>;
}

/** One read for all viewers, at most one entry per span. */
export function createPastReader(
  registry: Parameters<typeof getRegistrySeams>[0],
  now: () => number = Date.now,
): PastReader {
  const reads = new Map<LongSpan, Read>();
  const known = new Map<LongSpan, PastTurns>();

  function refresh(span: LongSpan): Promise<PastTurns | undefined> {
    const before = reads.get(span);
    const isYoung = before && now() - before.startedAt < toSpanMs(span) * MAX_AGE_RATIO;
    if (before && isYoung) return before.past;
    const past = read(span);
    reads.set(span, { startedAt: now(), past });
    return past;
  }

  async function read(span: LongSpan): Promise<PastTurns | undefined> {
    const { recordedPast } = getRegistrySeams(registry);
    const readAt = now();
    const period = { from: new Date(readAt - toSpanMs(span)), to: new Date(readAt) };
    try {
      const turns = await recordedPast?.getTurns(period);
      if (turns === undefined) known.delete(span);
      else known.set(span, { ...turns, readAt });
    } catch {
      // The recorder logs disk errors. The last read remains.
    }
    return known.get(span);
  }

  return {
    get(span) {
      if (span === undefined) return undefined;
      void refresh(span);
      return known.get(span);
    },
    async load(span) {
      if (span === undefined) return undefined;
      return known.has(span) ? this.get(span) : refresh(span);
    },
  };
}

/** The recorded states of a handler, and what happened since they were read. */
export function joinTurns(
  past: PastTurns | undefined,
  name: string,
  turns: readonly Turn[],
): readonly Turn[] {
  const before = past?.handlers.get(name);
  if (past === undefined || before === undefined) return turns;
  const later = turns.filter(({ at }) => at > past.readAt);
  const present = turns.at(-1);
  // The state at this moment is certain, even if it is not recorded yet.
  const isBehind = later.length === 0 && present && present.mark !== before.at(-1)?.mark;
  const joined = [...before, ...(isBehind ? [{ at: past.readAt, mark: present.mark }] : later)];
  return joined.filter(({ mark }, index) => mark !== joined[index - 1]?.mark);
}
