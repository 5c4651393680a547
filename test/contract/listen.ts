import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** An application that listens. */
export interface Running {
  readonly port: number;
  close(): Promise<void>;
}

/** What the application itself answers, in every framework. */
export const HELLO = "hello";

/** Starts `listener` on a free port of this machine. */
export async function listen(listener: RequestListener): Promise<Running> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return { port: portOf(server), close: () => close(server) };
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}

/** The whole of an application without a framework. */
export function answerHello(request: IncomingMessage, response: ServerResponse): void {
  const isHello = request.url?.split("?")[0] === "/hello";
  response.writeHead(isHello ? 200 : 404).end(isHello ? HELLO : "nothing here");
}
