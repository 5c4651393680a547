// On the request itself, so that it is known as long as the request lives, and to every copy of this package.
const OWN = Symbol.for("svc-status: a view answers this request");

/** Marks a request of a server as answered by a view: it is not one of the application's own. */
export function markOwn(request: object | undefined): void {
  if (request !== undefined) Reflect.set(request, OWN, true);
}

/** Whether a view answers this request, whatever its path looked like by the time that the view saw it. */
export function isOwn(request: object): boolean {
  return Reflect.get(request, OWN) === true;
}
