import type { Status } from "./status.ts";

/** What a status handler is told when it is asked. */
export interface HandlerContext {
  /** The name under which it is registered. */
  readonly name: string;
  /** Aborted when the deadline has passed or the handler was removed. Hand it to whatever can be cancelled. */
  readonly signal: AbortSignal;
}

/** The function form of a status handler. */
export type StatusFunction = (context: HandlerContext) => Status | Promise<Status>;

/** The class form: any object with a `status` method. */
export interface StatusProvider {
  status(context: HandlerContext): Status | Promise<Status>;
}

/** A named check, registered once, asked again and again. */
export type StatusHandler = StatusFunction | StatusProvider;

/** Whether it has a `status` method. A function may have one too, as a heartbeat does: then that one is asked. */
export function isProvider(handler: object): handler is StatusProvider {
  return typeof (handler as { status?: unknown }).status === "function";
}
