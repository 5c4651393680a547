import { constants } from "node:os";

/** What ends a command from outside. */
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The reader of our output has gone. That is no failure: there is nobody left to tell. */
const READER_GONE = "EPIPE";

/** The terminal has gone, which is what SIGHUP says. Not every process of it gets that. */
const TERMINAL_GONE = "EIO";

/** How the process is told to end. */
export interface Interrupts {
  /** Aborted when the command has to end. */
  readonly signal: AbortSignal;
  /** From now on signals count too. A second one ends the process at once. */
  listenForSignals(): void;
  /**
   * To be called when the command has ended and cleaned up. If it was a signal that ended it, the process now ends by
   * that signal, and a shell's loop with it. Where it does not, as process 1 of a container, the exit status that
   * comes back says the same.
   */
  stop(): number | undefined;
}

/** Turns signals, and output that nobody reads, into an `AbortSignal`. */
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
  // Nowhere is left to tell it.
  process.stderr.on("error", () => controller.abort());
  return {
    signal: controller.signal,
    listenForSignals() {
      for (const signal of SIGNALS) process.on(signal, receive);
    },
    stop() {
      stopListening();
      if (received === undefined) return undefined;
      process.kill(process.pid, received);
      return 128 + constants.signals[received];
    },
  };
}
