import { connect } from "node:net";
import type { StatusFunction } from "../core/handler.ts";
import { HOST_AND_PORT } from "../options/hosts.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { PORT } from "../options/rules.ts";
import { closeAfter } from "./support/close-after.ts";
import { define } from "./support/definition.ts";
import { withFailureKind } from "./support/failure.ts";
import { LATENCY, measureLatency, toStatus } from "./support/measure.ts";

/** Limits for a TCP connection. Every option is optional. */
export interface TcpOptions {
  /** YELLOW from this connection time. Default: any time within the handler's deadline is OK. */
  readonly warnLatencyMs?: number;
  /** RED from this connection time. Default: only the handler's deadline counts. */
  readonly maxLatencyMs?: number;
}

/**
 * Checks that a port accepts connections: connects, and closes the connection at once. This proves that the
 * port is open, not that the service behind it works. If the application has a client, check through the
 * client.
 *
 * OK if connected. YELLOW and RED by latency. RED if the connection is refused, the host is unreachable, or
 * the name does not resolve.
 *
 * @param target `host:port`. An IPv6 address is in brackets: `[::1]:25`.
 * @example
 * addStatusHandler("MailRelay", tcp("mail.example.com:25"));
 * @throws TypeError for an invalid target or option.
 */
export function tcp(target: string, options: TcpOptions = {}): StatusFunction {
  expectShape(HOST_AND_PORT, target, "target");
  const [, host = "", digits] = /^\[?(.*?)\]?:(\d+)$/.exec(target) ?? [];
  const port = Number(digits);
  expectShape(PORT, port, "port");
  const limits = readOptions<TcpOptions, TcpOptions>(LATENCY, options);

  return withFailureKind(async function checkTcp({ signal }) {
    const startedAt = performance.now();
    await closeAfter(connect({ host, port }), "connect", signal);
    return toStatus([measureLatency(startedAt, limits)]);
  });
}

define(tcp, {
  title: "TCP",
  target: HOST_AND_PORT,
  options: LATENCY,
});
