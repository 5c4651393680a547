import { constants } from "node:os";

export interface SuspensionOptions {
  /** Called before the process is stopped: gives the terminal back. */
  readonly suspend: () => void;
  /** Called when the process goes on. */
  readonly resume: () => void;
}

/** Windows does not know it. */
const CAN_STOP = "SIGTSTP" in constants.signals;

/** Looks after the terminal while Ctrl-Z stops the process. @returns a function that ends this. */
export function onSuspension({ suspend, resume }: SuspensionOptions): () => void {
  function stop(): void {
    suspend();
    process.off("SIGTSTP", stop);
    // Without a listener it stops the process, here, until a shell lets it go on; and not at all where there is none.
    process.kill(process.pid, "SIGTSTP");
    process.on("SIGTSTP", stop);
    resume();
  }

  process.on("SIGTSTP", stop);
  return () => void process.off("SIGTSTP", stop);
}

/** What the terminal does at Ctrl-Z, unless it is in raw mode: stops everything that was started together. */
export function stopAll(): void {
  if (CAN_STOP) process.kill(0, "SIGTSTP");
}
