import { once } from "node:events";
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { watchServer } from "../../src/drain/servers.ts";
import { ask, askRaw } from "../support/http.ts";

/** A watched server that listens, and what was told of its requests. */
async function createSubject(listener?: RequestListener, prepare: (server: Server) => void = () => {}) {
  const server = createServer(...(listener === undefined ? [] : [listener]));
  const events: string[] = [];
  const watched = watchServer(server, {
    onRequest(request) {
      const { url: target } = request as IncomingMessage;
      events.push(`${target} came`);
      return (isAnswered) =>
        void events.push(`${target} ${isAnswered ? "was answered" : "was not answered"}`);
    },
  });
  prepare(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    watched.cut();
    server.close();
  });
  return { server, watched, events, port: (server.address() as AddressInfo).port };
}

describe("a watched server", () => {
  test("tells of each request and of its end", async () => {
    const { port, events } = await createSubject((_request, response) => response.end("hello\n"));
    await ask(port, "/a?b=c");
    await ask(port, "/d", { method: "POST", body: "e" });
    expect(events).toEqual(["/a?b=c came", "/a?b=c was answered", "/d came", "/d was answered"]);
  });

  test("tells when the client goes before it is answered, pipelined requests too", async () => {
    const { port, events, server } = await createSubject(() => {});
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    });
    await new Promise<void>((resolve) => {
      server.on("request", ({ url }) => {
        if (url === "/b") resolve();
      });
    });
    socket.destroy();
    await expect.poll(() => events.length).toBe(4);
    expect(events.slice(0, 2)).toEqual(["/a came", "/b came"]);
    expect(events.slice(2).sort()).toEqual(["/a was not answered", "/b was not answered"]);
  });

  test("tells of requests that wait for 100 Continue, and leaves them to who listens", async () => {
    const { port, events } = await createSubject(undefined, (server) => {
      server.on("checkContinue", (_request, response) => {
        response.writeHead(417).end();
      });
    });
    const answer = await ask(port, "/upload", { method: "POST", headers: { expect: "100-continue" } });
    expect(answer.status).toBe(417);
    expect(events).toEqual(["/upload came", "/upload was answered"]);
  });

  test("answers an upgrade that nobody takes as if it were not watched", async () => {
    const { port } = await createSubject((_request, response) => response.end("no\n"));
    const bytes = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n";
    const text = await askRaw(port, bytes);
    expect(text.startsWith("HTTP/1.1 200 OK\r\n")).toBe(true);
    expect(text.endsWith("no\n")).toBe(true);
  });

  test("counts a tunnel that was opened with CONNECT", async () => {
    const { port, watched } = await createSubject(undefined, (server) => {
      server.on("connect", (_request, socket) => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
    });
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n");
    });
    await new Promise((resolve) => void socket.once("data", resolve));
    expect(watched.cut()).toBe(1);
  });

  test("keeps connections again after it was not leaving any more", async () => {
    const { port, watched } = await createSubject((_request, response) => response.end());
    const getConnection = async () =>
      /^connection: (.*)\r$/im.exec(
        await askRaw(
          port,
          "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        ),
      )?.[1];
    expect(await getConnection()).toBe("keep-alive");
    watched.setLeaving(true);
    expect(await getConnection()).toBe("close");
    watched.setLeaving(false);
    expect(await getConnection()).toBe("keep-alive");
  });

  test.each<[how: string, listener: RequestListener]>([
    ["by setHeader", (_request, response) => response.setHeader("connection", "keep-alive").end()],
    ["by writeHead", (_request, response) => response.writeHead(200, { Connection: "Keep-Alive" }).end()],
    [
      "by writeHead, in a list behind a reason",
      (_request, response) =>
        response.writeHead(200, "Fine", ["X-A", "1", "Connection", "keep-alive", "X-B", "2"]).end(),
    ],
  ])("that leaves does not let the application keep connections (%s)", async (_, listener) => {
    const { port, watched } = await createSubject(listener);
    const bytes = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    watched.setLeaving(true);
    const answer = await askRaw(port, bytes);
    expect(answer.match(/^connection: .*$/gim)).toEqual(["Connection: close"]);
    expect(answer.includes("X-A")).toBe(answer.includes("X-B: 2"));
  });

  test("that leaves answers pipelined requests all, and only the last answer ends the connection", async () => {
    const waiting: (() => void)[] = [];
    const { port, watched, server } = await createSubject(({ url }, response) => {
      waiting.push(() => response.setHeader("connection", "keep-alive").end(`${url}\n`));
      if (waiting.length < 3) return;
      watched.setLeaving(true);
      for (const answer of waiting) answer();
    });
    const lines = ["/a", "/b", "/c"].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const answer = await askRaw(port, lines.join(""));
    expect(answer.match(/^connection: .*$/gim)).toEqual([
      "connection: keep-alive",
      "connection: keep-alive",
      "Connection: close",
    ]);
    expect(answer.match(/^\/.$/gm)).toEqual(["/a", "/b", "/c"]);
    expect(server.listening).toBe(true);
    expect(watched.cut()).toBe(0);
  });

  test("counts pipelined requests that came behind the last answer", async () => {
    const { port, watched, events } = await createSubject(({ url }, response) => {
      if (url === "/first") response.write("begun\n");
      else setImmediate(() => last?.end());
      if (url === "/first") last = response;
    });
    let last: ServerResponse | undefined;
    watched.setLeaving(true);
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("GET /first HTTP/1.1\r\nHost: x\r\n\r\n");
    });
    socket.once("data", () => socket.write("GET /second HTTP/1.1\r\nHost: x\r\n\r\n"));
    await new Promise((resolve) => void socket.resume().once("close", resolve));
    await expect.poll(() => events).toContain("/second was not answered");
    expect(watched.cut()).toBe(1);
  });

  test("leaves the headers of an upgrade alone", async () => {
    const { port, watched } = await createSubject((_request, response) => {
      response.writeHead(101, { Connection: "Upgrade", Upgrade: "test" }).end();
    });
    watched.setLeaving(true);
    const socket = connect(port, "127.0.0.1", () => void socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    const [text] = (await once(socket.setEncoding("utf8"), "data")) as [string];
    socket.destroy();
    expect(text).toMatch(/^Connection: Upgrade\r$/m);
  });

  test("still knows the address of a client that hung up before it was answered", async () => {
    const addresses: (string | undefined)[] = [];
    const { port } = await createSubject(({ socket }) => {
      socket.once("close", () => addresses.push(socket.remoteAddress));
      socket.destroy();
    });
    await ask(port, "/").catch(() => {});
    await expect.poll(() => addresses).toEqual(["127.0.0.1"]);
  });

  test("that was stopped tells nothing more", async () => {
    const { port, watched, events } = await createSubject((_request, response) => response.end());
    watched.stop();
    expect((await ask(port, "/")).status).toBe(200);
    expect(events).toEqual([]);
  });

  test("ends the connection of an answer that was in flight when it began to leave", async () => {
    const responses: ServerResponse[] = [];
    const { port, watched, server } = await createSubject(
      (_request, response) => void responses.push(response),
    );
    const asked = askRaw(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(server, "request");
    watched.setLeaving(true);
    responses[0]?.end("hello");
    expect(await asked).toMatch(/^connection: close\r$/im);
  });

  test("counts each request that waits on one connection", async () => {
    const { port, watched, server } = await createSubject(() => {});
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    });
    await once(server, "request");
    await expect.poll(() => watched.cut()).toBe(2);
  });

  test("adds no listener to a connection for each request that it carries", async () => {
    const { port, server } = await createSubject((_request, response) => response.end("ok"));
    const counts: number[] = [];
    server.on("request", ({ socket }) => void counts.push(socket.listenerCount("close")));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let request = 0; request < 5; request += 1) await ask(port, "/", { agent });
    expect(counts).toEqual(Array.from(counts, () => counts[0]));
    expect(counts).toHaveLength(5);
  });
});

describe("close()", () => {
  test.each([
    ["a request that waits for its answer", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["an upgraded one", "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n"],
  ])("leaves a silent connection open that has %s", async (_what, bytes) => {
    const { port, server, watched } = await createSubject(() => {});
    server.on("upgrade", (_request, socket) => socket.on("error", () => {}));
    const begun = Promise.race([once(server, "request"), once(server, "upgrade")]);
    const accepted = once(server, "connection");
    const client = connect(port, "127.0.0.1");
    client.on("error", () => {}).write(bytes);
    const [socket] = (await accepted) as [Socket];
    await begun;
    void watched.close();
    for (const now of [5_000, 10_000, 60_000]) watched.endIdle(now);
    expect(socket.destroyed).toBe(false);
    expect(watched.cut()).toBe(1);
  });

  test.each([0, 1, 5])("ends a connection a second after the last of its %i bytes", async (length) => {
    const { port, server, watched } = await createSubject();
    const accepted = once(server, "connection");
    const client = connect(port, "127.0.0.1", () => void client.write("GET /".slice(0, length)));
    const [socket] = (await accepted) as [Socket];
    await expect.poll(() => socket.bytesRead).toBe(length);
    void watched.close();
    const isEnded = [5_000, 5_999, 6_000].map((now) => {
      watched.endIdle(now);
      return socket.destroyed;
    });
    expect(isEnded).toEqual([false, false, true]);
  });

  test("resolves at once for a server that never listened, and does not disturb it", async () => {
    const server = createServer().on("close", () => expect.unreachable("closed"));
    await watchServer(server, { onRequest: () => () => {} }).close();
    expect(server.listening).toBe(false);
  });

  test("waits for the connections of a server that the application has closed already", async () => {
    const { port, server, watched } = await createSubject((request, response) => {
      request.socket.once("end", () => response.end());
    });
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => {
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    });
    await new Promise((resolve) => void server.once("request", resolve));
    server.close();
    const order: string[] = [];
    const closed = watched.close().then(() => order.push("closed"));
    expect(watched.cut()).toBe(1);
    order.push("cut");
    await closed;
    expect(order).toEqual(["cut", "closed"]);
  });
});

describe("a server that had connections before it was watched", () => {
  /** A server with two connections: one whose request is not answered, and one that is kept. */
  async function startEarly() {
    const held: ServerResponse[] = [];
    const server = createServer(({ url }, response) => {
      if (url === "/held") held.push(response);
      else response.end("hello\n");
    });
    const port = await listenOn(server);
    const sockets = ["/held", "/"].map((path) => {
      const socket = connect(port, "127.0.0.1");
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
      return socket;
    });
    const [, kept] = sockets;
    if (kept) await once(kept, "data");
    await expect.poll(() => held.length).toBe(1);
    const closed = Promise.all(sockets.map((socket) => once(socket.resume(), "close")));
    return { server, held, closed, watched: watchServer(server, { onRequest: () => () => {} }) };
  }

  test("waits for the request that is under way, and lets the idle connection go", async () => {
    const { held, closed, watched } = await startEarly();
    const ending = watched.close();
    watched.endIdle(0);
    watched.endIdle(2_000);
    held[0]?.end("held\n");
    await expect.poll(() => held[0]?.writableFinished).toBe(true);
    watched.endIdle(4_000);
    await ending;
    await closed;
    expect(watched.cut()).toBe(0);
  });

  test("counts and cuts the request that is under way", async () => {
    const { closed, watched } = await startEarly();
    const ending = watched.close();
    watched.endIdle(0);
    expect(watched.cut()).toBe(1);
    await ending;
    await closed;
  });

  test("cuts a connection that was upgraded", async () => {
    const server = createServer().on(
      "upgrade",
      (_request, socket) => void socket.write("HTTP/1.1 101 Yes\r\n\r\n"),
    );
    const port = await listenOn(server);
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n");
    await once(socket, "data");
    const watched = watchServer(server, { onRequest: () => () => {} });
    const ending = watched.close();
    watched.endIdle(0);
    expect(watched.cut()).toBe(1);
    await once(socket, "close");
    await ending;
  });
});

describe("a server that gets its connections from another one", () => {
  /** Whatever comes to the front is given to the server, which does not listen itself. */
  async function startFed(listener: RequestListener) {
    const server = createServer(listener);
    const watched = watchServer(server, { onRequest: () => () => {} });
    const front = createTcpServer((socket) => void server.emit("connection", socket));
    onTestFinished(() => void front.close());
    return { server, watched, port: await listenOn(front) };
  }

  test("waits for its requests when it is closed", async () => {
    const held: ServerResponse[] = [];
    const { watched, port } = await startFed((_request, response) => void held.push(response));
    const answer = ask(port, "/");
    await expect.poll(() => held.length).toBe(1);
    const order: string[] = [];
    const ending = watched.close().then(() => order.push("closed"));
    await new Promise((resolve) => void setImmediate(resolve));
    order.push("answered");
    watched.setLeaving(true);
    held[0]?.end("held\n");
    expect(await answer).toMatchObject({ status: 200, body: "held\n" });
    await ending;
    expect(order).toEqual(["answered", "closed"]);
  });

  test("counts and cuts them", async () => {
    const held: ServerResponse[] = [];
    const { watched, port } = await startFed((_request, response) => void held.push(response));
    const answer = ask(port, "/").catch((error: Error) => error.message);
    await expect.poll(() => held.length).toBe(1);
    const ending = watched.close();
    expect(watched.cut()).toBe(1);
    await ending;
    expect(await answer).toBe("socket hang up");
  });
});

async function listenOn(server: {
  listen(port: number, host: string, run: () => void): unknown;
  address(): unknown;
}) {
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
