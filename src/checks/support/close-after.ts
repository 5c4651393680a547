import type { Socket } from "node:net";
import { onAbort } from "../../util/abort.ts";

/**
 * Waits for an event of a new socket, calls a function with the socket, and always closes it. Rejects with
 * the socket's error, or when the signal is aborted.
 */
export async function closeAfter<Kind extends Socket, Seen = void>(
  socket: Kind,
  event: string,
  signal: AbortSignal,
  look?: (socket: Kind) => Seen,
): Promise<Seen | undefined> {
  const stopListening = onAbort(signal, () => socket.destroy(new DOMException("aborted", "AbortError")));
  try {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      socket
        .once(event, resolve)
        .on("error", reject)
        .once("close", () => reject(new Error("the connection was closed")));
    });
    return look?.(socket);
  } finally {
    stopListening();
    socket.destroy();
  }
}
