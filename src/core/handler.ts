import type { Status } from "./status.ts";

/** The argument of a status handler. */
export interface HandlerContext {
  /** The name under which it is registered. */
  readonly name: string;
  /**
   * Aborts at the deadline or when the handler is removed. Pass it to every operation that can be canceled.
   */
  readonly signal: AbortSignal;
}

/** The function form of a status handler. */
export type StatusFunction = (context: HandlerContext) => Status | Promise<Status>;

/** The class form: any object with a `status` method. */
export interface StatusProvider {
  status(context: HandlerContext): Status | Promise<Status>;
}

/** A named check, registered once and run repeatedly. */
export type StatusHandler = StatusFunction | StatusProvider;

/** Whether it has a `status` method. A function may have one too, as a heartbeat does, which is then used. */
export function isProvider(handler: object): handler is StatusProvider {
  return typeof (handler as { status?: unknown }).status === "function";
}
