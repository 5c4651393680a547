import { expectMethods } from "../../options/expect.ts";
import { expectShape, readOptions } from "../../options/read-options.ts";
import { CLOCK } from "../../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../../options/shape.ts";
import { type Clock, systemClock } from "../../util/clock.ts";
import type { Consumer, ConsumerOptions, ConsumerResult } from "./consumer.ts";
import { endedBefore } from "./ended-before.ts";
import { NAME, PENDING } from "./options.ts";
import { finishPending } from "./pending.ts";

/** A subscription of `nats` or `@nats-io/transport-node`. */
export interface NatsSubscription {
  drain(): Promise<void>;
  readonly closed: Promise<unknown>;
  getProcessed(): number;
  getPending(): number;
}

/** The messages of a JetStream consumer, from its `consume()`. */
export interface NatsMessages {
  close(): Promise<unknown>;
}

/** A message of JetStream. */
export interface NatsMessage {
  nak(): void;
}

export interface NatsOptions extends Pick<ConsumerOptions, "name"> {
  /**
   * Required for JetStream: the delivered messages that are not acknowledged yet. Add each message when it
   * arrives, and acknowledge it only if `pending.delete(message)` is true: the drain removes the messages
   * that it returns.
   */
  readonly pending?: Set<NatsMessage>;
  /** The clock, for tests. */
  readonly clock?: Clock;
}

const OPTIONS: OptionShapes<NatsOptions, WithDefaults<NatsOptions, "name" | "pending">> = {
  name: NAME,
  pending: PENDING,
  clock: { ...CLOCK, default: systemClock },
};

/**
 * Adapts a NATS subscription for a drain. It unsubscribes at once and finishes the messages that have
 * arrived. Core NATS does not deliver a message twice: unfinished messages are lost at the deadline, and
 * counted as left. JetStream delivers them again: at the deadline, pending messages are returned with `nak`.
 *
 * @example
 * drainOnSignals([], { consumers: [nats(connection.subscribe("jobs", { queue: "workers" }))] });
 * @throws TypeError for an invalid subscription or option.
 */
export function nats(subscription: NatsSubscription | NatsMessages, options: NatsOptions = {}): Consumer {
  const { name = "NATS", pending, clock } = readOptions(OPTIONS, options);
  // Subscriptions of some versions have `close` too.
  if (pending !== undefined || !("drain" in Object(subscription))) {
    expectMethods("subscription", subscription, ["close"]);
    expectShape(PENDING, pending, "pending");
    return fromMessages(name, subscription as NatsMessages, pending as Set<NatsMessage>, clock);
  }
  expectMethods("subscription", subscription, ["drain", "getProcessed", "getPending"]);
  return fromSubscription(name, subscription as NatsSubscription);
}

function fromMessages(
  name: string,
  messages: NatsMessages,
  pending: Set<NatsMessage>,
  clock: Clock,
): Consumer {
  return {
    name,
    stop() {
      // It resolves when the iteration ends, which may never happen.
      messages.close().catch(() => {});
    },
    finish: ({ signal }) => finishPending({ pending, signal, clock, requeue: (message) => message.nak() }),
  };
}

function fromSubscription(name: string, subscription: NatsSubscription): Consumer {
  let drained: Promise<unknown> | undefined;
  let processedBefore = 0;

  function stop(): Promise<unknown> {
    if (drained === undefined) {
      processedBefore = subscription.getProcessed();
      // `drain` resolves when no more messages arrive, `closed` when the last one is processed.
      drained = subscription.drain().then(() => subscription.closed);
      drained.catch(() => {}); // `finish` reports it
    }
    return drained;
  }

  return {
    name,
    stop: () => void stop(),
    async finish({ signal }): Promise<ConsumerResult> {
      const hasEnded = await endedBefore(signal, stop());
      const finished = subscription.getProcessed() - processedBefore;
      if (hasEnded) return { finished, left: 0 };
      // One more than the waiting messages: the client already counts the one in progress as processed.
      return { finished: Math.max(0, finished - 1), left: subscription.getPending() + 1 };
    },
  };
}
