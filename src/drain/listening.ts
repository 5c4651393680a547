import type { EventEmitter } from "node:events";

// biome-ignore lint/suspicious/noExplicitAny: as Node.js types its listeners
type Listener = (...args: any[]) => void;

export interface Listening {
  listen(event: string, listener: Listener): void;
  /** Listens only if there is another listener. As the only one, ours would keep Node.js from responding. */
  joinIn(event: string, listener: Listener): boolean;
  stop(): void;
}

/** Adds listeners before the application's, one per event. */
export function createListening(server: EventEmitter): Listening {
  const listeners = new Map<string, Listener>();

  function listen(event: string, listener: Listener): void {
    if (listeners.has(event)) return;
    listeners.set(event, listener);
    server.prependListener(event, listener);
  }

  return {
    listen,
    joinIn(event, listener) {
      if (server.listenerCount(event) === 0) return false;
      listen(event, listener);
      return true;
    },
    stop() {
      for (const [event, listener] of listeners) server.off(event, listener);
      listeners.clear();
    },
  };
}
