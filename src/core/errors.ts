/** The error for a handler name that is not registered. */
export class UnknownHandlerError extends Error {
  readonly code = "ERR_UNKNOWN_HANDLER";
  /** The name that is not registered. */
  readonly handlerName: string;

  /** Recognizes the errors of all copies of the package and of all realms in a process, by their code. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass must check its own instances
    if (this !== UnknownHandlerError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return (value as Partial<UnknownHandlerError> | null | undefined)?.code === "ERR_UNKNOWN_HANDLER";
  }

  constructor(handlerName: string) {
    super(`no status handler is registered as ${JSON.stringify(handlerName)}`);
    this.name = "UnknownHandlerError";
    this.handlerName = handlerName;
  }
}
