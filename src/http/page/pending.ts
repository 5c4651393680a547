/** Maximum bytes of pictures held for slow readers. A picture that several readers share counts once. */
export const MAX_PENDING_PAGE_BYTES = 64_000_000;

/** The pictures that readers have started but not finished. */
export interface PendingPictures {
  /**
   * Records a reader of a picture. If the total exceeds the maximum, it disconnects the readers of the oldest
   * pictures. Returns a function that releases the picture.
   */
  hold(picture: Uint8Array, letGo: () => void): () => void;
}

export function createPendingPictures(): PendingPictures {
  /** The readers of each picture, the oldest picture first. */
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
