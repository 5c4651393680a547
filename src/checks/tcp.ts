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

/** Limits for a TCP connection. Every option is optional. */
export interface TcpOptions {
  /** YELLOW from this connection time. Default: any time within the handler's deadline is OK. */
  readonly warnLatencyMs?: number;
  /** RED from this connection time. Default: only the handler's deadline counts. */
  readonly maxLatencyMs?: number;
}

const OPTIONS: Expectations<TcpOptions> = { warnLatencyMs: expectAmount, maxLatencyMs: expectAmount };

/**
 * Checks that a port accepts connections: connects, and closes the connection at once. This proves that the
 * port is open, not that the service behind it works. If the application has a client, check through the
 * client.
 *
 * OK if connected. YELLOW and RED by latency. RED if the connection is refused, the host is unreachable, or
 * the name does not resolve.
 *
 * @param host A name or an address.
 * @example
 * addStatusHandler("MailRelay", tcp("mail.example.com", 25));
 * @throws TypeError for an invalid host, port or option.
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
