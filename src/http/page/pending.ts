/** So many bytes of pictures may wait for slow readers. What many wait for counts once. */
export const MAX_PENDING_PAGE_BYTES = 64_000_000;

/** The pictures that somebody has begun to read. */
export interface PendingPictures {
  /**
   * Notes that somebody reads a picture. Where that makes too many bytes, those who still read the oldest are let
   * go. Returns the function that says that it is not read any more.
   */
  hold(picture: Uint8Array, letGo: () => void): () => void;
}

export function createPendingPictures(): PendingPictures {
  /** Who reads each of them, the oldest first. */
  const readers = new Map<Uint8Array, Set<() => void>>();
  let bytes = 0;

  function hold(picture: Uint8Array, letGo: () => void): () => void {
    if (!readers.has(picture)) bytes += picture.byteLength;
    readers.set(picture, (readers.get(picture) ?? new Set()).add(letGo));
    makeRoom(picture);
    return () => release(picture, letGo);
  }

  function makeRoom(newest: Uint8Array): void {
    for (const [picture, waiting] of readers) {
      if (bytes <= MAX_PENDING_PAGE_BYTES || picture === newest) return;
      for (const letGo of [...waiting]) letGo();
    }
  }

  function release(picture: Uint8Array, letGo: () => void): void {
    const waiting = readers.get(picture);
    if (!waiting?.delete(letGo) || waiting.size > 0) return;
    readers.delete(picture);
    bytes -= picture.byteLength;
  }

  return { hold };
}
