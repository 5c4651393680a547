import type { IncomingMessage } from "node:http";
import { pipeline, Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { H3, toNodeHandler } from "h3";
import { serviceStatus } from "../../src/adapters/fetch.ts";
import { describeAdapter } from "./adapter.ts";
import { HELLO, listen } from "./listen.ts";

describeAdapter("svc-status/fetch behind a bridge", (options) => {
  const answerStatus = serviceStatus(options);
  return listen(async (incoming, outgoing) => {
    const request = toRequest(incoming);
    const { remoteAddress } = incoming.socket;
    const response = (await answerStatus(request, { remoteAddress, incoming })) ?? answerHello(request);
    // A client that has left before cannot be written to, and one that leaves later cancels the stream.
    if (outgoing.destroyed) return void response.body?.cancel();
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body === null) return void outgoing.end();
    pipeline(Readable.fromWeb(response.body as ReadableStream), outgoing, () => {});
  });
});

describeAdapter("svc-status/fetch on h3 2", (options) => {
  const answerStatus = serviceStatus(options);
  const app = new H3();
  app.use((event) => answerStatus(event.req, { remoteAddress: event.req.ip }));
  app.get("/hello", () => HELLO);
  return listen(toNodeHandler(app));
});

function toRequest({ url = "", method = "GET", headers }: IncomingMessage): Request {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Request(url.startsWith("/") ? `http://localhost${url}` : url, { method, headers: pairs });
}

function answerHello(request: Request): Response {
  const isHello = new URL(request.url).pathname === "/hello";
  return new Response(isHello ? HELLO : "nothing here", { status: isHello ? 200 : 404 });
}
