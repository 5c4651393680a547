/** The event loop accepts one connection in each turn. A flood must not hold up the drain. */
const MAX_TURNS = 1_000;

/** The first turn may be the rest of the current one. */
const IDLE_TURNS = 2;

/** Waits until the event loop has accepted the connections that the kernel has already opened, or the time is over. */
export async function acceptWaiting(
  sockets: { readonly added: number },
  isInTime: () => boolean,
): Promise<void> {
  let idleTurns = 0;
  // On a busy server, each turn takes as long as the work for a request.
  for (let turn = 0; turn < MAX_TURNS && idleTurns < IDLE_TURNS && isInTime(); turn += 1) {
    const { added } = sockets;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    idleTurns = sockets.added === added ? idleTurns + 1 : 0;
  }
}
