import type { Clock } from "../../util/clock.ts";
import type { StatusStream } from "../message.ts";
import { noteOpenStream } from "../open-streams.ts";
import type { PendingPictures } from "./pending.ts";
import { encodeEvent, NO_VERSION } from "./pictures.ts";

/** After it a stream ends. The page opens it again, and it is decided again what its reader may see. */
export const PAGE_STREAM_LIFETIME_MS = 60_000;

/** Who is in the middle of a picture then has so long to read it to its end. */
export const PAGE_STREAM_GRACE_MS = 5_000;

/** A picture is handed over in pieces of this size: encryption and sockets copy what they are given. */
export const MAX_PAGE_PIECE_BYTES = 65_536;

/** What there is to know at the moment. */
export interface PageNews {
  /** The number of the picture. */
  readonly version: number;
  /** When it was read; `undefined` before the first picture. */
  readonly at: Date | undefined;
  /** Grows with each second: whoever has heard nothing since hears that somebody is there. */
  readonly beats: number;
  /** The event that makes the present picture of an earlier one. */
  toEvent(from: number): Uint8Array;
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
  readonly pending: PendingPictures;
  /** Ends the answer, whatever of it has not been sent yet. */
  readonly cut: () => void;
  /** Called once. */
  readonly onEnd: () => void;
}

/** Gives the news as server-sent events, as fast as they are read: who is slow misses what was in between. */
export function createPageReader({ news, clock, pending, cut, onEnd }: PageReaderSetup): PageReader {
  const endsAt = clock.monotonicNow() + PAGE_STREAM_LIFETIME_MS;
  const forget = noteOpenStream(end);
  let seen = NO_VERSION;
  let seenAt: Date | undefined;
  let seenBeats = 0;
  let isDated = true;
  let pieces: Uint8Array[] = [];
  let release = (): void => {};
  let isEnded = false;
  let goOn: (() => void) | undefined;

  function end(): void {
    if (isEnded) return;
    isEnded = true;
    pieces = [];
    release();
    forget();
    onEnd();
    goOn?.();
  }

  function letGo(): void {
    end();
    cut();
  }

  /** Who waits is given the last word; who has not come for it until now does not come any more. */
  function wake(): void {
    if (goOn !== undefined) goOn();
    else if (clock.monotonicNow() >= endsAt + PAGE_STREAM_GRACE_MS) letGo();
  }

  function take(): Uint8Array | undefined {
    const begun = pieces.shift();
    if (begun !== undefined) return begun;
    release();
    if (clock.monotonicNow() < endsAt) return takeNews(news());
    end();
    return encodeEvent("again", "");
  }

  /** A picture is followed by when it was read, also where there is a newer one by then. */
  function takeNews({ version, at, beats, toEvent }: PageNews): Uint8Array | undefined {
    if (at === undefined) return undefined;
    if (version === seen || isDated) seenAt = at;
    if (version !== seen && isDated) {
      takePicture(toEvent(seen));
      seen = version;
      return pieces.shift();
    }
    if (isDated && seenBeats === beats) return undefined;
    isDated = true;
    seenBeats = beats;
    return encodeEvent("read", JSON.stringify({ at: seenAt, now: clock.now() }));
  }

  function takePicture(event: Uint8Array): void {
    isDated = false;
    release = pending.hold(event, letGo);
    for (let start = 0; start < event.byteLength; start += MAX_PAGE_PIECE_BYTES)
      pieces.push(event.subarray(start, start + MAX_PAGE_PIECE_BYTES));
  }

  async function next(): Promise<Uint8Array | undefined> {
    while (!isEnded) {
      const piece = take();
      if (piece !== undefined) return piece;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      goOn = undefined;
    }
    return undefined;
  }

  return { stream: { next, cancel: end }, wake, end };
}
