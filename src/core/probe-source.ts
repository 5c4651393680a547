import type { Probe } from "./probe.ts";

const sourcesOf = new WeakMap<Probe, Set<() => void>>();

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
