import { onAbort } from "../../util/abort.ts";

/** Resolves with true when `work` has ended, or with false when the signal aborts first. Rejects as `work` does. */
export function endedBefore(signal: AbortSignal, work: PromiseLike<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(false);
    const stop = onAbort(signal, () => resolve(false));
    work.then(
      () => {
        stop();
        resolve(true);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}
