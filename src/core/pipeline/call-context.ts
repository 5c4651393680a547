import type { HandlerContext } from "../handler.ts";

/**
 * What a handler is told in one call. Most handlers never look at their signal, and making one costs more than calling
 * them: it is made when it is looked at. A class, because that is one small object for each call.
 */
export class CallContext implements HandlerContext {
  readonly name: string;
  #controller: AbortController | undefined;
  #abortReason: DOMException | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    return this.#controller.signal;
  }

  /** Not a method that the handler would see. */
  static abort(context: CallContext, reason: DOMException): void {
    context.#abortReason = reason;
    context.#controller?.abort(reason);
  }
}
