import type { Clock } from "../core/clock.ts";
import type { StatusStream } from "./message.ts";
import { noteOpenStream } from "./open-streams.ts";
import type { Picture } from "./page-delta.ts";

/** After it a stream ends. The page opens it again, and it is decided again what its reader may see. */
export const PAGE_STREAM_LIFETIME_MS = 60_000;

/** What there is to know at the moment. */
export interface PageNews {
  readonly picture: Picture;
  /** When it was read. */
  readonly at: Date;
  /** Grows with each second: whoever has heard nothing since hears that somebody is there. */
  readonly beats: number;
  /** The event that makes the present picture of another one. */
  toEvent(from: Picture): string;
}

/** One who looks at the page. */
export interface PageReader {
  readonly stream: StatusStream;
  /** There may be news. */
  wake(): void;
  end(): void;
}

export interface PageReaderSetup {
  readonly news: () => PageNews;
  readonly clock: Clock;
  /** Called once. */
  readonly onEnd: () => void;
}

/** Gives the news as server-sent events, as fast as they are read: who is slow misses what was in between. */
export function createPageReader({ news, clock, onEnd }: PageReaderSetup): PageReader {
  const endsAt = clock.monotonicNow() + PAGE_STREAM_LIFETIME_MS;
  const forget = noteOpenStream(end);
  let seen: Picture = NOTHING;
  let seenBeats = 0;
  let isEnded = false;
  let goOn: (() => void) | undefined;

  function end(): void {
    if (isEnded) return;
    isEnded = true;
    forget();
    onEnd();
    goOn?.();
  }

  /** Who waits is given the last word; who has not come for it until now does not come any more. */
  function wake(): void {
    if (goOn !== undefined) goOn();
    else if (clock.monotonicNow() >= endsAt) end();
  }

  function take(): string | undefined {
    if (clock.monotonicNow() >= endsAt) {
      end();
      return "event: again\ndata:\n\n";
    }
    const { picture, at, beats, toEvent } = news();
    const isNew = seen !== picture;
    if (!isNew && seenBeats === beats) return undefined;
    const event = isNew ? toEvent(seen) : "";
    seen = picture;
    seenBeats = beats;
    return `${event}event: read\ndata: ${JSON.stringify({ at, now: clock.now() })}\n\n`;
  }

  async function next(): Promise<string | undefined> {
    while (!isEnded) {
      const text = take();
      if (text !== undefined) return text;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      goOn = undefined;
    }
    return undefined;
  }

  return { stream: { next, cancel: end }, wake, end };
}

const NOTHING: Picture = [];
