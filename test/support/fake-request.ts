import { IncomingMessage, type Server, ServerResponse } from "node:http";
import { Socket } from "node:net";

/** A request that waits for its response, at a server that does not listen. */
export function emitRequest(server: Server, url = "/"): ServerResponse {
  const incoming = Object.assign(new IncomingMessage(new Socket()), { url, httpVersionMajor: 1 });
  const response = new ServerResponse(incoming);
  server.emit("request", incoming, response);
  return response;
}

/** Ends such a request as if all of its response had been written. */
export function finishResponse(response: ServerResponse): void {
  Object.defineProperty(response, "writableFinished", { value: true });
  response.emit("close");
  response.req.socket.destroy();
}
