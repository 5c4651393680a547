import type { StoredSegment } from "./segments.ts";

/** The segments of each chain, oldest first. */
export function toChains(segments: readonly StoredSegment[]): ReadonlyMap<string, readonly StoredSegment[]> {
  const chains = new Map<string, StoredSegment[]>();
  for (const segment of segments) {
    const chain = chains.get(segment.chain);
    if (chain === undefined) chains.set(segment.chain, [segment]);
    else chain.push(segment);
  }
  return chains;
}
