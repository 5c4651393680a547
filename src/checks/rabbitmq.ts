import type { StatusFunction } from "../core/handler.ts";
import { expectMethods, failExpectation } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { COUNT, LINE } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { CheckError, type FailureKind, withFailureKind } from "./support/failure.ts";
import {
  formatCount,
  type Measure,
  measureFalling,
  measureLatency,
  measureRising,
  toStatus,
} from "./support/measure.ts";

/** A channel of amqplib. */
export interface RabbitmqChannel {
  checkQueue(queue: string): Promise<{ readonly messageCount: number; readonly consumerCount: number }>;
  close(): Promise<unknown>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** A connection of amqplib. */
export interface RabbitmqConnection {
  createChannel(): Promise<RabbitmqChannel>;
}

/** Checks in addition to the round trip. Every option is optional. */
export interface RabbitmqOptions {
  /** A queue that must exist, and whose messages are counted. Default: only the round trip is checked. */
  readonly queue?: string;
  /**
   * YELLOW from this number of messages that are ready and not delivered. Needs `queue`. Default: any number
   * is OK.
   */
  readonly warnMessages?: number;
  /** RED from this number of messages. Needs `queue`. Default: any number is OK. */
  readonly maxMessages?: number;
  /** RED if the queue has fewer consumers. Needs `queue`. Default: any number is OK. */
  readonly minConsumers?: number;
}

// Reply codes of AMQP whose texts do not show the kind of failure.
const KIND_BY_CODE: Readonly<Record<number, FailureKind>> = {
  403: "authentication", // ACCESS_REFUSED
  404: "wrong answer", // NOT_FOUND: the queue does not exist
};

const OPTIONS: OptionShapes<RabbitmqOptions, RabbitmqOptions> = {
  queue: LINE,
  warnMessages: COUNT,
  maxMessages: COUNT,
  minConsumers: COUNT,
};

/**
 * Checks a RabbitMQ server over the application's connection: opens a channel, checks the queue passively,
 * and closes the channel. It opens its own channel, because the server closes a channel that checks a missing
 * queue. It declares no queue.
 *
 * YELLOW and RED by the limits; RED if the connection is closed or the queue is missing.
 *
 * @param connection A connection of amqplib, or a function that returns the current one if the application
 * reconnects.
 * @example
 * addStatusHandler("Broker", rabbitmq(connection, { queue: "orders", warnMessages: 1_000, minConsumers: 1 }));
 * @throws TypeError for an invalid connection or option.
 */
export function rabbitmq(
  connection: RabbitmqConnection | (() => RabbitmqConnection | undefined),
  options: RabbitmqOptions = {},
): StatusFunction {
  if (typeof connection !== "function") expectMethods("connection", connection, ["createChannel"]);
  const { queue, warnMessages, maxMessages, minConsumers } = readOptions(OPTIONS, options);
  if (queue === undefined && Object.values(options).some((value) => value !== undefined))
    failExpectation("queue", "a name, because its messages or consumers are limited", queue);

  return withFailureKind(async function checkRabbitmq() {
    const startedAt = performance.now();
    const present = typeof connection === "function" ? connection() : connection;
    if (present === undefined) throw new CheckError("closed", "the application has no connection");
    const found = await useChannel(await present.createChannel(), queue);
    const measures: Measure[] = [measureLatency(startedAt)];
    if (found !== undefined) {
      const { messageCount, consumerCount } = found;
      measures.push(
        measureRising({
          what: "messages",
          label: "messages",
          value: messageCount,
          format: formatCount,
          warn: warnMessages,
          max: maxMessages,
        }),
        measureFalling({
          what: "consumers",
          label: "consumers",
          value: consumerCount,
          format: formatCount,
          warn: undefined,
          min: minConsumers,
        }),
      );
    }
    return toStatus(measures);
  });
}

/** Checks the queue, if one is set, and closes the channel. */
async function useChannel(channel: RabbitmqChannel, queue: string | undefined) {
  // Without a listener, the error of the call below, which rejects with it, would also end the process.
  channel.on("error", () => {});
  try {
    return queue === undefined ? undefined : await channel.checkQueue(queue);
  } catch (error) {
    throw toError(error);
  } finally {
    await closeQuietly(channel);
  }
}

function toError(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const kind = KIND_BY_CODE[Number(code)];
  return kind === undefined ? error : new CheckError(kind, String(message));
}

/** The server may already have closed the channel. */
async function closeQuietly(channel: RabbitmqChannel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // Already closed.
  }
}
