interface Hub {
  readonly listeners: Set<() => void>;
  readonly stop: () => void;
}

// An entry ends with the last of its listeners, and at the latest with its signal.
const hubs = new WeakMap<AbortSignal, Hub>();

/**
 * Calls `listener` once when the signal is aborted, and returns the function that ends it. All
 * callers share one listener on the signal, because Node.js warns of a leak from the eleventh on. A signal that is
 * aborted already calls nobody.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => {};
  const hub = hubs.get(signal) ?? createHub(signal);
  // Another function each time: the same listener may be added twice.
  const call = (): void => listener();
  hub.listeners.add(call);
  return function stopListening() {
    if (hub.listeners.delete(call) && hub.listeners.size === 0) hub.stop();
  };
}

function createHub(signal: AbortSignal): Hub {
  const listeners = new Set<() => void>();

  function tellAll(): void {
    stop();
    for (const call of listeners) {
      listeners.delete(call);
      call();
    }
  }

  function stop(): void {
    signal.removeEventListener("abort", tellAll);
    if (hubs.get(signal) === hub) hubs.delete(signal);
  }

  const hub: Hub = { listeners, stop };
  hubs.set(signal, hub);
  signal.addEventListener("abort", tellAll);
  return hub;
}
