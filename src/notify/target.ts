import { findRefusal, isHttpStatus } from "../core/refusal.ts";
import { describeError } from "../util/describe-error.ts";
import type { StatusNotification } from "./notification.ts";

export type Send = (notification: StatusNotification, context: { readonly signal: AbortSignal }) => unknown;

/** The receiver of notifications. */
export interface DeliveryTarget {
  /** The name in logs. */
  readonly label: string;
  /** Makes one attempt. Resolves with the failure, if any. Never rejects. */
  attempt(notification: StatusNotification, signal: AbortSignal): Promise<Failure | undefined>;
}

export interface Failure {
  readonly why: string;
  /** `true`: a retry would fail too. */
  readonly isFinal: boolean;
  /** The `Retry-After` header, if any. */
  readonly retryAfter?: string | undefined;
}

/** The part of a `fetch` response that this module reads. */
interface AnyResponse {
  readonly status: number;
  readonly headers?: { get?(name: string): string | null };
  readonly body?: { cancel?(): Promise<void> } | null;
}

/** Failures that may be temporary: 429 and all status codes from 500. */
const TOO_MANY_REQUESTS = 429;

export function createTarget(send: Send): DeliveryTarget {
  return {
    label: "send",
    async attempt(notification, signal) {
      try {
        const answer: unknown = await send(notification, { signal });
        return isResponse(answer) ? judge(answer) : judgeResult(answer);
      } catch (error) {
        return { why: describeError(error), isFinal: false };
      }
    },
  };
}

function isResponse(value: unknown): value is AnyResponse {
  return isHttpStatus((value as { status?: unknown } | null | undefined)?.status);
}

/** Detects failures in the result, such as Slack's `{ ok: false }`, which comes with a 200. */
function judgeResult(result: unknown): Failure | undefined {
  const refusal = findRefusal(result);
  return refusal === undefined ? undefined : { why: `send returned ${refusal}`, isFinal: false };
}

function judge(response: AnyResponse): Failure | undefined {
  const { status, headers } = response;
  void discardBody(response);
  if (status >= 200 && status <= 299) return undefined;
  const redirect = status >= 300 && status <= 399 ? ", and redirects are not followed" : "";
  return {
    why: `answered ${status}${redirect}`,
    isFinal: status < 500 && status !== TOO_MANY_REQUESTS,
    retryAfter: headers?.get?.("retry-after") ?? undefined,
  };
}

/** Discards the body, because an unread response holds its connection. */
async function discardBody({ body }: AnyResponse): Promise<void> {
  try {
    await body?.cancel?.();
  } catch {
    // `send` has read it.
  }
}
