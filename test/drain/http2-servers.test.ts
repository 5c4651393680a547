import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request as startRequest } from "node:http";
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  createSecureServer as createSecureHttp2Server,
} from "node:http2";
import { createServer as createHttpsServer, request as startTlsRequest } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls } from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { NodeServer } from "../../src/drain/server-kind.ts";
import { watchServer } from "../../src/drain/servers.ts";
import type { EndlessSetup } from "../../src/drain/watched-server.ts";
import { createCertificate } from "../support/certificate.ts";

const { key, cert } = createCertificate({
  commonName: "localhost",
  notBefore: new Date(Date.now() - 60_000),
  notAfter: new Date(Date.now() + 3_600_000),
});

const NO_TESTS: EndlessSetup["tests"] = { isEndless: () => false, endsByItself: () => false };

/** A watched server that listens, with its events in order. `prepare` adds the listeners of the application. */
async function createSubject<Server extends NodeServer>(server: Server, prepare?: (server: Server) => void) {
  const events: string[] = [];
  const connections: Socket[] = [];
  const watched = watchServer(server, {
    onRequest() {
      events.push("came");
      return (isAnswered) => void events.push(isAnswered ? "answered" : "not answered");
    },
    onConnection: (socket) => void connections.push(socket),
  });
  prepare?.(server);
  await once((server as ReturnType<typeof createServer>).listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    watched.cut();
    watched.stop();
    server.close();
  });
  return { server, watched, events, connections, port: (server.address() as AddressInfo).port };
}

function connectTo(port: number, scheme = "http") {
  const session = connectHttp2(`${scheme}://localhost:${port}`, { ca: cert }).on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** A request of an HTTP/1 client over TLS. Its connection is not kept. */
async function askByTls(port: number, path: string): Promise<string> {
  const [response] = (await once(
    startTlsRequest({ host: "localhost", port, path, ca: cert, agent: false }).end(),
    "response",
  )) as [IncomingMessage];
  return text(response);
}

describe("a watched HTTP/2 server", () => {
  test("records each request and its end once, and closes the session behind the last", async () => {
    const { port, events, connections, watched } = await createSubject(
      createHttp2Server((_request, response) => void response.end("hello")),
    );
    const session = connectTo(port);
    expect(await text(session.request({ ":path": "/" }))).toBe("hello");
    expect(await text(session.request({ ":path": "/" }))).toBe("hello");
    await expect.poll(() => events).toEqual(["came", "answered", "came", "answered"]);
    expect(connections).toEqual([]);
    const closed = once(session, "close");
    const ending = watched.close();
    watched.endIdle(0);
    await ending;
    await closed;
    expect(watched.cut()).toBe(0);
  });

  test("sends no Connection header, of which Node.js would warn, when it leaves", async () => {
    const { port, watched } = await createSubject(
      createHttp2Server((_request, response) => void response.end("hello")),
    );
    const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
    onTestFinished(() => warn.mockRestore());
    watched.setLeaving(true);
    expect(await text(connectTo(port).request({ ":path": "/" }))).toBe("hello");
    expect(warn).not.toHaveBeenCalled();
  });

  test("does not count a session from before the watch as a request", async () => {
    const server = createHttp2Server((_request, response) => void response.end("hello"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const session = connectTo((server.address() as AddressInfo).port);
    expect(await text(session.request({ ":path": "/" }))).toBe("hello");
    const watched = watchServer(server, { onRequest: () => () => {} });
    const ending = watched.close();
    expect(watched.cut()).toBe(0);
    await ending;
  });

  test("counts and cuts the requests that are not answered", async () => {
    const { port, server, events, watched } = await createSubject(createHttp2Server(() => {}));
    const session = connectTo(port);
    const begun = once(server, "request");
    const stream = session.request({ ":path": "/" }).on("error", () => {});
    await begun;
    const ended = once(stream, "close");
    expect(watched.cut()).toBe(1);
    await ended;
    await expect.poll(() => events).toEqual(["came", "not answered"]);
  });

  test("records the streams of an application that knows no requests, and leaves them to it", async () => {
    const { port, server, events, watched } = await createSubject(createHttp2Server(), (http2) =>
      http2.on("stream", (stream, headers) => {
        stream.respond({ ":status": 200, "content-type": "text/event-stream" });
        if (headers[":path"] === "/") stream.end("hello");
      }),
    );
    const session = connectTo(port);
    expect(await text(session.request({ ":path": "/" }))).toBe("hello");
    expect(server.listenerCount("request")).toBe(0);
    await expect.poll(() => events).toEqual(["came", "answered"]);
    await once(session.request({ ":path": "/events" }), "response");
    const setup = { tests: { ...NO_TESTS, isEndless: () => expect.unreachable() }, retryMs: 1_000 };
    expect(watched.findEndless(setup)).toMatchObject([{ kind: "stream" }]);
    expect(watched.cut()).toBe(1);
  });

  test("finds event streams and what the application names", async () => {
    const { port, watched } = await createSubject(
      createHttp2Server((request, response) => {
        const type = request.url === "/log" ? "text/plain" : "text/event-stream";
        response.writeHead(200, { "Content-Type": type }).write("begun\n");
      }),
    );
    const session = connectTo(port);
    for (const path of ["/log", "/events"]) await once(session.request({ ":path": path }), "response");
    const find = (tests: Partial<EndlessSetup["tests"]>): number =>
      watched.findEndless({ tests: { ...NO_TESTS, ...tests }, retryMs: 1_000 }).length;
    expect(find({})).toBe(1);
    expect(find({ isEndless: ({ url }) => url === "/log" })).toBe(2);
    expect(find({ endsByItself: ({ url }) => url === "/events" })).toBe(0);
    expect(find({ endsByItself: ({ url }) => url === "/log" })).toBe(1);
  });

  test("records a tunnel, and finds it as a connection once the application has accepted it", async () => {
    const { port, server, watched } = await createSubject(
      createHttp2Server({ settings: { enableConnectProtocol: true } }, (_request, response) => {
        response.end();
      }),
      (http2) => http2.on("connect", (_request, response) => void response.stream.respond()),
    );
    const session = connectTo(port);
    await once(session, "remoteSettings");
    const tunnel = session.request({ ":method": "CONNECT", ":authority": "db:5432" }).on("error", () => {});
    await once(tunnel, "response");
    expect(watched.findEndless({ tests: NO_TESTS, retryMs: 1_000 })).toMatchObject([{ kind: "socket" }]);
    expect(watched.cut()).toBe(1);
    expect(server.listenerCount("connect")).toBe(2);
  });

  test.each(["checkContinue", "checkExpectation"])("records requests that only %s gets", async (event) => {
    const { port, events } = await createSubject(
      createHttp2Server((_request, response) => void response.end("hello")),
      (server) => server.on(event, (_request: unknown, response: { end(): void }) => response.end()),
    );
    const expectation = event === "checkContinue" ? "100-continue" : "other";
    const stream = connectTo(port).request({ ":path": "/", ":method": "POST", expect: expectation });
    stream.end("body");
    await once(stream.resume(), "close");
    expect(events).toEqual(["came", "answered"]);
  });

  test("is as it was before, once it is no longer watched", async () => {
    const { port, server, watched, events } = await createSubject(
      createHttp2Server((_request, response) => void response.end("hello")),
    );
    expect(await text(connectTo(port).request({ ":path": "/" }))).toBe("hello");
    await expect.poll(() => events).toHaveLength(2);
    watched.stop();
    const names = createHttp2Server(() => {}).eventNames();
    expect(server.eventNames().sort()).toEqual(names.sort());
    expect(server.listenerCount("request")).toBe(1);
  });
});

describe("a watched server with TLS", () => {
  test("sees an HTTP/1 connection once, although it consists of two sockets", async () => {
    const { port, events, connections, watched } = await createSubject(
      createHttpsServer({ key, cert }, (_request, response) => void response.end("hello")),
    );
    expect(await askByTls(port, "/")).toBe("hello");
    await expect.poll(() => events).toEqual(["came", "answered"]);
    expect(connections).toHaveLength(1);
    expect(connections[0]).toHaveProperty("encrypted", true);
    expect(watched.cut()).toBe(0);
  });

  test("sees a connection before its first request", async () => {
    const { port, connections, watched } = await createSubject(createHttpsServer({ key, cert }, () => {}));
    const client = connectTls({ host: "localhost", port, ca: cert }).on("error", () => {});
    onTestFinished(() => void client.destroy());
    await expect.poll(() => connections.length).toBe(1);
    expect(watched.idleConnections).toBe(1);
  });

  test("serves HTTP/1 and HTTP/2 clients, and knows which is idle", async () => {
    const { port, connections, watched, events } = await createSubject(
      createSecureHttp2Server({ key, cert, allowHTTP1: true }, (_request, response) => {
        (response as { end(text: string): void }).end("hello");
      }),
    );
    const session = connectTo(port, "https");
    expect(await text(session.request({ ":path": "/" }))).toBe("hello");
    expect(connections).toEqual([]);
    expect(watched.idleConnections).toBe(0);
    expect(await askByTls(port, "/")).toBe("hello");
    expect(connections).toHaveLength(1);
    await expect.poll(() => events).toEqual(["came", "answered", "came", "answered"]);
    const closed = once(session, "close");
    await watched.close();
    await closed;
  });
});

describe("a watched HTTP/1 server", () => {
  /** A response that has begun, with this type. */
  async function open(port: number, path: string): Promise<void> {
    const request = startRequest({ host: "127.0.0.1", port, path, agent: false }).on("error", () => {});
    onTestFinished(() => void request.destroy());
    const [response] = (await once(request.end(), "response")) as [IncomingMessage];
    response.on("error", () => {}).resume();
  }

  const answer: RequestListener = ({ url }, response) => {
    if (url === "/waits") return;
    const type = url === "/events" ? "text/event-stream" : "text/plain";
    response.writeHead(200, { "Content-Type": type }).write("begun\n");
  };

  test("finds event streams and what the application names, once the headers are sent", async () => {
    const { port, server, watched } = await createSubject(createServer(answer));
    for (const path of ["/log", "/events"]) await open(port, path);
    const begun = once(server, "request");
    startRequest({ host: "127.0.0.1", port, path: "/waits", agent: false })
      .on("error", () => {})
      .end();
    await begun;
    const find = (tests: Partial<EndlessSetup["tests"]>): number =>
      watched.findEndless({ tests: { ...NO_TESTS, ...tests }, retryMs: 1_000 }).length;
    expect(find({})).toBe(1);
    expect(find({ isEndless: () => true })).toBe(2);
    expect(find({ isEndless: ({ url }) => url === "/events", endsByItself: () => true })).toBe(1);
    expect(find({ endsByItself: () => true })).toBe(0);
  });

  test("finds WebSockets, whatever the case of their name, and other upgrades", async () => {
    const { port, watched, connections } = await createSubject(createServer(answer), (server) =>
      server.on("upgrade", (_request, socket) => void socket.write("HTTP/1.1 101 Yes\r\n\r\n")),
    );
    const received: Buffer[][] = [];
    for (const name of ["WebSocket", "chat"]) {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      socket.write(`GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${name}\r\n\r\n`);
      await once(socket, "data");
      const chunks: Buffer[] = [];
      received.push(chunks);
      socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
    }
    expect(connections).toHaveLength(2);
    const found = watched.findEndless({ tests: NO_TESTS, retryMs: 1_000 });
    expect(found.map(({ kind }) => kind)).toEqual(["socket", "socket"]);
    for (const { end } of found) end();
    await expect
      .poll(() => received.map((chunks) => Buffer.concat(chunks).toString("hex")))
      .toEqual(["880203e9", ""]);
  });

  test("accepts what waits only while it listens", async () => {
    const { server, watched } = await createSubject(createServer(answer));
    const order: string[] = [];
    const accepted = watched.acceptWaiting(() => true).then(() => order.push("accepted"));
    await Promise.resolve();
    await Promise.resolve();
    order.push("later");
    await accepted;
    server.close();
    const done = watched.acceptWaiting(() => true).then(() => order.push("nothing to accept"));
    await Promise.resolve();
    await Promise.resolve();
    order.push("at once");
    await done;
    expect(order).toEqual(["later", "accepted", "nothing to accept", "at once"]);
  });

  test("lets kept-alive connections go at once, and counts them as idle until then", async () => {
    const { port, watched } = await createSubject(
      createServer((_request, response) => void response.end("ok")),
    );
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
    await expect.poll(() => watched.idleConnections).toBe(1);
    const closed = once(socket, "close");
    watched.endIdle(0);
    await closed;
    await expect.poll(() => watched.idleConnections).toBe(0);
  });
});
