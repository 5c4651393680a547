import tty from "node:tty";
import type { ResolvedDrainOptions } from "./options.ts";

/** `tsx watch` kills a process five seconds after the signal, and a developer waits for each restart. */
const MAX_CLOSE_MS = 1_000;
const MAX_HOOKS_MS = 3_000;
const MAX_DEADLINE_MS = 4_500;

/** Whether a developer started this process: stdin or stdout is a terminal. */
export function isInTerminal(): boolean {
  // `process.stdin` would open the stream.
  return tty.isatty(0) || tty.isatty(1);
}

/** In development, requests and hooks get little time. */
export function toDevelopmentOptions(options: ResolvedDrainOptions): ResolvedDrainOptions {
  const { closeTimeoutMs = MAX_CLOSE_MS, hooksTimeoutMs, deadlineMs } = options;
  return {
    ...options,
    capMs: 0,
    closeTimeoutMs: Math.min(closeTimeoutMs, MAX_CLOSE_MS),
    hooksTimeoutMs: Math.min(hooksTimeoutMs, MAX_HOOKS_MS),
    deadlineMs: Math.min(deadlineMs, MAX_DEADLINE_MS),
  };
}
