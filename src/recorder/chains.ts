import type { StoredSegment } from "./segments.ts";

/** The segments of each chain, oldest first. */
export function toChains(segments: readonly StoredSegment[]): ReadonlyMap<string, readonly StoredSegment[]> {
  const chains = new Map<string, StoredSegment[]>();
  for (const segment of segments) chains.set(segment.chain, [...(chains.get(segment.chain) ?? []), segment]);
  return chains;
}
