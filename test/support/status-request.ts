import type { StatusRequest } from "../../src/http/message.ts";

interface RequestParts {
  readonly method?: string;
  readonly target?: string;
  /** By their lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly remoteAddress?: string | undefined;
}

/** A request without a socket: `GET /svc_status` from this machine, unless it says otherwise. */
export function createStatusRequest(parts: RequestParts = {}): StatusRequest {
  const { method = "GET", target = "/svc_status", headers = {} } = parts;
  return {
    method,
    target,
    remoteAddress: "remoteAddress" in parts ? parts.remoteAddress : "127.0.0.1",
    header: (name) => headers[name],
    raw: undefined,
  };
}
