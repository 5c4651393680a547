import { expectMethods } from "../../options/expect.ts";
import { readOptions } from "../../options/read-options.ts";
import type { Consumer, ConsumerOptions } from "./consumer.ts";
import { endedBefore } from "./ended-before.ts";
import { CONSUMER_OPTIONS } from "./options.ts";

/** A consumer of `kafkajs`, or of `@confluentinc/kafka-javascript` in its KafkaJS form. */
export interface KafkaConsumer {
  /** Resolves when the batches in progress have ended. Confluent's consumers do not have it. */
  stop?(): Promise<void>;
  disconnect(): Promise<void>;
  readonly events?: { readonly END_BATCH_PROCESS: string };
  on?(event: never, listener: never): unknown;
}

interface BatchEvents {
  on?(event: string, listener: () => void): unknown;
}

/**
 * Adapts a Kafka consumer for a drain. It stops fetching at once, finishes the message (with `eachMessage`)
 * or the batch in progress, and leaves the group, so that the other consumers take its partitions without
 * waiting for the session timeout. The group delivers messages that are not committed at the deadline again.
 *
 * The report counts no messages, because the client does not report how many messages of a batch it has processed.
 * `progress` counts batches and needs `kafkajs`.
 *
 * @example
 * drainOnSignals([], { consumers: [kafka(consumer)] });
 * @throws TypeError for an invalid consumer or option.
 */
export function kafka(consumer: KafkaConsumer, options: ConsumerOptions = {}): Consumer {
  expectMethods("consumer", consumer, ["disconnect"]);
  const { name = "Kafka", progress } = readOptions(CONSUMER_OPTIONS, options);
  const { END_BATCH_PROCESS } = consumer.events ?? {};
  if (progress !== undefined && END_BATCH_PROCESS !== undefined)
    (consumer as BatchEvents).on?.(END_BATCH_PROCESS, () => progress.done());
  let stopped: Promise<void> | undefined;

  function stop(): Promise<void> {
    if (stopped === undefined) {
      // `disconnect` waits for the batches in progress too.
      stopped = consumer.stop === undefined ? consumer.disconnect() : consumer.stop();
      stopped.catch(() => {}); // `finish` reports it
    }
    return stopped;
  }

  return {
    name,
    stop: () => void stop(),
    async finish({ signal }) {
      if (!(await endedBefore(signal, stop())))
        throw new Error("the batch in progress has not ended, so the group delivers it again");
      await consumer.disconnect();
      return { left: 0 };
    },
  };
}
