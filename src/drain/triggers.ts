/** The events that start a drain, except signals. */
export type Trigger = "uncaughtException" | "unhandledRejection" | "beforeExit";

export interface TriggerHandlers {
  /** An error that the application did not handle. */
  readonly onError: (trigger: Trigger, error: unknown) => void;
  /** Nothing keeps the process alive. */
  readonly onIdle: () => void;
}

/** Listens to the triggers. Returns a function that removes the listeners. */
export function onTriggers(triggers: ReadonlySet<Trigger>, { onError, onIdle }: TriggerHandlers): () => void {
  const listeners: Readonly<Record<Trigger, (error: unknown) => void>> = {
    uncaughtException: (error) => onError("uncaughtException", error),
    unhandledRejection: (error) => onError("unhandledRejection", error),
    beforeExit: onIdle,
  };
  for (const trigger of triggers) process.on(trigger, listeners[trigger]);
  return function endListening() {
    for (const trigger of triggers) process.off(trigger, listeners[trigger]);
  };
}
