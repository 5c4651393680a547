import { MAX_TIMER_MS } from "../../../util/clock.ts";
import { toDurationText } from "../../../util/duration-text.ts";
import type { Numbers } from "../numbers.ts";
import { toAddresses } from "./addresses.ts";

/** Default timeout of a request. */
const SERVER_TIMEOUT_MS = 30_000;

/** A complete haproxy.cfg. */
export function renderHaproxy(numbers: Numbers): string {
  const { probeIntervalMs = 0, probeTimeoutMs = 0, fall, rise, longestRequestMs = 0 } = numbers;
  // The longest time of HAProxy is that of a Node.js timer.
  const timeoutMs = Math.min(Math.max(SERVER_TIMEOUT_MS, longestRequestMs + 5_000), MAX_TIMER_MS);
  const timeout = toDurationText(timeoutMs);
  const servers = toAddresses(numbers).map((address, index) => `  server s${index + 1} ${address}`);
  return `defaults
  mode http
  timeout connect 1s
  timeout client ${timeout}
  timeout server ${timeout}
  timeout check ${toDurationText(probeTimeoutMs)}
  option redispatch

frontend public
  bind :80
  default_backend services

backend services
  option httpchk GET /probe_status
  http-check send-state
  default-server check inter ${toDurationText(probeIntervalMs)} fall ${fall} rise ${rise}
${servers.join("\n")}
`;
}
