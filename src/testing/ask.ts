import { createResponse, type StatusResponse } from "../http/message.ts";
import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";

/** The parts of a fake request. All are optional. */
export interface FakeRequest {
  /** @default "GET" */
  readonly method?: string;
  /** Headers by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The peer's address.
   * @default "127.0.0.1"
   */
  readonly remoteAddress?: string;
  /** The framework's request, for application functions that read it. */
  readonly raw?: unknown;
}

/** Sends a request to the views. Resolves with 404 for other paths. */
export type Ask = (target: string, request?: FakeRequest) => Promise<StatusResponse>;

/**
 * Creates the views with these options and calls them without a socket.
 *
 * @example
 * const ask = createAsk({ registry });
 * const { status, body } = await ask("/svc_status.json");
 * @throws TypeError for invalid options.
 */
export function createAsk(options?: ServiceStatusOptions): Ask {
  const answerStatusRequest = createStatusService(options);
  return async function ask(target, { method = "GET", headers = {}, remoteAddress = "127.0.0.1", raw } = {}) {
    const header = (name: string): string | undefined => headers[name];
    const answer = await answerStatusRequest({ method, target, remoteAddress, header, raw });
    return answer ?? createResponse({ status: 404, body: "not found\n" });
  };
}
