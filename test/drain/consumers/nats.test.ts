import { describe, expect, test } from "vitest";
import { type NatsMessage, nats } from "../../../src/drain/consumers/nats.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createDeferred } from "../../support/deferred.ts";

function createContext() {
  const controller = new AbortController();
  const context = { reason: "SIGTERM", signal: controller.signal, deadlineAt: 0 };
  return { context, abort: () => controller.abort() };
}

function createSubscription() {
  const closed = createDeferred<void>();
  const counts = { processed: 10, pending: 0, drains: 0 };
  return {
    counts,
    close: () => closed.resolve(),
    subscription: {
      closed: closed.promise,
      drain: async () => {
        counts.drains += 1;
      },
      getProcessed: () => counts.processed,
      getPending: () => counts.pending,
    },
  };
}

describe("nats with a subscription", () => {
  test("drains at once and waits until the last message is processed", async () => {
    const { subscription, counts, close } = createSubscription();
    const { context } = createContext();
    const consumer = nats(subscription);
    consumer.stop(context);
    expect(counts.drains).toBe(1);
    const result = consumer.finish(context);
    await new Promise(setImmediate);
    counts.processed = 12;
    close();
    expect(await result).toEqual({ finished: 2, left: 0 });
    expect(counts.drains).toBe(1);
    expect(consumer.name).toBe("NATS");
  });

  test("counts what is left at the deadline, with the message in progress", async () => {
    const { subscription, counts } = createSubscription();
    const { context, abort } = createContext();
    const result = nats(subscription).finish(context);
    counts.processed = 12;
    counts.pending = 4;
    abort();
    expect(await result).toEqual({ finished: 1, left: 5 });
  });
});

describe("nats with the messages of JetStream", () => {
  test("closes them, and returns what is pending at the deadline", async () => {
    const clock = createFakeClock();
    const { context, abort } = createContext();
    const calls: string[] = [];
    // The messages of some versions have `drain` too.
    const messages = {
      close: async () => void calls.push("close"),
      drain: async () => void calls.push("drain"),
    };
    const pending = new Set<NatsMessage>([{ nak: () => void calls.push("nak") }]);
    const consumer = nats(messages, { pending, clock });
    await consumer.stop(context);
    expect(calls).toEqual(["close"]);
    const result = consumer.finish(context);
    abort();
    await clock.advance(100);
    expect(await result).toEqual({ finished: 0, left: 1 });
    expect(calls).toEqual(["close", "nak"]);
  });

  test.each([
    ["pending: expected a Set of messages", () => nats({ close: async () => {} })],
    ["subscription: expected an object with close()", () => nats({} as never)],
    ["subscription: expected an object with close()", () => nats({} as never, { pending: new Set() })],
    ["subscription: expected an object with drain()", () => nats({ drain() {} } as never)],
  ])("rejects mistakes: %s", (message, create) => {
    expect(create).toThrow(message);
  });
});
