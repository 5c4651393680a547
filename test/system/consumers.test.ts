import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect as connectNats } from "@nats-io/transport-node";
import { connect as connectAmqp } from "amqplib";
import { Queue, Worker } from "bullmq";
import { expect, onTestFinished, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { amqp } from "../../src/drain/consumers/amqp.ts";
import { bullmq } from "../../src/drain/consumers/bullmq.ts";
import type { Consumer } from "../../src/drain/consumers/consumer.ts";
import { nats } from "../../src/drain/consumers/nats.ts";
import { createDrain } from "../../src/drain/drain.ts";
import { PASSWORD, startNats, startRabbitmq, startRedis, USER } from "../support/servers.ts";
import { describeWithProgram } from "../support/system.ts";

const MANY = 200;
const PREFETCH = 5;

/** Jobs that last a while, and what became of them. */
function createJobs() {
  const begun: string[] = [];
  const ended: string[] = [];
  let endLong = (): void => {};
  let lastEndAt = 0;
  return {
    begun,
    ended,
    /** Time since the last one ended. */
    getIdleMs: () => performance.now() - lastEndAt,
    endLong: () => endLong(),
    async run(job: string): Promise<void> {
      begun.push(job);
      await new Promise<void>((resolve) => {
        if (job === "long") endLong = resolve;
        else setTimeout(resolve, 5);
      });
      ended.push(job);
      lastEndAt = performance.now();
    },
    /** When a job runs that does not end on its own. */
    untilLong: () => expect.poll(() => begun.includes("long"), { timeout: 20_000, interval: 5 }).toBe(true),
  };
}

/** Time in which this process could not run. On a busy machine, nothing ends sooner. */
function watchStalls(): () => number {
  let stalledMs = 0;
  let readAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    stalledMs += Math.max(0, now - readAt - STALLS_EVERY_MS);
    readAt = now;
  }, STALLS_EVERY_MS);
  onTestFinished(() => clearInterval(timer));
  return () => stalledMs;
}

const STALLS_EVERY_MS = 20;

/** The drain has ended soon after the last job. */
const MAX_IDLE_MS = 500;

function leave(consumer: Consumer, deadlineMs = 30_000) {
  return createDrain([], { consumers: [consumer], probe: createProbe(), deadlineMs }).start("SIGTERM");
}

describeWithProgram(["redis-server"], "bullmq, with a real Redis", () => {
  async function start() {
    const server = await startRedis();
    onTestFinished(server.close);
    const connection = { host: "127.0.0.1", port: server.port, password: PASSWORD };
    const queue = new Queue("jobs", { connection });
    onTestFinished(() => queue.close());
    await queue.addBulk(["long", ...Array(MANY).fill("short")].map((name) => ({ name, data: {} })));
    const jobs = createJobs();
    const options = { connection: { ...connection, maxRetriesPerRequest: null }, concurrency: 5 };
    const worker = new Worker("jobs", ({ name }) => jobs.run(name), options);
    worker.on("error", () => {});
    return { queue, jobs, worker };
  }

  test("takes no more jobs, finishes those it has, and runs none twice", async () => {
    const { queue, jobs, worker } = await start();
    const consumer = bullmq(worker);
    await jobs.untilLong();
    const getStalledMs = watchStalls();
    const drained = leave(consumer);
    const begunBefore = jobs.begun.length;
    jobs.endLong();
    const report = await drained;
    expect(jobs.getIdleMs() - getStalledMs()).toBeLessThan(MAX_IDLE_MS);
    expect(report).toMatchObject({ ok: true, endedBy: "no-server" });
    expect(report.consumers).toMatchObject([{ left: 0 }]);
    expect(report.consumers[0]?.finished).toBeGreaterThan(0);
    expect(jobs.ended).toHaveLength(jobs.begun.length);
    // A worker may receive one job per slot that was on its way.
    expect(jobs.begun.length - begunBefore).toBeLessThanOrEqual(5);
    expect(await queue.getJobCounts("completed", "active", "waiting")).toEqual({
      completed: jobs.ended.length,
      active: 0,
      waiting: MANY + 1 - jobs.ended.length,
    });
  });

  test("leaves the job that runs at the deadline, and counts it", async () => {
    const { jobs, worker } = await start();
    const consumer = bullmq(worker);
    await jobs.untilLong();
    const report = await leave(consumer, 1_200);
    expect(report.ok).toBe(true);
    expect(report.consumers).toMatchObject([{ left: 1 }]);
    expect(report.totalMs).toBeLessThan(1_200);
    jobs.endLong();
  });
});

describeWithProgram(["rabbitmq-server", "epmd"], "amqp, with a real RabbitMQ", () => {
  async function start() {
    const server = await startRabbitmq();
    onTestFinished(server.close);
    const connection = await connectAmqp({
      hostname: "127.0.0.1",
      port: server.port,
      username: USER,
      password: PASSWORD,
    });
    onTestFinished(() => connection.close());
    const channel = await connection.createConfirmChannel();
    await channel.assertQueue("jobs");
    for (const text of ["long", ...Array(MANY).fill("short")]) channel.sendToQueue("jobs", Buffer.from(text));
    await channel.waitForConfirms();
    await channel.prefetch(PREFETCH);

    const jobs = createJobs();
    const pending = new Set<{ readonly content: Buffer }>();
    const { consumerTag } = await channel.consume("jobs", async (message) => {
      if (message === null) return;
      pending.add(message);
      await jobs.run(message.content.toString());
      if (pending.delete(message)) channel.ack(message);
    });
    return { channel, jobs, consumer: amqp(channel, consumerTag, { pending: pending as Set<never> }) };
  }

  test("takes no more than was on its way, finishes it, and runs none twice", async () => {
    const { channel, jobs, consumer } = await start();
    await jobs.untilLong();
    const getStalledMs = watchStalls();
    const drained = leave(consumer);
    const begunBefore = jobs.begun.length;
    jobs.endLong();
    const report = await drained;
    expect(jobs.getIdleMs() - getStalledMs()).toBeLessThan(MAX_IDLE_MS);
    expect(report).toMatchObject({ ok: true, consumers: [{ left: 0 }] });
    expect(jobs.ended).toHaveLength(jobs.begun.length);
    // RabbitMQ may have sent one for each slot of the prefetch.
    expect(jobs.begun.length - begunBefore).toBeLessThanOrEqual(PREFETCH);
    // It has read every acknowledgement, so ending the process now would return nothing.
    expect((await channel.checkQueue("jobs")).messageCount).toBe(MANY + 1 - jobs.ended.length);
    await channel.recover();
    expect((await channel.checkQueue("jobs")).messageCount).toBe(MANY + 1 - jobs.ended.length);
  });

  test("returns what is pending to the queue, where another consumer gets it at once", async () => {
    const { channel, jobs, consumer } = await start();
    await jobs.untilLong();
    const report = await leave(consumer, 1_200);
    expect(report).toMatchObject({ ok: true, consumers: [{ left: 1 }] });

    // Acknowledging what was returned would close the channel.
    jobs.endLong();
    const unfinished = MANY + 1 - (jobs.ended.length - (jobs.ended.includes("long") ? 1 : 0));
    await expect.poll(async () => (await channel.checkQueue("jobs")).messageCount).toBe(unfinished);
    const returned = await channel.get("jobs");
    expect(returned && { text: returned.content.toString(), ...returned.fields }).toMatchObject({
      text: "long",
      redelivered: true,
    });
  });
});

describeWithProgram(["nats-server"], "nats, with a real NATS server", () => {
  async function connect() {
    const server = await startNats();
    onTestFinished(server.close);
    const connection = await connectNats({ servers: `127.0.0.1:${server.port}`, user: USER, pass: PASSWORD });
    onTestFinished(() => connection.close());
    return connection;
  }

  test("processes what has arrived, and gets nothing more", async () => {
    const connection = await connect();
    const jobs = createJobs();
    const subscription = connection.subscribe("jobs", { queue: "workers" });
    const processed = (async () => {
      for await (const message of subscription) await jobs.run(message.string());
    })();
    for (const text of ["long", "short", "short"]) connection.publish("jobs", text);
    await connection.flush();
    await jobs.untilLong();
    const getStalledMs = watchStalls();
    const drained = leave(nats(subscription));
    await connection.flush();
    connection.publish("jobs", "late");
    await connection.flush();
    jobs.endLong();
    expect(await drained).toMatchObject({ ok: true, consumers: [{ left: 0 }] });
    expect(jobs.getIdleMs() - getStalledMs()).toBeLessThan(MAX_IDLE_MS);
    await processed;
    expect(jobs.ended).toEqual(["long", "short", "short"]);
  });

  test("takes no more messages of JetStream than it had asked for, and runs none twice", async () => {
    const connection = await connect();
    const manager: JetStreamManager = await jetstreamManager(connection);
    await manager.streams.add({ name: "JOBS", subjects: ["jobs"] });
    await manager.consumers.add("JOBS", { durable_name: "workers", ack_policy: "explicit" });
    const stream = jetstream(connection);
    for (const text of ["short", "long", ...Array(MANY).fill("short")]) await stream.publish("jobs", text);
    const consumer = await stream.consumers.get("JOBS", "workers");
    const messages = await consumer.consume({ max_messages: PREFETCH });
    const jobs = createJobs();
    const pending = new Set<{ nak(): void }>();
    void (async () => {
      for await (const message of messages) {
        pending.add(message);
        await jobs.run(message.string());
        if (pending.delete(message)) message.ack();
      }
    })();
    await jobs.untilLong();
    const getStalledMs = watchStalls();
    const drained = leave(nats(messages, { pending }));
    const begunBefore = jobs.begun.length;
    jobs.endLong();
    expect(await drained).toMatchObject({ ok: true, consumers: [{ left: 0 }] });
    expect(jobs.getIdleMs() - getStalledMs()).toBeLessThan(MAX_IDLE_MS);
    expect(jobs.begun.length - begunBefore).toBeLessThanOrEqual(PREFETCH);
    await connection.flush();
    expect(jobs.ended).toHaveLength(jobs.begun.length);
    // The server counts the acknowledgements that it has read in its own time.
    await expect.poll(async () => (await consumer.info()).ack_floor.consumer_seq).toBe(jobs.ended.length);
  });

  test("returns messages of JetStream, which delivers them again", async () => {
    const connection = await connect();
    const manager: JetStreamManager = await jetstreamManager(connection);
    await manager.streams.add({ name: "JOBS", subjects: ["jobs"] });
    await manager.consumers.add("JOBS", { durable_name: "workers", ack_policy: "explicit" });
    const stream = jetstream(connection);
    await stream.publish("jobs", "long");
    const consumer = await stream.consumers.get("JOBS", "workers");
    const messages = await consumer.consume({ max_messages: 1 });
    const jobs = createJobs();
    const pending = new Set<{ nak(): void }>();
    void (async () => {
      for await (const message of messages) {
        pending.add(message);
        await jobs.run(message.string());
      }
    })();
    await jobs.untilLong();
    const report = await leave(nats(messages, { pending }), 1_200);
    expect(report).toMatchObject({ ok: true, consumers: [{ finished: 0, left: 1 }] });
    const again = await consumer.next({ expires: 10_000 });
    expect(again?.string()).toBe("long");
    expect(again?.info.deliveryCount).toBe(2);
    jobs.endLong();
  });
});
