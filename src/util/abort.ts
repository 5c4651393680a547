interface Hub {
  readonly listeners: Set<() => void>;
  readonly stop: () => void;
}

// An entry is removed with its last listener, when its signal aborts, or when its signal is
// garbage-collected.
const hubs = new WeakMap<AbortSignal, Hub>();

/**
 * Calls `listener` once when the signal aborts. Returns a function that removes the listener. All callers
 * share one listener on the signal, because Node.js warns of a leak from the eleventh on. If the signal is
 * already aborted, the listener is never called.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => {};
  const hub = hubs.get(signal) ?? createHub(signal);
  // A new function each time, because the same listener may be added twice.
  const call = (): void => listener();
  hub.listeners.add(call);
  return function stopListening() {
    if (hub.listeners.delete(call) && hub.listeners.size === 0) hub.stop();
  };
}

function createHub(signal: AbortSignal): Hub {
  const listeners = new Set<() => void>();

  function callAll(): void {
    stop();
    for (const call of listeners) {
      listeners.delete(call);
      call();
    }
  }

  function stop(): void {
    signal.removeEventListener("abort", callAll);
    if (hubs.get(signal) === hub) hubs.delete(signal);
  }

  const hub: Hub = { listeners, stop };
  hubs.set(signal, hub);
  signal.addEventListener("abort", callAll);
  return hub;
}
