import { constants } from "node:os";

/** The signals that end a command. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The reader of the output has closed it. This is not reported, because there is no reader. */
const READER_GONE = "EPIPE";

/** The terminal is gone. SIGHUP reports this too, but not every process of the terminal gets it. */
const TERMINAL_GONE = "EIO";

/** How the process is interrupted. */
export interface Interrupts {
  /** Aborted when the command has to end. */
  readonly signal: AbortSignal;
  /** From now on, handles signals too. A second signal ends the process at once. */
  listenForSignals(): void;
  /**
   * Call it when the command has ended and cleaned up. If a signal ended the command, the process then ends
   * by that signal, which also ends a loop in a shell. If the signal does not end it, as in process 1 of a
   * container, returns the equivalent exit status.
   */
  stop(): number | undefined;
}

/** Aborts an `AbortSignal` on signals, and when the reader of the output has gone. */
export function createInterrupts(): Interrupts {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;

  function receive(signal: NodeJS.Signals): void {
    received = signal;
    stopListening();
    controller.abort();
  }

  function receiveOutputError({ code = "", message }: NodeJS.ErrnoException): void {
    if (code === TERMINAL_GONE) receive("SIGHUP");
    controller.abort();
    if (code === TERMINAL_GONE || code === READER_GONE) return;
    process.once("exit", () => {
      process.exitCode = 3;
    });
    process.stderr.write(`svc-status: the output cannot be written: ${message}\n`);
  }

  function stopListening(): void {
    for (const signal of SIGNALS) process.off(signal, receive);
  }

  process.stdout.on("error", receiveOutputError);
  // There is no place left to report the error.
  process.stderr.on("error", () => controller.abort());
  return {
    signal: controller.signal,
    listenForSignals() {
      for (const signal of SIGNALS) process.on(signal, receive);
    },
    stop() {
      stopListening();
      if (received === undefined) return undefined;
      return endBySignal(received);
    },
  };
}

/** Ends this process by a signal. Process 1 survives it and should exit with the returned status, as in a shell. */
export function endBySignal(signal: NodeJS.Signals): number {
  process.kill(process.pid, signal);
  return 128 + constants.signals[signal];
}
