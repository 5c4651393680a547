import { createServer } from "node:net";

/**
 * Below the ports that systems give to `listen(0)` and to outgoing connections. So nobody takes a port between the
 * moment it is found and the moment it is used, or while a restarted program does not listen.
 */
const FIRST_PORT = 16_000;
const LAST_PORT = 31_999;

/** The workers of a run each have their own ports, and begin anywhere among them. */
const PORTS_EACH = 2_000;
const WORKERS = (LAST_PORT + 1 - FIRST_PORT) / PORTS_EACH;
const worker = Number(process.env["VITEST_POOL_ID"] ?? 0) % WORKERS;
let count = Math.floor(Math.random() * PORTS_EACH);

/** A port of 127.0.0.1 that nothing listens on, for programs that must be told theirs. Never the same one twice. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    count += 1;
    const port = FIRST_PORT + worker * PORTS_EACH + (count % PORTS_EACH);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", ({ code }: NodeJS.ErrnoException) =>
      code === "EADDRINUSE" ? resolve(false) : reject(new Error(`cannot listen on ${port}: ${code}`)),
    );
    server.listen(port, "127.0.0.1", () => void server.close(() => resolve(true)));
  });
}
