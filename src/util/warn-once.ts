import { emitWarning } from "./emit-warning.ts";
import { toPrintable } from "./printable.ts";

/** Maximum number of kinds of trouble that become a process warning. */
export const MAX_WARNED_KINDS = 100;

// For the whole process: many instances with the same trouble warn once.
const warned = new Set<string>();

/** Emits a process warning for the first trouble of each kind. Call it only if there is no logger. */
export function warnOnce(kind: string, message: string): void {
  if (warned.has(kind) || warned.size >= MAX_WARNED_KINDS) return;
  warned.add(kind);
  emitWarning(toPrintable(message), {
    type: "SvcStatusWarning",
    detail: "Shown once. Set a logger to see all failures.",
  });
}
