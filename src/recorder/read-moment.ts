import type {
  EventsQuery,
  RecordedChange,
  RecordedEvent,
  RecordedMoment,
  RecordedState,
} from "../core/recorded-past.ts";
import { OK, STATE_NUMBERS } from "../core/state.ts";
import type { OnDamage } from "./read-segment.ts";
import { type DatedChains, type DatedSegment, replayPieces, replaySegment } from "./replay-segment.ts";
import type { Piece } from "./replayed-handlers.ts";

export interface MomentSource {
  readonly onDamage: OnDamage;
  readonly now: () => number;
  readonly readEvents: (query: EventsQuery) => Promise<readonly RecordedEvent[]>;
}

/** Maximum number of handlers whose detail is read from earlier segments. */
const MAX_LOOKS_BACK = 20;

/** Maximum number of segments of a chain to search for the next change. */
const MAX_LOOKS_AHEAD = 4;

/** The known states at a moment. The chains begin with the segment of that moment. */
export async function readMoment(
  chains: DatedChains,
  at: Date,
  source: MomentSource,
): Promise<RecordedMoment> {
  const states = new Map<string, RecordedState>();
  let later: Date | undefined;
  for (const [first, ...further] of chains) {
    if (first === undefined) continue;
    const known = await readStates(first, at, source);
    for (const state of known) if (isWorse(state, states.get(state.name))) states.set(state.name, state);
    const next = await findLater([first, ...further], at, source.onDamage);
    if (next !== undefined && (later === undefined || next < later)) later = next;
  }
  const earlier = await findEarlier(at, source);
  return {
    states: await addDetails([...states.values()], source),
    ...(earlier && { earlier }),
    ...(later && { later }),
  };
}

function isWorse({ state }: RecordedState, other: RecordedState | undefined): boolean {
  return other === undefined || STATE_NUMBERS[state] > STATE_NUMBERS[other.state];
}

async function readStates(
  segment: DatedSegment,
  at: Date,
  source: MomentSource,
): Promise<readonly RecordedState[]> {
  const changes = new Map<string, RecordedChange>();
  const pieces: Piece[] = [];
  const t = at.getTime();
  await replayPieces(segment, source, {
    onPiece: (piece) => piece.from <= t && piece.to > t && void pieces.push(piece),
    onEvent: (event) => event.kind === "change" && event.at <= at && void changes.set(event.name, event),
  });
  return pieces.map(({ name, state, since }) => ({
    name,
    state,
    since: new Date(since),
    ...toWhy(changes.get(name), since),
  }));
}

/** Why the handler got into its state, if this is the change to it. */
function toWhy(change: RecordedChange | undefined, since: number): Pick<RecordedState, "reason" | "detail"> {
  if (change === undefined || change.at.getTime() < since) return {};
  const { reason, detail } = change;
  return { ...(reason && { reason }), ...(detail && { detail }) };
}

async function addDetails(
  states: readonly RecordedState[],
  { readEvents }: MomentSource,
): Promise<readonly RecordedState[]> {
  const lacking = states.filter(({ state, reason }) => state !== OK && reason === undefined);
  const found = new Map<string, RecordedState>();
  for (const state of lacking.slice(0, MAX_LOOKS_BACK)) {
    const { name, since } = state;
    const [event] = await readEvents({ name, from: since, to: new Date(since.getTime() + 1), limit: 1 });
    if (event?.kind === "change") found.set(name, { ...state, ...toWhy(event, since.getTime()) });
  }
  return states.map((state) => found.get(state.name) ?? state);
}

async function findEarlier(at: Date, { readEvents }: MomentSource): Promise<Date | undefined> {
  // The result may also contain other events.
  const events = await readEvents({ from: new Date(0), to: at, limit: 100 });
  return events.findLast(({ kind }) => kind === "change")?.at;
}

async function findLater(
  segments: readonly DatedSegment[],
  at: Date,
  onDamage: OnDamage,
): Promise<Date | undefined> {
  let found: Date | undefined;
  for (const segment of segments.slice(0, MAX_LOOKS_AHEAD)) {
    await replaySegment(segment, onDamage, {
      wanted: { from: at },
      onEvent(event) {
        if (event.kind === "change" && event.at > at) found ??= event.at;
      },
    });
    if (found !== undefined) return found;
  }
  return undefined;
}
