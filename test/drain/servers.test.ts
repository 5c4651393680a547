import { once } from "node:events";
import { Agent, createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { watchServer } from "../../src/drain/servers.ts";
import { ask, askRaw } from "../support/http.ts";

/** A watched server that listens, and what was told of its requests. */
async function createSubject(listener?: RequestListener, prepare: (server: Server) => void = () => {}) {
  const server = createServer(...(listener === undefined ? [] : [listener]));
  const events: string[] = [];
  const watched = watchServer(server, {
    onRequest(target) {
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
