import { shareAmongCopies } from "../util/copies.ts";

// Of the whole process: a drain closes servers, and whatever streams over them ends with them.
const endings = shareAmongCopies("openStreams", () => new Set<() => void>());

/** Remembers how a stream is ended. Returns the function that forgets it. */
export function noteOpenStream(end: () => void): () => void {
  endings.add(end);
  return () => void endings.delete(end);
}

/** Ends all streams, so that nobody has to wait for them. Whoever reads one elsewhere opens it again. */
export function endOpenStreams(): void {
  for (const end of [...endings]) end();
}
