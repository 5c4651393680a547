import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A POST that came in. Its answer is the test's business. */
export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
  readonly response: ServerResponse;
  answer(status: number, headers?: Record<string, string>): void;
}

export interface Receiver {
  readonly port: number;
  /** How many requests came in so far. */
  readonly count: number;
  /** The next request, in order. */
  next(): Promise<ReceivedRequest>;
  close(): Promise<void>;
}

/** A webhook's receiver on this machine, which answers nothing by itself. Closed when the test is over. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: ReceivedRequest[] = [];
  const waiting: ((request: ReceivedRequest) => void)[] = [];
  let count = 0;

  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += chunk;
    const { method, url: path, headers } = request;
    const body = JSON.parse(text) as Record<string, unknown>;
    const answer = (status: number, further = {}): void => void response.writeHead(status, further).end();
    const one: ReceivedRequest = { method, path, headers, body, response, answer };
    count += 1;
    const reader = waiting.shift();
    if (reader === undefined) received.push(one);
    else reader(one);
  });
  await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
  onTestFinished(close);

  function close(): Promise<void> {
    server.closeAllConnections();
    return new Promise((resolve) => void server.close(() => resolve()));
  }

  return {
    port: (server.address() as AddressInfo).port,
    get count() {
      return count;
    },
    next() {
      const one = received.shift();
      return one === undefined ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve(one);
    },
    close,
  };
}
