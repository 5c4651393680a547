import { onAbort } from "./abort.ts";

/** Runs `run` with a signal that aborts at the deadline, with the reason of `toReason`, or with `signal`. */
export async function runWithin<Value>(
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<Value>,
  toReason?: () => Error,
): Promise<Value> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(toReason?.()), timeoutMs);
  const abort = () => controller.abort(signal.reason);
  const stopListening = onAbort(signal, abort);
  if (signal.aborted) abort();
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}
