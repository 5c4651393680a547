// Servers in processes of their own. What they use is asked over IPC, so that the question is no request.
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
  failed.catch(() => {}); // it ends when it is stopped, too

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
    /** What the process has used since it was started, and how often its checks have run. */
    getUsage: () => ask("usage"),
    /** What is left of its heap after a collection. */
    getHeap: () => ask("heap"),
    stop() {
      child.disconnect();
    },
  };
}

/** Starts all, hands them over, and stops them whatever happens. */
export async function withServers(names, scenario, use) {
  const servers = await Promise.all(names.map((name) => startServer(name, scenario)));
  try {
    return await use(servers);
  } finally {
    for (const server of servers) server.stop();
  }
}
