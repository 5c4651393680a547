// Loaded before the code blocks of a page: each server gets a free port of its own, and after each block the
// program stands still until the test has compared what it printed and asked its servers.
import { Server } from "node:net";

const { listen } = Server.prototype;
const starting = [];

Server.prototype.listen = function listenOnFreePort(where, ...rest) {
  const port = typeof where === "object" ? where.port : where;
  const callback = rest.find((argument) => typeof argument === "function");
  starting.push(new Promise((resolve) => this.once("listening", () => resolve([port, this.address().port]))));
  return listen.call(this, 0, "127.0.0.1", callback);
};

globalThis.endOfBlock = async function endOfBlock() {
  const ports = await Promise.all(starting);
  // On the same way as what the block printed, so that it cannot overtake it.
  process.stdout.write(`\0${JSON.stringify(ports)}\n`);
  await new Promise((resolve) => process.stdin.once("data", resolve));
};

process.stdin.resume().once("end", () => process.exit());
