import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { withFailureKind } from "./support/failure.ts";
import { formatCount, type Measure, measureLatency, measureRising, toStatus } from "./support/measure.ts";
import { type Expectations, expectCount, expectOptions } from "./support/options.ts";

/** A connection of `nats` or `@nats-io/transport-node`. */
export interface NatsConnection {
  rtt(): Promise<number>;
}

/** A consumer of JetStream. */
export interface NatsConsumer {
  info(): Promise<{ readonly num_pending: number }>;
}

/** What is asked beside the round trip. Every option is optional. */
export interface NatsOptions {
  /** A consumer of JetStream whose undelivered messages count. Left out: only the round trip. */
  readonly consumer?: NatsConsumer;
  /** YELLOW from so many undelivered messages. Needs `consumer`. Left out: any number will do. */
  readonly warnPending?: number;
  /** RED from so many undelivered messages. Needs `consumer`. Left out: any number will do. */
  readonly maxPending?: number;
}

const OPTIONS: Expectations<NatsOptions> = {
  consumer: (option, value) => expectMethods(option, value, ["info"]),
  warnPending: expectCount,
  maxPending: expectCount,
};

/**
 * Asks a NATS server over the connection that the application has: `PING`, answered with `PONG`.
 *
 * YELLOW and RED by the limits; RED when the connection is lost or closed.
 *
 * @param connection A connection of `nats` or `@nats-io/transport-node`.
 * @example
 * addStatusHandler("Messages", nats(connection));
 * @throws TypeError for a connection or an option that cannot be right.
 */
export function nats(connection: NatsConnection, options: NatsOptions = {}): StatusFunction {
  expectMethods("connection", connection, ["rtt"]);
  expectOptions(options, OPTIONS);
  const { consumer, warnPending, maxPending } = options;
  if ((warnPending ?? maxPending) !== undefined && consumer === undefined)
    throw new TypeError("consumer: expected a consumer, because its pending messages are limited");

  return withFailureKind(async function askNats() {
    const startedAt = performance.now();
    await connection.rtt();
    const measures: Measure[] = [measureLatency(startedAt)];
    if (consumer !== undefined) {
      const value = (await consumer.info()).num_pending;
      const limits = { warn: warnPending, max: maxPending };
      measures.push(
        measureRising({ what: "pending", label: "pending", value, format: formatCount, ...limits }),
      );
    }
    return toStatus(measures);
  });
}
