// The clients of the two instances: requests all the time, and event streams that reconnect when they end.
import { Agent, get } from "node:http";

const REQUEST_EVERY_MS = 10;
const STREAMS = 10;

export class Clients {
  requests = 0;
  failed = 0;
  streamsMoved = 0;
  streamsCut = 0;
  #port;
  #timer;
  #isStopped = false;
  #agent = new Agent({ keepAlive: true });

  constructor(port) {
    this.#port = port;
  }

  start() {
    this.#timer = setInterval(() => this.#send(), REQUEST_EVERY_MS);
    for (let count = 0; count < STREAMS; count += 1) this.#follow();
  }

  stop() {
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#agent.destroy();
  }

  #send() {
    const options = { port: this.#port, path: "/", agent: this.#agent };
    get(options, (response) => {
      response.resume().once("close", () => this.#count(response.statusCode === 200 && response.complete));
    }).once("error", () => this.#count(false));
  }

  #count(isAnswered) {
    if (this.#isStopped) return;
    this.requests += 1;
    if (!isAnswered) this.failed += 1;
  }

  #follow() {
    get({ port: this.#port, path: "/events", agent: false }, (response) => {
      response
        .resume()
        .once("close", () => this.#reconnect(response.statusCode === 200 && response.complete));
    }).once("error", () => this.#reconnect(false));
  }

  /** A stream that ended regularly has moved to the other instance. All others were cut. */
  #reconnect(hasEnded) {
    if (this.#isStopped) return;
    if (hasEnded) this.streamsMoved += 1;
    else this.streamsCut += 1;
    setTimeout(() => this.#follow(), 200).unref();
  }
}
