import { type Picture, toDelta, toNextPicture } from "./delta.ts";
import type { PagePart } from "./page-model.ts";

/** A reader that is fewer pictures behind is sent what has changed since; who is further behind, the whole page. */
export const MAX_KNOWN_PICTURES = 4;

/** What a reader has seen that has seen nothing. */
export const NO_VERSION = 0;

/** The last pictures of a page, by their number. */
export interface Pictures {
  /** The number of the present picture. */
  readonly version: number;
  /** Makes these parts the present picture; `false` where they are already. */
  turnTo(parts: readonly PagePart[]): boolean;
  /** The event that makes the present picture of an earlier one, encoded once for all who are sent it. */
  toEvent(from: number): Uint8Array;
}

export function createPictures(): Pictures {
  const pictures = new Map<number, Picture>();
  const events = new Map<number, Uint8Array>();
  let version = NO_VERSION;

  function turnTo(parts: readonly PagePart[]): boolean {
    const before = find(version);
    const next = toNextPicture(before, parts);
    if (next === before) return false;
    version += 1;
    pictures.set(version, next);
    pictures.delete(version - MAX_KNOWN_PICTURES);
    events.clear();
    return true;
  }

  function toEvent(from: number): Uint8Array {
    const known = pictures.has(from) ? from : NO_VERSION;
    const event = events.get(known) ?? encodeEvent("picture", toDelta(find(known), find(version)));
    events.set(known, event);
    return event;
  }

  function find(number: number): Picture {
    return pictures.get(number) ?? NOTHING;
  }

  return {
    get version() {
      return version;
    },
    turnTo,
    toEvent,
  };
}

/** A server-sent event as it goes over the wire. */
export function encodeEvent(name: string, data: string): Uint8Array {
  return encoder.encode(`event: ${name}\ndata:${data && ` ${data}`}\n\n`);
}

const encoder = new TextEncoder();

const NOTHING: Picture = [];
