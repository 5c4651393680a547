// Restarts two instances behind a load balancer, one after the other, while their clients go on.
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Balancer } from "./balancer.mjs";
import { Clients } from "./clients.mjs";
import { Queue } from "./queue.mjs";

const INSTANCE = new URL("instance.mjs", import.meta.url);
const NAMES = ["one", "two"];

/** The drain of a new instance learns how often the balancer checks. */
const LEARNING_MS = 2_500;

export class RollingRestart {
  #balancer = new Balancer();
  #queue = new Queue();
  #processes = new Map();
  #clients;
  #queueUrl;
  #isRunning = false;
  #isStopped = false;
  #step = "not started";

  /** The counters, for the page. */
  get state() {
    const { requests = 0, failed = 0, streamsMoved = 0, streamsCut = 0 } = this.#clients ?? {};
    const { done: jobsDone, runTwice: jobsRunTwice } = this.#queue;
    return { step: this.#step, requests, failed, streamsMoved, streamsCut, jobsDone, jobsRunTwice };
  }

  /** Starts the two instances the first time. Does nothing while a restart is in progress. */
  async run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      if (this.#clients === undefined) await this.#startAll();
      for (const name of NAMES) {
        if (this.#isStopped) return;
        this.#step = `instance ${name} leaves`;
        await this.#end(name);
        if (this.#isStopped) return;
        this.#step = `instance ${name} starts again`;
        await this.#start(name);
      }
      this.#step = "both instances have been restarted";
    } finally {
      this.#isRunning = false;
    }
  }

  /** Ends the processes at once. */
  async stop() {
    this.#isStopped = true;
    this.#clients?.stop();
    const ends = [...this.#processes.values()].map((child) => {
      child.kill("SIGKILL");
      return child.exitCode ?? child.signalCode ?? once(child, "exit");
    });
    await Promise.all(ends);
    this.#balancer.stop();
    this.#queue.stop();
  }

  async #startAll() {
    this.#step = "two instances start";
    this.#queueUrl = await this.#queue.start();
    const port = await this.#balancer.start();
    await Promise.all(NAMES.map((name) => this.#start(name)));
    this.#clients = new Clients(port);
    this.#clients.start();
  }

  /** Resolves when the balancer has found the instance up, and the drain has learned its checks. */
  async #start(name) {
    const child = fork(INSTANCE, { env: { ...process.env, QUEUE_URL: this.#queueUrl } });
    this.#processes.set(name, child);
    child.once("exit", () => this.#queue.workerHasEnded(child.pid));
    const [{ port }] = await once(child, "message");
    this.#balancer.add(name, port);
    while (!this.#balancer.isUp(name)) await sleep(50);
    await sleep(LEARNING_MS);
  }

  async #end(name) {
    const child = this.#processes.get(name);
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await exit;
  }
}
