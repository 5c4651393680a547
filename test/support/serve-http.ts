import { createServer, type RequestListener } from "node:http";
import { onTestFinished } from "vitest";
import { listen } from "./listen.ts";

/** Serves HTTP on a free port of 127.0.0.1 until the test ends. */
export async function serveHttp(listener: RequestListener): Promise<number> {
  const { port, close } = await listen(createServer(listener));
  onTestFinished(close);
  return port;
}

/** Answers by switching protocols, although nobody asked for that. */
export const switchProtocols: RequestListener = ({ socket }) =>
  void socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n");
