// Workers of the two brokers, as the documentation of their clients shows them.
import { setTimeout as sleep } from "node:timers/promises";

export const QUEUE = "jobs";
export const CONCURRENCY = 10;

const NONE = { makeConsumers: async () => [], closeAll: async () => {} };

/** Reports each job that begins and ends. */
export async function startWorker(worker, report) {
  if (worker === undefined) return NONE;
  async function run({ id, ms }) {
    report({ begun: id });
    await sleep(ms);
    report({ ended: id });
  }
  return WORKERS[worker.broker]({ ...worker, run });
}

const WORKERS = {
  async bullmq({ connection, queue, run }) {
    const { Worker } = await import("bullmq");
    const worker = new Worker(queue, ({ data }) => run(data), {
      connection: { ...connection, maxRetriesPerRequest: null },
      concurrency: CONCURRENCY,
    });
    worker.on("error", () => {});
    return {
      async makeConsumers() {
        const { bullmq } = await import("../../dist/drain/consumers/bullmq.js");
        return [bullmq(worker)];
      },
      closeAll: () => worker.close(),
    };
  },

  async amqp({ connection, queue, run }) {
    const { connect } = await import("amqplib");
    const client = await connect(connection);
    const channel = await client.createChannel();
    await channel.prefetch(CONCURRENCY);
    const pending = new Set();
    const { consumerTag } = await channel.consume(queue, async (message) => {
      if (message === null) return;
      pending.add(message);
      await run(JSON.parse(message.content));
      if (pending.delete(message)) channel.ack(message);
    });
    return {
      async makeConsumers() {
        const { amqp } = await import("../../dist/drain/consumers/amqp.js");
        return [amqp(channel, consumerTag, { pending })];
      },
      async closeAll() {
        await channel.cancel(consumerTag);
        await client.close();
      },
    };
  },
};
