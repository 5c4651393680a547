/** Thrown, or rejected with, where a handler is asked for by a name that is not registered. */
export class UnknownHandlerError extends Error {
  readonly code = "ERR_UNKNOWN_HANDLER";
  /** The name that is not registered. */
  readonly handlerName: string;

  constructor(handlerName: string) {
    super(`no status handler is registered as ${JSON.stringify(handlerName)}`);
    this.name = "UnknownHandlerError";
    this.handlerName = handlerName;
  }
}
