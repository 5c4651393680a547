import { expectMethods } from "../../options/expect.ts";
import { expectShape, readOptions } from "../../options/read-options.ts";
import { CLOCK, TEXT } from "../../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../../options/shape.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import type { Consumer, ConsumerOptions } from "./consumer.ts";
import { NAME, PENDING } from "./options.ts";
import { finishPending } from "./pending.ts";

/** A channel of `amqplib`. */
export interface AmqpChannel<Message> {
  cancel(consumerTag: string): unknown;
  nack(message: Message, allUpTo?: boolean, requeue?: boolean): unknown;
}

export interface AmqpOptions<Message> extends Pick<ConsumerOptions, "name"> {
  /**
   * The delivered messages that are not acknowledged yet. Add each message when it arrives, and acknowledge
   * it only if `pending.delete(message)` is true: the drain removes the messages that it returns to the broker.
   */
  readonly pending: Set<Message>;
  /** The clock, for tests. */
  readonly clock?: Clock;
}

const OPTIONS: OptionShapes<AmqpOptions<never>, WithDefaults<AmqpOptions<never>, "name">> = {
  name: NAME,
  pending: { ...PENDING, required: true },
  clock: { ...CLOCK, default: systemClock },
};

/**
 * Adapts a consumer of RabbitMQ or another AMQP 0-9-1 broker for a drain. It cancels the consumer at once and
 * waits for the pending messages. At the deadline it returns the rest with `nack` and `requeue`: the broker
 * delivers them to other consumers at once, marked as redelivered. Then it waits until the broker has read all
 * acknowledgements. It does not close the channel.
 *
 * @example
 * const pending = new Set();
 * const { consumerTag } = await channel.consume("jobs", async (message) => {
 *   pending.add(message);
 *   await work(message);
 *   if (pending.delete(message)) channel.ack(message);
 * });
 * drainOnSignals([], { consumers: [amqp(channel, consumerTag, { pending })] });
 * @throws TypeError for an invalid channel, tag or option.
 */
export function amqp<Message>(
  channel: AmqpChannel<Message>,
  consumerTag: string,
  options: AmqpOptions<Message>,
): Consumer {
  expectMethods("channel", channel, ["cancel", "nack"]);
  expectShape(TEXT, consumerTag, "consumerTag");
  const { name = `AMQP ${consumerTag}`, clock } = readOptions(OPTIONS, options);
  const { pending } = options;

  return {
    name,
    async stop() {
      await channel.cancel(consumerTag);
    },
    async finish({ signal }) {
      const result = await finishPending({
        pending,
        signal,
        clock,
        requeue: (message) => void channel.nack(message, false, true),
      });
      // Frames are written later, in order. Once this one is answered, the broker has every `ack` and `nack`.
      await channel.cancel(consumerTag);
      return result;
    },
  };
}
