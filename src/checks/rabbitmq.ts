import type { StatusFunction } from "../core/handler.ts";
import { expectMethods, failExpectation } from "../options/expect.ts";
import { CheckError, type FailureKind, withFailureKind } from "./support/failure.ts";
import {
  formatCount,
  type Measure,
  measureFalling,
  measureLatency,
  measureRising,
  toStatus,
} from "./support/measure.ts";
import { type Expectations, expectCount, expectNonEmptyText, expectOptions } from "./support/options.ts";

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

/** What is asked beside the round trip. Every option is optional. */
export interface RabbitmqOptions {
  /** A queue that must be there, and whose length counts. Left out: only the round trip. */
  readonly queue?: string;
  /** YELLOW from so many messages that are ready and not delivered. Needs `queue`. Left out: any number will do. */
  readonly warnMessages?: number;
  /** RED from so many messages. Needs `queue`. Left out: any number will do. */
  readonly maxMessages?: number;
  /** RED when the queue has fewer consumers. Needs `queue`. Left out: it may have none. */
  readonly minConsumers?: number;
}

// The reply codes of AMQP whose texts say nothing of the kind.
const KIND_BY_CODE: Readonly<Record<number, FailureKind>> = {
  403: "authentication", // ACCESS_REFUSED
  404: "wrong answer", // NOT_FOUND: there is no such queue
};

const OPTIONS: Expectations<RabbitmqOptions> = {
  queue: expectNonEmptyText,
  warnMessages: expectCount,
  maxMessages: expectCount,
  minConsumers: expectCount,
};

/**
 * Asks a RabbitMQ over the connection that the application has: opens a channel, looks at the queue, and closes the
 * channel. A channel of its own, because the server closes the channel on which a missing queue was asked for. It
 * declares nothing.
 *
 * YELLOW and RED by the limits; RED when the connection is closed or the queue is missing.
 *
 * @param connection A connection of amqplib, or a function that gives the present one where the application makes a
 * new one after a loss.
 * @example
 * addStatusHandler("Broker", rabbitmq(connection, { queue: "orders", warnMessages: 1_000, minConsumers: 1 }));
 * @throws TypeError for a connection or an option that cannot be right.
 */
export function rabbitmq(
  connection: RabbitmqConnection | (() => RabbitmqConnection | undefined),
  options: RabbitmqOptions = {},
): StatusFunction {
  if (typeof connection !== "function") expectMethods("connection", connection, ["createChannel"]);
  expectOptions(options, OPTIONS);
  const { queue, warnMessages, maxMessages, minConsumers } = options;
  if (queue === undefined && Object.values(options).some((value) => value !== undefined))
    failExpectation("queue", "a name, because its messages or consumers are limited", queue);

  return withFailureKind(async function askRabbitmq() {
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

/** Looks at the queue, if there is one to look at, and closes the channel. */
async function useChannel(channel: RabbitmqChannel, queue: string | undefined) {
  // Without a listener, the error that the call below rejects with would end the process too.
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

/** The server may have closed it already. */
async function closeQuietly(channel: RabbitmqChannel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // Closed is what it should be.
  }
}
