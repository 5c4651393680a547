import { OK, RED } from "../../core/state.ts";
import type { HandlerStatus } from "./service-status.ts";

/** `7 of 9 failing`, or `9 of 9 handlers OK`. A YELLOW handler is not OK, but does not fail. */
export function describeCounts(handlers: readonly HandlerStatus[]): string {
  const bad = handlers.filter(({ state }) => state !== OK);
  if (handlers.length === 0) return "no handlers are registered";
  if (bad.length === 0) return `${handlers.length} of ${handlers.length} handlers OK`;
  const what = bad.every(({ state }) => state === RED) ? "failing" : "not OK";
  return `${bad.length} of ${handlers.length} ${what}`;
}

/** `7 of 9 failing (DatabaseConnection + 6)`: with the name of the first of the worst handlers. */
export function summarize(handlers: readonly HandlerStatus[]): string {
  const bad = handlers.filter(({ state }) => state !== OK);
  const first = bad.find(({ state }) => state === RED) ?? bad[0];
  if (first === undefined) return describeCounts(handlers);
  const others = bad.length === 1 ? "" : ` + ${bad.length - 1}`;
  return `${describeCounts(handlers)} (${first.name}${others})`;
}
