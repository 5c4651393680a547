// A load balancer in its simplest form: it takes turns, and checks the health of each instance.
import { Agent, createServer, get, request } from "node:http";

const CHECK_MS = 250;

/** Longer than a check takes on a busy machine. */
const CHECK_TIMEOUT_MS = 2_000;

/** Number of failed checks in a row that take an instance out. */
const FALL = 2;

/** Has no retries, unlike most balancers: each request that an instance refuses is lost, and counted. */
export class Balancer {
  #instances = new Map();
  #turn = 0;
  #agent = new Agent({ keepAlive: true });
  #server = createServer((incoming, response) => this.#forward(incoming, response));
  #timer;

  /** Resolves with the port. */
  async start() {
    // Otherwise, after the main thread was blocked, it closes connections on which clients are sending.
    this.#server.keepAliveTimeout = 65_000;
    this.#timer = setInterval(() => this.#checkAll(), CHECK_MS).unref();
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this.#server.address().port;
  }

  add(name, port) {
    this.#instances.set(name, { port, failures: FALL });
  }

  isUp(name) {
    const instance = this.#instances.get(name);
    return instance !== undefined && instance.failures < FALL;
  }

  stop() {
    clearInterval(this.#timer);
    this.#agent.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #checkAll() {
    for (const instance of this.#instances.values()) {
      const options = { port: instance.port, path: "/probe_status", agent: false, timeout: CHECK_TIMEOUT_MS };
      const check = get(options, (response) => {
        instance.failures = response.statusCode === 200 ? 0 : instance.failures + 1;
        response.resume();
      });
      check.once("timeout", () => check.destroy());
      check.once("error", () => {
        instance.failures += 1;
      });
    }
  }

  #forward(incoming, response) {
    const up = [...this.#instances.values()].filter(({ failures }) => failures < FALL);
    if (up.length === 0) return void response.writeHead(503).end("no instance is up\n");
    const { port } = up[this.#turn++ % up.length];
    const { method, url: path, headers } = incoming;
    const forwarded = request({ port, method, path, headers, agent: this.#agent }, (answer) => {
      // The connection to an instance is not the connection to the client.
      const { connection: _, "keep-alive": __, ...passed } = answer.headers;
      response.writeHead(answer.statusCode, passed);
      answer.pipe(response);
      answer.once("error", () => response.destroy());
    });
    forwarded.once("error", () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end("the instance did not answer\n");
    });
    response.once("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  }
}
