import type { StatusRequest } from "../http/message.ts";
import { replaceControlCharacters } from "../util/text.ts";

const MAX_LABEL_LENGTH = 100;

/** Uses the address without the port, because the port changes with each connection. */
export function toProberId(request: StatusRequest): string {
  return `${request.remoteAddress ?? ""} ${request.header("user-agent") ?? ""}`;
}

export function toLabel(request: StatusRequest): string {
  // HAProxy identifies itself only with `http-check send-state`. By default, it sends no User-Agent.
  const isHaproxy = request.header("x-haproxy-server-state") !== undefined;
  const product = request.header("user-agent")?.split(/[\s/]/, 1)[0] ?? "";
  const label = isHaproxy ? "HAProxy" : product || request.remoteAddress || "unknown";
  return replaceControlCharacters(label.slice(0, MAX_LABEL_LENGTH));
}

const KUBELET = /^kube-probe\//;

export function isFromKubelet(request: StatusRequest): boolean {
  return KUBELET.test(request.header("user-agent") ?? "");
}
