import type { Clock } from "../../util/clock.ts";
import type { Listeners } from "../../util/listeners.ts";
import type { StatusStream } from "../message.ts";
import type { PendingPictures } from "./pending.ts";
import { encodeEvent } from "./pictures.ts";

/** Lifetime of a stream. Afterwards the page reconnects, and the server checks permissions again. */
export const PAGE_STREAM_LIFETIME_MS = 60_000;

/** Additional time to finish reading a picture. */
export const PAGE_STREAM_GRACE_MS = 5_000;

/**
 * Maximum size of a piece of a picture. Pieces limit the memory that encryption and sockets need for copies.
 */
export const MAX_PAGE_PIECE_BYTES = 65_536;

/** The current data for readers. */
export interface PageNews {
  /** The version of the picture. */
  readonly version: number;
  /** When it was read; `undefined` before the first picture. */
  readonly at: Date | undefined;
  /** Increases every second. A reader that has received nothing since then gets a heartbeat. */
  readonly beats: number;
  /** The event that updates an earlier version to the current picture. */
  toEvent(from: number): Uint8Array;
}

/** One reader of the page. */
export interface PageReader {
  readonly stream: StatusStream;
  /** Call it when there may be an update. */
  wake(): void;
  end(): void;
}

export interface PageReaderSetup {
  readonly news: () => PageNews;
  /** The version of the picture that the client has. */
  readonly seen: number;
  readonly clock: Clock;
  readonly pending: PendingPictures;
  /** Called when the servers close. */
  readonly closing: Listeners<void>;
  /** Ends the response and discards unsent data. */
  readonly cut: () => void;
  /** Called once. `mayReturn`: the stream has ended by itself, so the client will open another one. */
  readonly onEnd: (mayReturn: boolean) => void;
}

/**
 * Sends updates as server-sent events, as fast as the client reads. A slow client skips intermediate
 * pictures.
 */
export function createPageReader(setup: PageReaderSetup): PageReader {
  const { news, clock, pending, closing, cut, onEnd } = setup;
  const endsAt = clock.monotonicNow() + PAGE_STREAM_LIFETIME_MS;
  const forget = closing.add(() => end());
  let { seen } = setup;
  let seenAt: Date | undefined;
  let seenBeats = -1;
  let isDated = true;
  let pieces: Uint8Array[] = [];
  let release = (): void => {};
  let isEnded = false;
  let goOn: (() => void) | undefined;

  function end(mayReturn = false): void {
    if (isEnded) return;
    isEnded = true;
    pieces = [];
    release();
    forget();
    onEnd(mayReturn);
    goOn?.();
  }

  function letGo(): void {
    end();
    cut();
  }

  /** Wakes a client that waits. Disconnects a client that still does not read after the grace period. */
  function wake(): void {
    if (goOn !== undefined) goOn();
    else if (clock.monotonicNow() >= endsAt + PAGE_STREAM_GRACE_MS) letGo();
  }

  function nextPiece(): Uint8Array | undefined {
    const begun = pieces.shift();
    if (begun !== undefined) return begun;
    release();
    if (clock.monotonicNow() < endsAt) return nextNews(news());
    end(true);
    return encodeEvent("again", "");
  }

  /** The time of a picture follows the picture itself, even if a newer picture exists by then. */
  function nextNews({ version, at, beats, toEvent }: PageNews): Uint8Array | undefined {
    if (at === undefined) return undefined;
    if (version === seen || isDated) seenAt = at;
    if (version !== seen && isDated) {
      addPicture(toEvent(seen));
      seen = version;
      return pieces.shift();
    }
    if (isDated && seenBeats === beats) return undefined;
    isDated = true;
    seenBeats = beats;
    return encodeEvent("read", JSON.stringify({ at: seenAt, now: clock.now() }));
  }

  function addPicture(event: Uint8Array): void {
    isDated = false;
    release = pending.hold(event, letGo);
    for (let start = 0; start < event.byteLength; start += MAX_PAGE_PIECE_BYTES)
      pieces.push(event.subarray(start, start + MAX_PAGE_PIECE_BYTES));
  }

  async function next(): Promise<Uint8Array | undefined> {
    while (!isEnded) {
      const piece = nextPiece();
      if (piece !== undefined) return piece;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      goOn = undefined;
    }
    return undefined;
  }

  return { stream: { next, cancel: () => end() }, wake, end };
}
