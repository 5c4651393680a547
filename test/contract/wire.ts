import { request as startRequest } from "node:http";
import { connect } from "node:net";

/** A request, as little of it as has to be said. Nothing else is sent but `Host` and `Connection`. */
export interface Sent {
  readonly method: string;
  /** As it goes into the request line. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

export interface Received {
  readonly status: number;
  /** By lower-case names; a header that came twice is joined with ` + `, so that nobody overlooks it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bytes: Buffer;
}

/** Asks a server on this machine, over a connection of its own. */
export function send(port: number, { method, target, headers = {}, body }: Sent): Promise<Received> {
  return new Promise((resolve, reject) => {
    const request = startRequest({ host: "127.0.0.1", port, method, path: target, agent: false });
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    request.on("error", reject);
    request.on("response", (response) => {
      const { statusCode: status = 0, rawHeaders } = response;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => void chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status, headers: toHeaders(rawHeaders), body: bytes.toString(), bytes });
      });
    });
    request.end(body);
  });
}

function toHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    const value = rawHeaders[index + 1] ?? "";
    headers[name] = name in headers ? `${headers[name]} + ${value}` : value;
  }
  return headers;
}

/** Sends bytes as they are, and gives everything that came until the server closed the connection. */
export function sendBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => void socket.write(bytes));
    socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
    socket.on("error", reject);
    socket.on("end", () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** Sends a request and hangs up when `until` has settled, without having waited for the answer. */
export async function sendAndLeave(port: number, target: string, until: Promise<unknown>): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await until;
  const closed = new Promise((resolve) => void socket.once("close", resolve));
  socket.destroy();
  await closed;
}
