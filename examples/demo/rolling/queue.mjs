// A queue of jobs, as RabbitMQ or Redis would be: it hands a job out again if its worker ends without doing it.
import { createServer } from "node:http";

/** Most jobs are short, some are long. */
const DURATIONS_MS = [100, 100, 100, 100, 2_000];

export class Queue {
  done = 0;
  runTwice = 0;
  #taken = 0;
  #returned = [];
  #running = new Map();
  #server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://queue");
    response.setHeader("Content-Type", "application/json");
    if (pathname === "/take") response.end(JSON.stringify(this.#take(searchParams.get("worker"))));
    else if (pathname === "/done")
      response.end(JSON.stringify(this.#finish(Number(searchParams.get("job")))));
    else response.end("{}");
  });

  /** Resolves with its URL. */
  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${this.#server.address().port}/`;
  }

  /** Called when a worker has ended. Its jobs run again. */
  workerHasEnded(worker) {
    for (const [id, running] of this.#running) {
      if (running.worker !== String(worker)) continue;
      this.#running.delete(id);
      this.#returned.push(id);
      this.runTwice += 1;
    }
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(worker) {
    const id = this.#returned.shift() ?? this.#taken++;
    this.#running.set(id, { worker });
    return { id, tookMs: DURATIONS_MS[id % DURATIONS_MS.length] };
  }

  #finish(id) {
    if (this.#running.delete(id)) this.done += 1;
    return {};
  }
}
