import { isThenable } from "./thenable.ts";

/** Those who want to be told. */
export interface Listeners<Event> {
  /** Returns the function that ends it. The same function added twice is told twice. */
  add(listener: (event: Event) => void): () => void;
  tell(event: Event): void;
}

/** A listener that throws or rejects is reported to `onError`, and the others are told all the same. */
export function createListeners<Event>(onError: (error: unknown) => void): Listeners<Event> {
  const listeners = new Set<{ readonly call: (event: Event) => void }>();
  return {
    add(call) {
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell(event) {
      for (const { call } of [...listeners]) {
        try {
          const returned: unknown = call(event);
          // TypeScript lets asynchronous functions pass here, and nobody else looks at what becomes of them.
          if (isThenable(returned)) Promise.resolve(returned).catch(onError);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
