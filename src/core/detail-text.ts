import type { Status } from "./status.ts";

/** The detail as text. A handler may report other types, but only JSON shows objects. */
export function toDetailText({ detail }: Status): string {
  const value: unknown = detail;
  if (value === undefined || value === null || typeof value === "object" || typeof value === "function")
    return "";
  return String(value);
}
