/** Whether this is an error of any realm: test runners and `node:vm` have their own `Error`. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}
