import { constants } from "node:os";

export interface SuspensionOptions {
  /** Called before the process is stopped: restores the terminal. */
  readonly suspend: () => void;
  /** Called when the process continues. */
  readonly resume: () => void;
}

/** Windows does not have SIGTSTP. */
const CAN_STOP = "SIGTSTP" in constants.signals;

/** Restores the terminal while Ctrl-Z stops the process. @returns a function that removes the listeners. */
export function onSuspension({ suspend, resume }: SuspensionOptions): () => void {
  function stop(): void {
    suspend();
    process.off("SIGTSTP", stop);
    // Without a listener, the signal stops the process here, until a shell continues it. Without a shell, it
    // has no effect.
    process.kill(process.pid, "SIGTSTP");
    process.on("SIGTSTP", stop);
    resume();
  }

  process.on("SIGTSTP", stop);
  return () => void process.off("SIGTSTP", stop);
}

/** Stops all processes of the job, as the terminal does on Ctrl-Z outside raw mode. */
export function stopAll(): void {
  if (CAN_STOP) process.kill(0, "SIGTSTP");
}
