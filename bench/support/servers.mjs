// Servers in separate processes. Their usage is requested over IPC, so that this does not count as a request.
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const SERVE = join(import.meta.dirname, "serve.mjs");

/** Starts a server of bench/servers/ with the checks of a scenario. */
async function startServer(name, scenario, args = []) {
  const child = fork(SERVE, [name, scenario, ...args], {
    execArgv: ["--expose-gc"],
    env: { NODE_ENV: "production" },
  });
  const failed = once(child, "exit").then(() => {
    throw new Error(`the server ${name} has ended`);
  });
  failed.catch(() => {}); // it also ends when it is stopped

  async function ask(question) {
    child.send(question);
    const [answer] = await Promise.race([once(child, "message"), failed]);
    return answer;
  }

  const [{ port, path }] = await Promise.race([once(child, "message"), failed]);

  return {
    name,
    port,
    path,
    /** The CPU time and memory of the process since its start, and the number of runs of its checks. */
    getUsage: () => ask("usage"),
    /** The size of its heap after a garbage collection. */
    getHeap: () => ask("heap"),
    stop() {
      child.disconnect();
    },
  };
}

/** Starts all servers, calls `use` with them, and always stops them. */
export async function withServers(names, scenario, use) {
  const servers = await Promise.all(names.map((name) => startServer(name, scenario)));
  try {
    return await use(servers);
  } finally {
    for (const server of servers) server.stop();
  }
}
