import { describe, expect, test } from "vitest";
import { type AmqpChannel, amqp } from "../../../src/drain/consumers/amqp.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";

interface Message {
  readonly tag: number;
}

function createSubject() {
  const clock = createFakeClock();
  const calls: unknown[][] = [];
  const channel: AmqpChannel<Message> = {
    cancel: async (tag) => void calls.push(["cancel", tag]),
    nack: (...args) => void calls.push(["nack", ...args]),
  };
  const pending = new Set<Message>();
  const controller = new AbortController();
  const context = { reason: "SIGTERM", signal: controller.signal, deadlineAt: 0 };
  const consumer = amqp(channel, "ctag-1", { pending, clock });
  return { clock, calls, channel, pending, consumer, context, abort: () => controller.abort() };
}

describe("amqp", () => {
  test("cancels the consumer and waits for the pending messages", async () => {
    const { clock, calls, pending, consumer, context } = createSubject();
    const message = { tag: 1 };
    pending.add(message);
    await consumer.stop(context);
    const result = consumer.finish(context);
    await clock.advance(100);
    pending.delete(message);
    await clock.advance(100);
    expect(await result).toEqual({ finished: 1, left: 0 });
    expect(calls).toEqual([
      ["cancel", "ctag-1"],
      ["cancel", "ctag-1"],
    ]);
    expect(clock.pendingTimers).toBe(0);
    expect(consumer.name).toBe("AMQP ctag-1");
  });

  test("ends only when the broker has read the last acknowledgement", async () => {
    const { clock, channel, pending, consumer, context } = createSubject();
    await consumer.stop(context);
    let answer = (): void => {};
    channel.cancel = () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      });
    let hasEnded = false;
    const result = Promise.resolve(consumer.finish(context)).finally(() => {
      hasEnded = true;
    });
    await clock.advance(1_000);
    expect(pending.size).toBe(0);
    expect(hasEnded).toBe(false);
    answer();
    expect(await result).toEqual({ finished: 0, left: 0 });
  });

  test("returns what is pending at the deadline, and takes it from the application", async () => {
    const { clock, calls, pending, consumer, context, abort } = createSubject();
    const [one, two] = [{ tag: 1 }, { tag: 2 }];
    pending.add(one).add(two);
    const result = consumer.finish(context);
    await clock.advance(100);
    pending.delete(one);
    abort();
    await clock.advance(100);
    expect(await result).toEqual({ finished: 1, left: 1 });
    expect(calls).toEqual([
      ["nack", two, false, true],
      ["cancel", "ctag-1"],
    ]);
    expect(pending.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test("reports a channel that is closed", async () => {
    const { clock, channel, pending, consumer, context, abort } = createSubject();
    channel.nack = () => {
      throw new Error("Channel closed");
    };
    pending.add({ tag: 1 });
    abort();
    await expect(consumer.finish(context)).rejects.toThrow("Channel closed");
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    [
      "channel: expected an object with cancel(), nack()",
      () => amqp({} as never, "x", { pending: new Set() }),
    ],
    [
      "consumerTag: expected a string",
      () => amqp(createSubject().channel, 1 as never, { pending: new Set() }),
    ],
    ["pending: expected a Set of messages", () => amqp(createSubject().channel, "x", {} as never)],
  ])("rejects mistakes: %s", (message, create) => {
    expect(create).toThrow(message);
  });
});
