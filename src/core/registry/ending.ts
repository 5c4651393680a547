import { createListeners } from "../../util/listeners.ts";

/** The end of a registry, for everything that waits for its results or changes. */
export interface Ending {
  readonly isClosed: boolean;
  /** Calls the listener when the registry is closed. Returns a function that removes the listener. */
  onClose(listener: () => void): () => void;
}

export interface OwnEnding extends Ending {
  /** Calls `stop`, and then the listeners. `isClosed` is true from before that. */
  close(stop: () => void): void;
}

export function createEnding(): OwnEnding {
  const listeners = createListeners<void>(() => {});
  let isClosed = false;

  return {
    get isClosed() {
      return isClosed;
    },
    onClose: listeners.add,
    close(stop) {
      isClosed = true;
      stop();
      listeners.emit();
    },
  };
}
