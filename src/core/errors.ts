/** Thrown, or rejected with, where a handler is asked for by a name that is not registered. */
export class UnknownHandlerError extends Error {
  readonly code = "ERR_UNKNOWN_HANDLER";
  /** The name that is not registered. */
  readonly handlerName: string;

  /** The same for every copy of the package in a process: by what it is, not by which copy made it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass is asked about itself
    if (this !== UnknownHandlerError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof Error && (value as Partial<UnknownHandlerError>).code === "ERR_UNKNOWN_HANDLER";
  }

  constructor(handlerName: string) {
    super(`no status handler is registered as ${JSON.stringify(handlerName)}`);
    this.name = "UnknownHandlerError";
    this.handlerName = handlerName;
  }
}
