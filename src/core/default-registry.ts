import { shareAmongCopies } from "../util/copies.ts";
import type { StatusHandler } from "./handler.ts";
import type { HandlerOptions } from "./handler-options.ts";
import { createStatusRegistry, type StatusRegistry } from "./registry/registry.ts";
import type { ReportOptions } from "./registry/reports.ts";
import type { WaitOptions } from "./registry/wait.ts";
import type { Report } from "./report.ts";
import type { State } from "./state.ts";
import type { Status } from "./status.ts";

/**
 * The registry that the free functions and the adapters use by default. All copies of the package in a
 * process share it.
 */
export const defaultRegistry: StatusRegistry = shareAmongCopies("registry", () => createStatusRegistry());

/**
 * Registers a status handler in the default registry, or replaces the handler with this name.
 *
 * @param name Non-empty, at most 200 characters, no control characters.
 * @param handler A function, or an object with a `status` method, that returns or resolves a status.
 * @example
 * addStatusHandler("DatabaseConnection", check(() => pool.query("SELECT 1")), { timeoutMs: 2_000 });
 * @throws TypeError for an invalid name, handler or option; nothing is registered then.
 */
export function addStatusHandler(name: string, handler: StatusHandler, options?: HandlerOptions): void {
  defaultRegistry.addStatusHandler(name, handler, options);
}

/** Removes a handler from the default registry and aborts its run. Returns `false` if there was none. */
export function removeStatusHandler(name: string): boolean {
  return defaultRegistry.removeStatusHandler(name);
}

/** Gets the status of one handler of the default registry. Rejects with UnknownHandlerError. */
export function getStatus(name: string): Promise<Status> {
  return defaultRegistry.getStatus(name);
}

/** Whether one handler of the default registry reports this state. Rejects with UnknownHandlerError. */
export function isInState(name: string, state: State): Promise<boolean> {
  return defaultRegistry.isInState(name, state);
}

/**
 * Waits until one handler of the default registry reports this state.
 *
 * @returns `true` when it does, `false` if `timeoutMs` passes first.
 * Rejects with `signal.reason` when the signal aborts.
 */
export function waitForStatus(name: string, state: State, options?: WaitOptions): Promise<boolean> {
  return defaultRegistry.waitForStatus(name, state, options);
}

/** Runs the handlers of the default registry concurrently. Rejects with UnknownHandlerError. */
export function getReport(options?: ReportOptions): Promise<Report> {
  return defaultRegistry.getReport(options);
}
