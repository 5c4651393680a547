import { shareAmongCopies } from "../util/copies.ts";
import type { StatusHandler } from "./handler.ts";
import type { HandlerOptions } from "./handler-options.ts";
import { createStatusRegistry, type ReportOptions, type StatusRegistry } from "./registry/registry.ts";
import type { WaitOptions } from "./registry/wait.ts";
import type { Report } from "./report.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";

/** The registry that the free functions and the adapters use by default: one for all copies of the package in a process. */
export const defaultRegistry: StatusRegistry = shareAmongCopies("registry", () => createStatusRegistry());

/**
 * Registers a status handler in the default registry, or replaces the one of this name.
 *
 * @param name Non-empty, at most 200 characters, no control characters.
 * @param handler A function, or an object with a `status` method, that returns or resolves a status.
 * @example
 * addStatusHandler("DatabaseConnection", check(() => pool.query("SELECT 1")), { timeoutMs: 2_000 });
 * @throws TypeError for a name, a handler or an option that cannot be right; nothing is registered then.
 */
export function addStatusHandler(name: string, handler: StatusHandler, options?: HandlerOptions): void {
  defaultRegistry.addStatusHandler(name, handler, options);
}

/** Removes a handler from the default registry and aborts its run. `false` when there was none. */
export function removeStatusHandler(name: string): boolean {
  return defaultRegistry.removeStatusHandler(name);
}

/** Asks one handler of the default registry. Rejects with UnknownHandlerError. */
export function getStatus(name: string): Promise<Status> {
  return defaultRegistry.getStatus(name);
}

/** Asks one handler of the default registry whether it reports this state. Rejects with UnknownHandlerError. */
export function isInState(name: string, state: State): Promise<boolean> {
  return defaultRegistry.isInState(name, state);
}

/**
 * Asks one handler of the default registry until it reports this state.
 *
 * @returns `true` once it does, `false` when `timeoutMs` has passed before that.
 * Rejects with `signal.reason` when the signal is aborted.
 */
export function waitForStatus(name: string, state: State, options?: WaitOptions): Promise<boolean> {
  return defaultRegistry.waitForStatus(name, state, options);
}

/** Asks the handlers of the default registry, side by side. Rejects with UnknownHandlerError. */
export function getReport(options?: ReportOptions): Promise<Report> {
  return defaultRegistry.getReport(options);
}
