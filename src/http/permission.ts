import { settleWithin } from "../util/settle-within.ts";
import { isThenable } from "../util/thenable.ts";
import type { StatusRequest } from "./message.ts";

/** A question to the application about a request. Only `true` is a yes. */
export type Permission = (request: StatusRequest) => boolean | Promise<boolean>;

/** The longest that the application may think about a request. After it the answer is 500, or no details. */
export const PERMISSION_TIMEOUT_MS = 5_000;

/** Rejects with what the application threw, and when it has not answered in time. */
export async function isPermitted(permission: Permission, request: StatusRequest): Promise<boolean> {
  const answer: unknown = permission(request);
  if (!isThenable(answer)) return answer === true;
  return (await settleWithin(Promise.resolve(answer), PERMISSION_TIMEOUT_MS)) === true;
}
