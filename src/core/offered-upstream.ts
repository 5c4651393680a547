import type { StatusHandler } from "./handler.ts";
import type { ResolvedHandlerOptions } from "./handler-options.ts";

/** A registered symbol, so that all copies of the package in a process understand it. */
const UPSTREAM: unique symbol = Symbol.for("svc-status.upstream");

/** Sets the upstream that a ready-made check has if its registration names none. Returns the same handler. */
export function offerUpstream<Handler extends StatusHandler>(handler: Handler, upstream: string): Handler {
  return Object.defineProperty(handler, UPSTREAM, { value: upstream });
}

export function withOfferedUpstream(
  options: ResolvedHandlerOptions,
  handler: StatusHandler,
): ResolvedHandlerOptions {
  const offered = (handler as { readonly [UPSTREAM]?: string })[UPSTREAM];
  if (offered === undefined || options.info.upstream !== undefined) return options;
  return { ...options, info: { ...options.info, upstream: offered } };
}
