/** How a warning is shown. */
export interface WarningOptions {
  /** Its kind, in front of the message. Default: "Warning". */
  readonly type?: string;
  /** A stable name to look it up by. */
  readonly code?: string;
  /** A line below the message. */
  readonly detail?: string;
}

/** The part of `process` that is needed here. Browsers and some workers have none. */
interface Runtime {
  readonly process?: { emitWarning?(message: string, options: WarningOptions): void };
}

/** Shows a warning where Node.js, Bun and Deno show theirs: for developers who have set no logger. Never throws. */
export function emitWarning(message: string, options: WarningOptions): void {
  try {
    (globalThis as Runtime).process?.emitWarning?.(message, options);
  } catch {
    // A warning that cannot be emitted must not fail a request.
  }
}
