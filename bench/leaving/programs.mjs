// Starts the programs of a cell, and ends them with it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where Debian keeps servers that are not on everybody's PATH. */
const FOLDERS = ["/usr/lib/rabbitmq/bin", "/usr/sbin"];
const START_TIMEOUT_MS = 120_000;

export function findProgram(program) {
  const folders = [...FOLDERS, ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function findPorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A separate folder, and the programs that run in it, each in a process group. */
export async function createPlace(user = {}) {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const children = new Set();

  return {
    folder,
    /** Starts a program and waits until it accepts connections. */
    async start(program, args, { port, env = {} }) {
      const child = spawn(findProgram(program), args, {
        cwd: folder,
        env: { PATH: process.env.PATH, LC_ALL: "C", HOME: folder, ...env },
        stdio: "pipe",
        detached: true,
        ...user,
      });
      children.add(child);
      let printed = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text) => {
          printed = `${printed}${text}`.slice(-2_000);
        });
      const ended = once(child, "exit").then(() => {
        throw new Error(`${program} has ended: ${printed}`);
      });
      ended.catch(() => {});
      await Promise.race([waitForPort(port), ended]);
    },
    async close() {
      await Promise.all(
        Array.from(children, async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = once(child, "exit");
          process.kill(-child.pid, "SIGKILL");
          await ended;
        }),
      );
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

async function waitForPort(port) {
  const endsAt = performance.now() + START_TIMEOUT_MS;
  while (!(await canConnect(port))) {
    if (performance.now() > endsAt) throw new Error(`nothing listens on ${port}`);
    await sleep(100);
  }
}

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
