import { type Picture, toDelta } from "./delta.ts";

/** A reader that is behind by fewer pictures gets only the changes. Other readers get the whole page. */
export const MAX_KNOWN_PICTURES = 4;

/** The version of a reader that has seen no picture. */
const NO_VERSION = 0;

/** The last pictures of a page, by version. */
export interface Pictures {
  /** The version of the current picture. */
  readonly version: number;
  /** When it was read; `undefined` before the first. */
  readonly at: Date | undefined;
  /** Sets the current picture, and when it was read. Returns `false` if nothing changed. */
  turnTo(parts: Picture, readAt: Date): boolean;
  /** The event that updates an earlier version to the current picture, encoded once for all readers. */
  toEvent(from: number): Uint8Array;
  /** The version with the id of an event. 0 if these pictures do not have it, or no longer. */
  find(id: string | undefined): number;
}

export function createPictures(): Pictures {
  const pictures = new Map<number, Picture>();
  const events = new Map<number, Uint8Array>();
  const series = crypto.randomUUID();
  let version = NO_VERSION;
  let at: Date | undefined;

  function turnTo(parts: Picture, readAt: Date): boolean {
    const before = getPicture(version);
    at = readAt;
    if (parts.length === before.length && parts.every((part, place) => part === before[place])) return false;
    version += 1;
    pictures.set(version, parts);
    pictures.delete(version - MAX_KNOWN_PICTURES);
    events.clear();
    return true;
  }

  function toEvent(from: number): Uint8Array {
    const known = pictures.has(from) ? from : NO_VERSION;
    const event =
      events.get(known) ??
      encodeEvent("picture", toDelta(getPicture(known), getPicture(version)), toId(version));
    events.set(known, event);
    return event;
  }

  function getPicture(number: number): Picture {
    return pictures.get(number) ?? NOTHING;
  }

  function toId(number: number): string {
    return `${series}.${number}`;
  }

  return {
    get version() {
      return version;
    },
    get at() {
      return at;
    },
    turnTo,
    toEvent,
    find: (id) => [...pictures.keys()].find((number) => toId(number) === id) ?? NO_VERSION,
  };
}

/** Encodes a server-sent event for the wire. */
export function encodeEvent(name: string, data: string, id?: string): Uint8Array {
  return encoder.encode(`event: ${name}\ndata:${data && ` ${data}`}\n${id ? `id: ${id}\n` : ""}\n`);
}

const encoder = new TextEncoder();

const NOTHING: Picture = [];
