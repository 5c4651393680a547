// Stored on the request itself, so that it lives as long as the request and every copy of this package can
// read it.
const OWN = Symbol.for("svc-status: a view answers this request");

/** Marks a server request as answered by a view, so that it does not count as the application's traffic. */
export function markOwn(request: object | undefined): void {
  if (request !== undefined) Reflect.set(request, OWN, true);
}

/** Whether a view answers this request, even if a router has rewritten its path. */
export function isOwn(request: object): boolean {
  return Reflect.get(request, OWN) === true;
}
