import { shareAmongCopies } from "../util/copies.ts";

// Shared by the whole process: a drain closes servers, and their streams end with them.
const endings = shareAmongCopies("openStreams", () => new Set<() => void>());

/** Registers the function that ends a stream. Returns a function that removes it. */
export function noteOpenStream(end: () => void): () => void {
  endings.add(end);
  return () => void endings.delete(end);
}

/** Ends all streams, so that a drain does not wait for them. Clients of other servers reconnect. */
export function endOpenStreams(): void {
  for (const end of [...endings]) end();
}
