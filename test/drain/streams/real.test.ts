import { once } from "node:events";
import { createServer, get, type ServerResponse, request as startRequest } from "node:http";
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type ServerHttp2Stream,
} from "node:http2";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createGunzip, createGzip } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createProbe } from "../../../src/core/probe.ts";
import { createDrain } from "../../../src/drain/drain.ts";
import type { DrainOptions } from "../../../src/drain/options.ts";
import type { NodeServer } from "../../../src/drain/server-kind.ts";
import { openEvents } from "../../support/event-stream.ts";

/** A server whose drain waits for no balancer. */
async function listen(server: NodeServer, options: DrainOptions = {}) {
  server.setTimeout(0);
  const drain = createDrain(server, {
    probe: createProbe(),
    fixedMs: 0,
    deadlineMs: 10_000,
    balancerIdleMs: 0,
    streams: { spreadMs: 0 },
    ...options,
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { drain, port: (server.address() as AddressInfo).port };
}

function sendEvents(response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
  response.write("data: one\n\nevent: two\ndata: unfinished\n");
}

describe("event streams over HTTP/1", () => {
  test("end in good order, with a time to reconnect and without a blank line", async () => {
    const { drain, port } = await listen(createServer((_request, response) => sendEvents(response)));
    const events = await openEvents(port, "/");
    await events.waitFor("unfinished");
    const report = await drain.start();
    expect(await events.ended).toBe(true);
    expect(events.text).toMatch(/^data: one\n\nevent: two\ndata: unfinished\n:\nretry: \d{3,4}\n$/);
    expect(report).toMatchObject({ ok: true, streamsEnded: 1, requestsCut: 0 });
    expect(report.totalMs).toBeLessThan(2_000);
  });

  test("do not crash an application that goes on writing, ending and piping", async () => {
    const outcomes: unknown[] = [];
    const server = createServer((_request, response) => {
      sendEvents(response);
      const timer = setInterval(() => {
        outcomes.push(response.write("data: more\n\n"));
        response.write("data: more\n\n", (error) => outcomes.push(error ?? "written"));
      }, 5);
      response.on("close", () => {
        clearInterval(timer);
        response.write("late");
        response.end("late");
        response.end();
      });
    });
    const { drain, port } = await listen(server);
    const events = await openEvents(port, "/");
    await events.waitFor("more");
    expect(await drain.start()).toMatchObject({ ok: true, streamsEnded: 1 });
    expect(await events.ended).toBe(true);
    expect(events.text).not.toContain("late");
    expect(outcomes).not.toContain(false);
  });

  test("that are compressed end without a farewell", async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Content-Encoding": "gzip" });
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write("data: one\n\n");
      gzip.flush();
    });
    const { drain, port } = await listen(server);
    const response = await new Promise<NodeJS.ReadableStream>(
      (resolve) => void get({ port, agent: false }, resolve),
    );
    let text = "";
    const gunzip = response.pipe(createGunzip()).on("error", () => {});
    gunzip.on("data", (chunk) => {
      text += chunk;
    });
    await expect.poll(() => text).toContain("one");
    expect(await drain.start()).toMatchObject({ ok: true, streamsEnded: 1 });
    expect(text).toBe("data: one\n\n");
  });

  test("with a reader that reads nothing hold up the drain by a second", async () => {
    const server = createServer((_request, response) => {
      sendEvents(response);
      for (let index = 0; index < 200; index += 1) response.write(`data: ${"x".repeat(100_000)}\n\n`);
    });
    const { drain, port } = await listen(server);
    const socket = connect(port, "127.0.0.1").pause();
    socket.on("error", () => {});
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(server, "request");
    const report = await drain.start();
    expect(report).toMatchObject({ ok: true, streamsEnded: 1, requestsCut: 0 });
    expect(report.closeMs).toBeLessThan(4_000);
    socket.destroy();
  });

  test("and what isEndless says; finite responses are left alone", async () => {
    let finish = (): void => {};
    const server = createServer((request, response) => {
      response.writeHead(200, { "Content-Type": "text/plain" });
      response.write("begun\n");
      if (request.url === "/finite") finish = () => void response.end("done\n");
    });
    const isEndless = (request: { readonly url?: string | undefined }): boolean => request.url === "/log";
    const { drain, port } = await listen(server, { streams: { isEndless, spreadMs: 0 } });
    const [log, finite] = [await openEvents(port, "/log"), await openEvents(port, "/finite")];
    await Promise.all([log.waitFor("begun"), finite.waitFor("begun")]);
    const drained = drain.start();
    expect(await log.ended).toBe(true);
    finish();
    expect(await finite.ended).toBe(true);
    expect([log.text, finite.text]).toEqual(["begun\n", "begun\ndone\n"]);
    expect(await drained).toMatchObject({ ok: true, streamsEnded: 1, requestsCut: 0 });
  });

  test("that endsByItself names get the time of other requests in flight", async () => {
    let finish = (): void => {};
    const server = createServer((request, response) => {
      sendEvents(response);
      if (request.url === "/tokens") finish = () => void response.end("\ndata: [DONE]\n\n");
    });
    const endsByItself = (request: { readonly url?: string | undefined }): boolean =>
      request.url === "/tokens";
    const { drain, port } = await listen(server, { streams: { endsByItself, spreadMs: 0 } });
    const [events, tokens] = [await openEvents(port, "/events"), await openEvents(port, "/tokens")];
    await Promise.all([events.waitFor("unfinished"), tokens.waitFor("unfinished")]);
    const drained = drain.start();
    expect(await events.ended).toBe(true);
    finish();
    expect(await tokens.ended).toBe(true);
    expect(tokens.text).toMatch(/unfinished\n\ndata: \[DONE\]\n\n$/);
    expect(await drained).toMatchObject({ ok: true, streamsEnded: 1, requestsCut: 0 });
  });

  test("are ended as others where endsByItself throws, which is logged", async () => {
    const lines: string[] = [];
    const logger = { info() {}, error() {}, warn: (line: string) => void lines.push(line) };
    const endsByItself = (): boolean => {
      throw new Error("no route");
    };
    const server = createServer((_request, response) => sendEvents(response));
    const { drain, port } = await listen(server, { logger, streams: { endsByItself, spreadMs: 0 } });
    const events = await openEvents(port, "/");
    await events.waitFor("unfinished");
    expect(await drain.start()).toMatchObject({ ok: true, streamsEnded: 1, requestsCut: 0 });
    expect(lines.filter((line) => line.includes("streams.endsByItself failed: no route"))).toHaveLength(1);
  });

  test("are cut where isEndless throws, which is logged once", async () => {
    const lines: string[] = [];
    const logger = { info() {}, error() {}, warn: (line: string) => void lines.push(line) };
    const isEndless = (): boolean => {
      throw new Error("no route");
    };
    const server = createServer((_request, response) => void response.write("begun\n"));
    const { drain, port } = await listen(server, {
      logger,
      closeTimeoutMs: 200,
      streams: { isEndless, spreadMs: 0 },
    });
    const log = await openEvents(port, "/");
    expect(await drain.start()).toMatchObject({ ok: false, streamsEnded: 0, requestsCut: 1 });
    expect(await log.ended).toBe(false);
    expect(lines.filter((line) => line.includes("streams.isEndless failed: no route"))).toHaveLength(1);
  });
});

describe("event streams over HTTP/2", () => {
  test.each(["request", "stream"] as const)("end in good order, by the event %s", async (event) => {
    const server = createHttp2Server();
    if (event === "request") {
      server.on("request", (_request, response) => sendEvents(response as unknown as ServerResponse));
    } else {
      server.on("stream", (stream: ServerHttp2Stream) => {
        stream.respond({ ":status": 200, "content-type": "text/event-stream" });
        stream.write("data: one\n\nevent: two\ndata: unfinished\n");
        const timer = setInterval(() => stream.write("data: more\n"), 5);
        stream.on("close", () => clearInterval(timer));
      });
    }
    const endsByItself = vi.fn(() => false);
    const { drain, port } = await listen(server, { streams: { endsByItself, spreadMs: 0 } });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({ ":path": "/" }).setEncoding("utf8");
    let text = "";
    stream.on("data", (chunk: string) => {
      text += chunk;
    });
    const ended = once(stream, "close");
    await expect.poll(() => text).toContain("unfinished");
    expect(await drain.start()).toMatchObject({ ok: true, streamsEnded: 1, requestsCut: 0 });
    await ended;
    expect(text).toMatch(/\n:\nretry: \d+\n$/);
    // Raw streams have no request and no response to pass.
    expect(endsByItself.mock.calls.length > 0).toBe(event === "request");
    expect(stream.rstCode).toBe(0);
    session.close();
  });

  test("are left to end by themselves where endsByItself names them", async () => {
    const server = createHttp2Server();
    let finish = (): void => {};
    server.on("request", (_request, response) => {
      sendEvents(response as unknown as ServerResponse);
      finish = () => void response.end("\ndata: [DONE]\n\n");
    });
    const { drain, port } = await listen(server, { streams: { endsByItself: () => true, spreadMs: 0 } });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({ ":path": "/" }).setEncoding("utf8");
    let text = "";
    stream.on("data", (chunk: string) => {
      text += chunk;
    });
    await expect.poll(() => text).toContain("unfinished");
    const ended = once(stream, "close");
    const drained = drain.start();
    await once(session, "goaway");
    finish();
    expect(await drained).toMatchObject({ ok: true, streamsEnded: 0, requestsCut: 0 });
    await ended;
    expect(text).toMatch(/\ndata: \[DONE\]\n\n$/);
    session.close();
  });
});

describe("WebSockets", () => {
  test.each([true, false])("get 1001, with the server of ws (%s)", async (isKnown) => {
    const server = createServer();
    const websockets = new WebSocketServer({ server });
    websockets.on("connection", (socket) => {
      const timer = setInterval(() => socket.send("tick"), 5);
      socket.on("close", () => clearInterval(timer));
    });
    const { drain, port } = await listen(server, isKnown ? { websockets } : {});
    const clients = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const client = new WebSocket(`ws://127.0.0.1:${port}`);
        const closed = once(client, "close");
        await once(client, "message");
        return { closed };
      }),
    );
    const report = await drain.start();
    expect(report).toMatchObject({ ok: true, socketsClosed: 3, requestsCut: 0 });
    const codes = await Promise.all(clients.map(async ({ closed }) => (await closed)[0]));
    expect(codes).toEqual([1_001, 1_001, 1_001]);
    expect(report.totalMs).toBeLessThan(2_500);
  });

  test("of a client that does not answer hold up the drain by a second", async () => {
    const server = createServer();
    new WebSocketServer({ server });
    const { drain, port } = await listen(server);
    const socket = connect(port, "127.0.0.1");
    socket.write(
      "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await once(socket, "data");
    const report = await drain.start();
    expect(report).toMatchObject({ ok: true, socketsClosed: 1, requestsCut: 0 });
    expect(report.closeMs).toBeLessThan(4_000);
    socket.destroy();
  });
});

describe("tunnels", () => {
  test("of CONNECT are ended", async () => {
    const server = createServer();
    server.on("connect", (_request, socket: Socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    });
    const { drain, port } = await listen(server);
    const request = startRequest({ port, host: "127.0.0.1", method: "CONNECT", path: "x:1" }).end();
    const [, socket] = (await once(request, "connect")) as [unknown, Socket];
    const ended = once(socket, "end");
    socket.resume();
    expect(await drain.start()).toMatchObject({ ok: true, socketsClosed: 1, requestsCut: 0 });
    await ended;
  });
});

describe("tunnels over HTTP/2", () => {
  test.each([
    ["CONNECT", {}, ""],
    ["a WebSocket", { ":protocol": "websocket", ":scheme": "http", ":path": "/" }, "\x88\x02\x03\xe9"],
  ])("of %s are ended", async (_name, headers, farewell) => {
    const server = createHttp2Server({ settings: { enableConnectProtocol: true } });
    server.on("request", (_request, response) => response.end());
    server.on("connect", (_request, response) => {
      response.writeHead(200);
      response.write("hello");
    });
    const { drain, port } = await listen(server);
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    await once(session, "remoteSettings");
    const stream = session.request(
      { ":method": "CONNECT", ":authority": "x:1", ...headers },
      { endStream: false },
    );
    let text = "";
    stream.setEncoding("latin1").on("data", (chunk: string) => {
      text += chunk;
    });
    stream.on("data", () => {
      if (farewell !== "" && text.endsWith(farewell)) stream.end();
    });
    stream.on("end", () => stream.end());
    const ended = once(stream, "close");
    await expect.poll(() => text).toBe("hello");
    expect(await drain.start()).toMatchObject({ ok: true, socketsClosed: 1, requestsCut: 0 });
    await ended;
    expect(text).toBe(`hello${farewell}`);
    session.close();
  });
});

describe("options of streams", () => {
  test.each([
    [{ streams: 1 }, "streams: expected an object, got 1"],
    [{ streams: { isEndless: true } }, "streams.isEndless: expected a function, got true"],
    [{ streams: { endsByItself: "/chat" } }, 'streams.endsByItself: expected a function, got "/chat"'],
    [{ streams: { spreadMs: -1 } }, "streams.spreadMs: expected a number from 0"],
    [{ streams: { endless: 1 } }, "streams: unknown option"],
    [{ websockets: {} }, "websockets: expected a WebSocket server with clients"],
  ])("%j is rejected", (options, message) => {
    expect(() => createDrain(createServer(), options as DrainOptions)).toThrow(message);
  });
});
