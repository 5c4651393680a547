import { isThenable } from "./thenable.ts";

/** The listeners for one kind of event. */
export interface Listeners<Event> {
  /** Returns a function that removes the listener. A function that is added twice is called twice. */
  add(listener: (event: Event) => void): () => void;
  emit(event: Event): void;
}

/** A listener that throws or rejects is reported to `onError` and does not affect the others. */
export function createListeners<Event>(onError: (error: unknown) => void): Listeners<Event> {
  const listeners = new Set<{ readonly call: (event: Event) => void }>();
  return {
    add(call) {
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    emit(event) {
      for (const { call } of [...listeners]) {
        try {
          const returned: unknown = call(event);
          // TypeScript accepts asynchronous functions here, and no other code handles their rejections.
          if (isThenable(returned)) Promise.resolve(returned).catch(onError);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
