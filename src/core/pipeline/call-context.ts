import type { HandlerContext } from "../handler.ts";

/**
 * The argument of one handler call. Most handlers never read their signal, and creating one costs more than
 * the call, so it is created on first access. A class, because each call then needs only one small object.
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

  /** Static, so that the handler does not see it. */
  static abort(context: CallContext, reason: DOMException): void {
    context.#abortReason = reason;
    context.#controller?.abort(reason);
  }
}
