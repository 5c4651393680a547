import { shareAmongCopies } from "../util/copies.ts";
import type { Probe } from "./probe.ts";

type TakeOver = (body: string, since: Date) => void;

const sourcesOf = shareAmongCopies("sources", () => new WeakMap<Probe, Set<() => void>>());
const takeOverOf = shareAmongCopies("takeOver", () => new WeakMap<Probe, TakeOver>());

/**
 * Calls `take` before each read and each change of the probe. The body may have been changed outside of this
 * thread, and the latest change counts. Returns a function that removes `take`.
 */
export function addProbeSource(probe: Probe, take: () => void): () => void {
  const sources = sourcesOf.get(probe) ?? new Set();
  sourcesOf.set(probe, sources.add(take));
  return () => void sources.delete(take);
}

export function takeFromSources(probe: Probe): void {
  const sources = sourcesOf.get(probe);
  if (sources === undefined) return;
  for (const take of sources) take();
}

/** Registers the function that sets a probe to a body from elsewhere, with the time of that change. */
export function noteTakeOver(probe: Probe, takeOver: TakeOver): void {
  takeOverOf.set(probe, takeOver);
}

/** `undefined` if `createProbe()` did not create the probe. */
export function getTakeOver(probe: Probe): TakeOver | undefined {
  return takeOverOf.get(probe);
}
