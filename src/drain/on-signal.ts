import { shareAmongCopies } from "../util/copies.ts";

type SignalHandler = (signal: NodeJS.Signals) => void;

interface Listening {
  readonly handlers: Set<SignalHandler>;
  /** The process's single listener for the signal. */
  readonly listener: SignalHandler;
}

/** Contains a signal while it has handlers. */
const listeningTo = shareAmongCopies("signals", () => new Map<NodeJS.Signals, Listening>());

/**
 * Calls the handler on each of these signals. All handlers of a signal share one process listener, because
 * Node.js warns of a leak if there are more than ten listeners. Returns a function that removes the handler.
 */
export function onSignal(signals: ReadonlySet<NodeJS.Signals>, handler: SignalHandler): () => void {
  for (const signal of signals) listenTo(signal).handlers.add(handler);
  return function endHandling() {
    for (const signal of signals) removeHandler(signal, handler);
  };
}

function listenTo(signal: NodeJS.Signals): Listening {
  const listening = listeningTo.get(signal) ?? createListening();
  listeningTo.set(signal, listening);
  // Other code may remove all listeners of a signal.
  if (!process.listeners(signal).includes(listening.listener)) process.on(signal, listening.listener);
  return listening;
}

function createListening(): Listening {
  const handlers = new Set<SignalHandler>();
  return {
    handlers,
    listener(signal) {
      for (const handler of [...handlers]) handler(signal);
    },
  };
}

function removeHandler(signal: NodeJS.Signals, handler: SignalHandler): void {
  const { handlers, listener } = listeningTo.get(signal) ?? createListening();
  handlers.delete(handler);
  if (handlers.size > 0) return;
  listeningTo.delete(signal);
  process.off(signal, listener);
}
