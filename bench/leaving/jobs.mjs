// One restart of one of two workers of a queue, with one library: forked by leaving.mjs with its setting.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "amqplib";
import { Queue } from "bullmq";
import { findPorts } from "./programs.mjs";

const { broker, connection, library } = JSON.parse(process.argv[2]);
const SERVICE = new URL("service.mjs", import.meta.url);
const queue = `jobs-${library.replace(/\W/g, "")}`;

const JOBS = 2_000;
/** One of this number is long. */
const LONG_EVERY = 20;
const LONG_MS = 8_000;
const SHORT_MS = 20;

const WARM_MS = 6_000;
const DOWN_MS = 3_000;
const KILLED_AFTER_MS = 60_000;
/** BullMQ notices after at most a minute that the worker of a job has died. */
const GIVE_UP_MS = 180_000;

const ADDERS = {
  async bullmq(jobs) {
    const client = new Queue(queue, { connection });
    await client.addBulk(jobs.map((data) => ({ name: "job", data, opts: { removeOnComplete: true } })));
    await client.close();
  },
  async amqp(jobs) {
    const client = await connect(connection);
    const channel = await client.createConfirmChannel();
    await channel.assertQueue(queue);
    for (const job of jobs) channel.sendToQueue(queue, Buffer.from(JSON.stringify(job)));
    await channel.waitForConfirms();
    await client.close();
  },
};

const children = new Set();
// The benchmark has been stopped.
process.once("disconnect", () => process.exit());
try {
  await ADDERS[broker](
    Array.from({ length: JOBS }, (_, id) => ({ id, ms: id % LONG_EVERY === 0 ? LONG_MS : SHORT_MS })),
  );
  process.send(await measure());
} finally {
  for (const child of children) child.kill("SIGKILL");
  if (process.connected) process.disconnect();
}

async function measure() {
  const begun = new Map();
  const ended = new Set();
  const leaver = { signaledAt: undefined, taken: 0, lastEndAt: 0 };
  // Only the worker knows whether it had seen the signal: its messages may arrive late.
  const note = (isLeaver, { begun: id, ended: done, isLeaving }) => {
    if (id !== undefined) begun.set(id, (begun.get(id) ?? 0) + 1);
    if (done !== undefined) ended.add(done);
    if (!isLeaver || leaver.signaledAt === undefined) return;
    if (id !== undefined && isLeaving) leaver.taken += 1;
    if (done !== undefined) leaver.lastEndAt = performance.now();
  };

  const [one, two] = await findPorts(2);
  const first = await startWorker(one, (job) => note(true, job));
  await startWorker(two, (job) => note(false, job));
  process.send({ started: true });
  await sleep(WARM_MS);
  leaver.signaledAt = performance.now();
  leaver.lastEndAt = leaver.signaledAt;
  first.kill("SIGTERM");
  const killer = setTimeout(() => first.kill("SIGKILL"), KILLED_AFTER_MS);
  const [code, signal] = await once(first, "exit");
  const exitedAt = performance.now();
  clearTimeout(killer);
  await sleep(DOWN_MS);
  await startWorker(one, (job) => note(false, job));
  while (ended.size < JOBS && performance.now() - exitedAt < GIVE_UP_MS) await sleep(200);
  return {
    setting: broker,
    library,
    jobs: JOBS,
    lost: JOBS - ended.size,
    twice: [...begun.values()].filter((count) => count > 1).length,
    taken: leaver.taken,
    exitMs: exitedAt - leaver.signaledAt,
    idleMs: exitedAt - leaver.lastEndAt,
    ended: signal ?? code,
  };
}

async function startWorker(port, onJob) {
  const worker = { broker, connection, queue };
  const child = fork(SERVICE, [JSON.stringify({ port, library, worker })], { stdio: "inherit" });
  children.add(child);
  child.once("exit", () => children.delete(child));
  await new Promise((resolve) =>
    child.on("message", (message) => ("listening" in message ? resolve() : onJob(message))),
  );
  return child;
}
