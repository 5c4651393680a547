// Loaded before the code blocks of a page: each server gets a free port of its own, and after each block the
// program stands still until the test has compared what it printed and asked its servers.
import { syncBuiltinESMExports } from "node:module";
import { Server } from "node:net";
import workerThreads from "node:worker_threads";

const { listen } = Server.prototype;
const starting = [];

Server.prototype.listen = function listenOnFreePort(where, ...rest) {
  const port = typeof where === "object" ? where.port : where;
  const callback = rest.find((argument) => typeof argument === "function");
  starting.push(new Promise((resolve) => this.once("listening", () => resolve([port, this.address().port]))));
  return listen.call(this, 0, "127.0.0.1", callback);
};

/** The sentinel's server is in a thread, and says where it listens. */
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(url, { workerData, ...options }) {
    super(url, { ...options, workerData: { ...workerData, port: 0, host: "127.0.0.1" } });
    this.once("message", ({ address }) => starting.push([workerData.port, address.port]));
  }
};
syncBuiltinESMExports();

globalThis.endOfBlock = async function endOfBlock() {
  const ports = await Promise.all(starting);
  // On the same way as what the block printed, so that it cannot overtake it.
  process.stdout.write(`\0${JSON.stringify(ports)}\n`);
  await new Promise((resolve) => process.stdin.once("data", resolve));
};

process.stdin.resume().once("end", () => process.exit());
