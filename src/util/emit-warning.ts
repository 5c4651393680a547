/** The options of `process.emitWarning()`. */
export interface WarningOptions {
  /** The type, printed before the message. Default: "Warning". */
  readonly type?: string;
  /** A stable identifier that users can search for. */
  readonly code?: string;
  /** An additional line after the message. */
  readonly detail?: string;
}

/** The part of `process` that this module uses. Browsers and some workers have no `process`. */
interface Runtime {
  readonly process?: { emitWarning?(message: string, options: WarningOptions): void };
}

/** Emits a process warning, for developers who have not set a logger. Never throws. */
export function emitWarning(message: string, options: WarningOptions): void {
  try {
    (globalThis as Runtime).process?.emitWarning?.(message, options);
  } catch {
    // A warning that cannot be emitted must not fail a request.
  }
}
