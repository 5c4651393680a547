import type { StatusFunction } from "../core/handler.ts";
import { expectMethods } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { COUNT, methods } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { withFailureKind } from "./support/failure.ts";
import { formatCount, type Measure, measureLatency, measureRising, toStatus } from "./support/measure.ts";

/** A connection of `nats` or `@nats-io/transport-node`. */
export interface NatsConnection {
  rtt(): Promise<number>;
}

/** A JetStream consumer. */
export interface NatsConsumer {
  info(): Promise<{ readonly num_pending: number }>;
}

/** Checks in addition to the round trip. Every option is optional. */
export interface NatsOptions {
  /** A JetStream consumer whose undelivered messages count. Default: only the round trip is checked. */
  readonly consumer?: NatsConsumer;
  /** YELLOW from this number of undelivered messages. Needs `consumer`. Default: any number is OK. */
  readonly warnPending?: number;
  /** RED from this number of undelivered messages. Needs `consumer`. Default: any number is OK. */
  readonly maxPending?: number;
}

const OPTIONS: OptionShapes<NatsOptions, NatsOptions> = {
  consumer: methods("info"),
  warnPending: COUNT,
  maxPending: COUNT,
};

/**
 * Sends `PING` to a NATS server over the application's connection, and waits for `PONG`.
 *
 * YELLOW and RED by the limits; RED if the connection is lost or closed.
 *
 * @param connection A connection of `nats` or `@nats-io/transport-node`.
 * @example
 * addStatusHandler("Messages", nats(connection));
 * @throws TypeError for an invalid connection or option.
 */
export function nats(connection: NatsConnection, options: NatsOptions = {}): StatusFunction {
  expectMethods("connection", connection, ["rtt"]);
  const { consumer, warnPending, maxPending } = readOptions(OPTIONS, options);
  if ((warnPending ?? maxPending) !== undefined && consumer === undefined)
    throw new TypeError("consumer: expected a consumer, because its pending messages are limited");

  return withFailureKind(async function checkNats() {
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
