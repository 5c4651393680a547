/** What ends a command from outside. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

export interface Interrupts {
  /** Aborted when the command has to end. */
  readonly signal: AbortSignal;
  /**
   * To be called when the command has ended and cleaned up. If it was a signal that ended it, the process now ends by
   * that signal: a shell's loop ends with it, and shows 130 for Ctrl-C.
   */
  stop(): void;
}

/** Turns signals, and a reader of our output that has gone, into an `AbortSignal`. A second signal ends at once. */
export function listenForInterrupts(listensForSignals: boolean): Interrupts {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const signals = listensForSignals ? SIGNALS : [];

  function receive(signal: NodeJS.Signals): void {
    received = signal;
    stopListening();
    controller.abort();
  }

  /** `svc-status … | head` is no failure: there is nobody left to tell. */
  function receiveOutputError(error: NodeJS.ErrnoException): void {
    if (error.code !== "EPIPE") throw error;
    controller.abort();
  }

  function stopListening(): void {
    for (const signal of signals) process.off(signal, receive);
  }

  for (const signal of signals) process.on(signal, receive);
  process.stdout.on("error", receiveOutputError);
  process.stderr.on("error", receiveOutputError);
  return {
    signal: controller.signal,
    stop() {
      stopListening();
      if (received !== undefined) process.kill(process.pid, received);
    },
  };
}
