/**
 * Describes a result that reports a failure without an error: `false`, `{ ok: false }` as in a `Response`, or
 * `{ success: false }`. The text contains only fixed words and a number: results may contain anything.
 */
export function findRefusal(result: unknown): string | undefined {
  if (result === false) return "false";
  if (typeof result !== "object" || result === null) return undefined;
  const { ok, success, status } = result as Readonly<Record<"ok" | "success" | "status", unknown>>;
  if (ok === false) return isHttpStatus(status) && !isSuccess(status) ? `HTTP status ${status}` : "ok: false";
  return success === false ? "success: false" : undefined;
}

export function isHttpStatus(status: unknown): status is number {
  return typeof status === "number" && Number.isInteger(status) && status >= 100 && status <= 599;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}
