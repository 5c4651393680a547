import { createResponse, type StatusResponse } from "../http/message.ts";
import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";

/** What is asked. */
export interface FakeRequest {
  /** @default "GET" */
  readonly method?: string;
  /** By lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The peer's address.
   * @default "127.0.0.1"
   */
  readonly remoteAddress?: string;
  /** The framework's request, where the application's own functions look at it. */
  readonly raw?: unknown;
}

/** Asks the views; 404 for a path that is not theirs. */
export type Ask = (target: string, request?: FakeRequest) => Promise<StatusResponse>;

/**
 * The views with these options, to be asked without a socket.
 *
 * @example
 * const ask = createAsk({ registry });
 * const { status, body } = await ask("/svc_status.json");
 * @throws TypeError for a mistake in the options.
 */
export function createAsk(options?: ServiceStatusOptions): Ask {
  const answerStatusRequest = createStatusService(options);
  return async function ask(target, { method = "GET", headers = {}, remoteAddress = "127.0.0.1", raw } = {}) {
    const header = (name: string): string | undefined => headers[name];
    const answer = await answerStatusRequest({ method, target, remoteAddress, header, raw });
    return answer ?? createResponse({ status: 404, body: "not found\n" });
  };
}
