import type { HandlerRecord, PastRecord, Track } from "./track.ts";

/** A recorder's access to the records of a registry's handlers. */
export interface HandlerRecords {
  /** The records of all handlers that have a result. */
  list(): readonly HandlerRecord[];
  /** Continues the records of earlier processes, including those of handlers that are registered later. */
  restore(past: ReadonlyMap<string, PastRecord>): void;
}

export interface RestorableRecords extends HandlerRecords {
  /** Restores the record of a name that is registered for the first time. */
  continue(name: string, track: Track): Track;
}

export function createRecords(handlers: ReadonlyMap<string, { readonly track: Track }>): RestorableRecords {
  /** Each record is dropped when its name is registered. The recorder limits their number. */
  const pending = new Map<string, PastRecord>();

  return {
    list: () =>
      Array.from(handlers.values(), ({ track }) => track.snapshot).filter((record) => record !== undefined),
    restore(past) {
      for (const [name, record] of past) {
        const track = handlers.get(name)?.track;
        if (track === undefined) pending.set(name, record);
        else track.restore(record);
      }
    },
    continue(name, track) {
      const past = pending.get(name);
      if (past !== undefined) track.restore(past);
      pending.delete(name);
      return track;
    },
  };
}
