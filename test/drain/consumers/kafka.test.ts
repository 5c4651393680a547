import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { kafka } from "../../../src/drain/consumers/kafka.ts";
import { createDeferred } from "../../support/deferred.ts";

/** Speaks the calls of a consumer of kafkajs 2. */
class FakeConsumer extends EventEmitter {
  readonly events = { END_BATCH_PROCESS: "consumer.end_batch_process" };
  readonly calls: string[] = [];
  readonly stopped = createDeferred<void>();

  stop(): Promise<void> {
    this.calls.push("stop");
    return this.stopped.promise;
  }
  async disconnect(): Promise<void> {
    this.calls.push("disconnect");
  }
}

function createContext() {
  const controller = new AbortController();
  const context = { reason: "SIGTERM", signal: controller.signal, deadlineAt: 0 };
  return { context, abort: () => controller.abort() };
}

describe("kafka", () => {
  test("stops at once and leaves the group when the batch has ended", async () => {
    const client = new FakeConsumer();
    const { context } = createContext();
    const consumer = kafka(client);
    consumer.stop(context);
    expect(client.calls).toEqual(["stop"]);
    const result = consumer.finish(context);
    client.stopped.resolve();
    expect(await result).toEqual({ left: 0 });
    expect(client.calls).toEqual(["stop", "disconnect"]);
  });

  test("leaves a batch that has not ended at the deadline uncommitted", async () => {
    const client = new FakeConsumer();
    const { context, abort } = createContext();
    const result = kafka(client).finish(context);
    abort();
    await expect(result).rejects.toThrow("the group delivers it again");
    expect(client.calls).toEqual(["stop"]);
  });

  test("disconnects a client that cannot stop", async () => {
    const calls: string[] = [];
    const { context } = createContext();
    const consumer = kafka({ disconnect: async () => void calls.push("disconnect") });
    consumer.stop(context);
    expect(calls).toEqual(["disconnect"]);
    expect(await consumer.finish(context)).toEqual({ left: 0 });
  });

  test("counts batches as progress", () => {
    const client = new FakeConsumer();
    let done = 0;
    kafka(client, { progress: { done: () => (done += 1) } });
    client.emit("consumer.end_batch_process", { payload: { batchSize: 10 } });
    expect(done).toBe(1);
  });

  test("needs no progress, and no events of the client", () => {
    const client = new FakeConsumer();
    expect(kafka(client).name).toBe("Kafka");
    expect(client.eventNames()).toEqual([]);
    const progress = { done() {} };
    const disconnect = async (): Promise<void> => {};
    const subscribed: unknown[] = [];
    kafka({ disconnect, on: (event: unknown) => subscribed.push(event) }, { progress });
    kafka({ disconnect, events: client.events }, { progress });
    expect(subscribed).toEqual([]);
  });

  test("rejects what is no consumer", () => {
    expect(() => kafka({} as never)).toThrow("consumer: expected an object with disconnect()");
  });
});
