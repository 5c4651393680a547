import type { Status } from "./status.ts";

/** The detail as text. A handler may have put something else there: objects are shown in JSON only. */
export function toDetailText({ detail }: Status): string {
  const value: unknown = detail;
  if (value === undefined || value === null || typeof value === "object" || typeof value === "function")
    return "";
  return String(value);
}
