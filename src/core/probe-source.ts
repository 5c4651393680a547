import { shareAmongCopies } from "../util/copies.ts";
import type { Probe } from "./probe.ts";

type TakeOver = (body: string, since: Date) => void;

const sourcesOf = shareAmongCopies("sources", () => new WeakMap<Probe, Set<() => void>>());
const takeOverOf = shareAmongCopies("takeOver", () => new WeakMap<Probe, TakeOver>());

/**
 * From now on `take` is called before the probe is read or changed: the body may have been changed outside of this
 * thread, and it is what was said last that counts. Returns the function that ends it.
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

/** How a probe is told what was said elsewhere, and when that was. */
export function noteTakeOver(probe: Probe, takeOver: TakeOver): void {
  takeOverOf.set(probe, takeOver);
}

/** Nothing where the probe was not made by `createProbe()`. */
export function getTakeOver(probe: Probe): TakeOver | undefined {
  return takeOverOf.get(probe);
}
