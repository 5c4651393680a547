import { connect } from "node:net";
import type { StatusFunction } from "../core/handler.ts";
import { closeAfter } from "./support/close-after.ts";
import { withFailureKind } from "./support/failure.ts";
import { measureLatency, toStatus } from "./support/measure.ts";
import {
  type Expectations,
  expectAmount,
  expectNonEmptyText,
  expectOptions,
  expectPort,
} from "./support/options.ts";

/** How a TCP port is judged. Every option is optional. */
export interface TcpOptions {
  /** YELLOW when connecting took this long. Left out: time does not matter within the handler's deadline. */
  readonly warnLatencyMs?: number;
  /** RED when connecting took this long. Left out: only the handler's deadline counts. */
  readonly maxLatencyMs?: number;
}

const OPTIONS: Expectations<TcpOptions> = { warnLatencyMs: expectAmount, maxLatencyMs: expectAmount };

/**
 * Asks whether something accepts connections: connects, and closes at once. It proves that a port is open, not
 * that a service works behind it; where the application has a client, ask through the client.
 *
 * OK when connected. YELLOW and RED by latency. RED when refused, unreachable, or the name does not resolve.
 *
 * @param host A name or an address.
 * @example
 * addStatusHandler("MailRelay", tcp("mail.example.com", 25));
 * @throws TypeError for a host, a port or an option that cannot be right.
 */
export function tcp(host: string, port: number, options: TcpOptions = {}): StatusFunction {
  expectNonEmptyText("host", host);
  expectPort("port", port);
  expectOptions(options, OPTIONS);
  const limits = { ...options };

  return withFailureKind(async function askTcp({ signal }) {
    const startedAt = performance.now();
    await closeAfter(connect({ host, port }), "connect", signal);
    return toStatus([measureLatency(startedAt, limits)]);
  });
}
