import { settleWithin } from "../util/settle-within.ts";
import { isThenable } from "../util/thenable.ts";
import type { StatusRequest } from "./message.ts";

/** The application's function that decides on a request. Only `true` permits it. */
export type Permission = (request: StatusRequest) => boolean | Promise<boolean>;

/** Timeout for a decision. After it, the response is 500, or has no details. */
export const PERMISSION_TIMEOUT_MS = 5_000;

/** Rejects with the application's error, or after the timeout. */
export async function isPermitted(permission: Permission, request: StatusRequest): Promise<boolean> {
  return (await callApplication(permission, request)) === true;
}

/** The decision of the application's function, of any type. Rejects as `isPermitted` does. */
export async function callApplication(
  decide: (request: StatusRequest) => unknown,
  request: StatusRequest,
): Promise<unknown> {
  const answer = decide(request);
  return isThenable(answer) ? settleWithin(Promise.resolve(answer), PERMISSION_TIMEOUT_MS) : answer;
}
