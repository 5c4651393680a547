import {
  type Agent,
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  request as startRequest,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import { onTestFinished } from "vitest";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How to ask. Nothing is sent that does not stand here, but `Host` and `Connection`. */
export interface Question {
  /** @default "GET" */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent chunked, unless a `content-length` is among the headers. */
  readonly body?: string;
  /** Left out: a connection of its own. */
  readonly agent?: Agent;
}

export interface TestServer {
  readonly port: number;
  ask(target: string, question?: Question): Promise<Answer>;
  /** Sends the bytes as they are and gives everything that came until the server closed the connection. */
  askRaw(bytes: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts a server for several tests: whoever starts it closes it. */
export async function startServer(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    ask: (target, question) => ask(port, target, question),
    askRaw: (bytes) => askRaw(port, bytes),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** Starts a server that is closed when the test is over. */
export async function serve(listener: RequestListener): Promise<TestServer> {
  const server = await startServer(listener);
  onTestFinished(server.close);
  return server;
}

/** Far longer than any answer takes: without it, a test would only say that it had timed out. */
const SILENCE_MS = 30_000;

/** Asks a server on this machine. */
export function ask(port: number, target: string, question: Question = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body, agent = false } = question;
  return new Promise((resolve, reject) => {
    const request = startRequest({ host: "127.0.0.1", port, path: target, method, headers, agent });
    request.setTimeout(SILENCE_MS, () =>
      request.destroy(new Error(`${target}: silent for ${SILENCE_MS} ms`)),
    );
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    request.end(body);
  });
}

/** Sends bytes over a plain socket: for HTTP/1.0 and for request lines that no client writes. */
export function askRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => void socket.write(bytes));
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", reject);
    socket.on("end", () => resolve(text));
  });
}
