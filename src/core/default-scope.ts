import type { StatusHandler } from "./handler.ts";
import type { Scope } from "./handler-options.ts";

/** A registered symbol, so that all copies of the package in a process understand it. */
const DEFAULT_SCOPE: unique symbol = Symbol.for("svc-status.defaultScope");

/** Sets the scope that a ready-made check has if its registration names none. Returns the same handler. */
export function withDefaultScope<Handler extends StatusHandler>(handler: Handler, scope: Scope): Handler {
  return Object.defineProperty(handler, DEFAULT_SCOPE, { value: scope });
}

export function getDefaultScope(handler: StatusHandler): Scope {
  return (handler as { readonly [DEFAULT_SCOPE]?: Scope })[DEFAULT_SCOPE] ?? "shared";
}
