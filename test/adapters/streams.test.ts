import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  Server,
  type ServerResponse,
} from "node:http";
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2ServerResponse,
} from "node:http2";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { toResponse } from "../../src/adapters/common/fetch-api.ts";
import { MAX_UNREAD_MS, send } from "../../src/adapters/common/node-http.ts";
import { serviceStatus as createFetchHandler } from "../../src/adapters/fetch.ts";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import { createDrain } from "../../src/drain/drain.ts";
import { createEventStream, type StatusResponse } from "../../src/http/message.ts";
import { MAX_PAGE_PIECE_BYTES } from "../../src/http/page/reader.ts";
import { openEvents } from "../support/event-stream.ts";
import { createWatchedRegistry, type WatchedRegistry } from "../support/watched-registry.ts";

/** 600 pages that were closed again must not leave more behind than the test itself. */
const MAX_GROWN_BYTES = 5_000_000;

const EVENTS = "/svc_status.events";

interface Subject {
  readonly watched: WatchedRegistry;
  readonly probe: Probe;
  readonly server: Server;
  readonly port: number;
  /** The answers that were begun. */
  readonly responses: readonly ServerResponse[];
}

async function startSubject(): Promise<Subject> {
  const watched = createWatchedRegistry();
  const probe = createProbe();
  const answerStatus = serviceStatus({ registry: watched.registry, probe });
  const responses: ServerResponse[] = [];
  const server = createServer((request, response) => {
    responses.push(response);
    answerStatus(request, response);
  });
  const port = await listen(server);
  return { watched, probe, server, port, responses };
}

async function listen(server: TcpServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    if (server instanceof Server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A page that is more than the buffers of the connection hold. */
function fillBuffers({ registry }: WatchedRegistry): void {
  for (let index = 0; index < 500; index += 1)
    registry.addStatusHandler(`Handler${index}`, () => ({ state: "OK", text: "x".repeat(19_000) }));
}

async function openUnread(port: number, responses: readonly ServerResponse[]): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(`GET ${EVENTS} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  socket.pause();
  while ((responses[0]?.writableLength ?? 0) === 0) await nextTurn();
  return socket;
}

describe("a page that is left open", () => {
  test("does not keep a server from closing", async () => {
    const { watched, server, port } = await startSubject();
    const streams = await Promise.all([openEvents(port), openEvents(port)]);
    await Promise.all(streams.map((stream) => stream.waitFor("event: read")));
    const closed = once(server, "close");
    server.close();
    await closed;
    expect(await Promise.all(streams.map(({ ended }) => ended))).toEqual([true, true]);
    expect(watched.listeners).toBe(0);
  });

  test("does not keep a server of HTTP/2 from closing", async () => {
    const watched = createWatchedRegistry();
    const answerStatus = serviceStatus({ registry: watched.registry });
    const server = createHttp2Server((request, response) =>
      answerStatus(request as unknown as IncomingMessage, response as unknown as ServerResponse),
    );
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    onTestFinished(() => void session.destroy());
    const stream = session.request({ ":path": EVENTS });
    await once(stream, "data");
    const closed = once(server, "close");
    server.close();
    stream.resume();
    await once(stream, "end");
    session.close();
    await closed;
    expect(watched.listeners).toBe(0);
  });

  test("is let go where its connection is gone, over HTTP/2 too", async () => {
    const watched = createWatchedRegistry();
    const answerStatus = serviceStatus({ registry: watched.registry });
    const server = createHttp2Server((request, response) =>
      answerStatus(request as unknown as IncomingMessage, response as unknown as ServerResponse),
    );
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    await once(session.request({ ":path": EVENTS }), "data");
    session.destroy();
    await watched.untilNobodyListens();
  });

  test("that asks again and again loses its connection to a server that was closed", async () => {
    const { server, port } = await startSubject();
    const connected = once(server, "connection") as Promise<[Socket]>;
    const socket = connect(port, "127.0.0.1").setEncoding("utf8");
    socket.write("GET /svc_status HTTP/1.1\r\nHost: localhost\r\nX-Half: ");
    const [accepted] = await connected;
    while (accepted.bytesRead === 0) await nextTurn();
    server.close();
    socket.write("sent\r\n\r\n");
    let answer = "";
    for await (const chunk of socket) answer += chunk;
    expect(answer).toContain("\r\nConnection: close\r\n");
  });

  test("shows the drain, and is then let go: neither traffic nor a request that is cut", async () => {
    const { watched, probe, server, port } = await startSubject();
    const drain = createDrain(server, { probe, fixedMs: 1_000, closeTimeoutMs: 10_000 });
    const stream = await openEvents(port);
    await stream.waitFor("event: read");
    const draining = drain.start();
    await stream.waitFor("<strong>Draining</strong>");
    const late = await openEvents(port);
    await late.waitFor("<strong>Draining</strong>");
    const { requestsCut, requestsServed, lastRequestMs, closeMs } = await draining;
    expect({ requestsCut, requestsServed, lastRequestMs }).toEqual({
      requestsCut: 0,
      requestsServed: 0,
      lastRequestMs: undefined,
    });
    expect(closeMs).toBeLessThan(10_000);
    expect([await stream.ended, await late.ended]).toEqual([true, true]);
    expect(watched.listeners).toBe(0);
  });

  test("goes on over a server that gets its connections from another one, until that is closed", async () => {
    const { server, probe, watched } = await startSubject();
    await new Promise((resolve) => void server.close(resolve));
    const fed = createServer(server.listeners("request")[0] as RequestListener);
    const front = createTcpServer((socket) => void fed.emit("connection", socket));
    const drain = createDrain(fed, { probe, fixedMs: 0 });
    const stream = await openEvents(await listen(front));
    await stream.waitFor("event: read");
    probe.decommission("moving");
    await stream.waitFor("moving");
    expect(await drain.start()).toMatchObject({ ok: true, requestsCut: 0 });
    expect(await stream.ended).toBe(true);
    expect(watched.listeners).toBe(0);
  });

  test.each<[what: string, waitMs: number, act: (server: Server) => unknown]>([
    ["is no reason for a server not to close", 0, (server) => server.close()],
    ["is let go in the end", MAX_UNREAD_MS - 1_000, () => {}],
  ])("that does not read %s", async (_, waitMs, act) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { watched, server, port, responses } = await startSubject();
    fillBuffers(watched);
    const socket = await openUnread(port, responses);
    vi.advanceTimersByTime(waitMs);
    await nextTurn();
    expect(watched.listeners).toBe(1);
    const closed = once(socket, "close");
    act(server);
    vi.advanceTimersByTime(1_000);
    await watched.untilNobodyListens();
    socket.on("error", () => {}).resume();
    await closed;
  });

  test("that does not read piles up nothing, and gets the newest picture when it does", async () => {
    const { watched, probe, port, responses } = await startSubject();
    fillBuffers(watched);
    const socket = await openUnread(port, responses);
    const [slow] = responses;
    const begunBytes = slow?.writableLength ?? 0;
    const reader = await openEvents(port);
    await reader.waitFor("event: read");
    for (let round = 0; round < 5; round += 1) {
      const { length } = reader.text;
      probe.decommission(`round ${round}`);
      await reader.waitFor(`round ${round}`, length);
    }
    expect(slow?.writableLength).toBeLessThanOrEqual(begunBytes);
    let tail = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      tail = (tail + chunk).slice(-100_000);
    });
    socket.resume();
    while (!tail.includes("round 4")) await once(socket, "data");
    expect(tail).not.toContain("round 3");
  });
});

describe("a page over HTTP/2 that does not read", () => {
  async function startStalled() {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const watched = createWatchedRegistry();
    const probe = createProbe();
    fillBuffers(watched);
    const answerStatus = serviceStatus({ registry: watched.registry, probe });
    const responses: Http2ServerResponse[] = [];
    const server = createHttp2Server((request, response) => {
      responses.push(response);
      answerStatus(request as unknown as IncomingMessage, response as unknown as ServerResponse);
    });
    const port = await listen(server);
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    onTestFinished(() => void session.destroy());
    const stalled = session.request({ ":path": EVENTS });
    stalled.on("error", () => {});
    await once(stalled, "response");
    while ((responses[0]?.stream.writableLength ?? 0) === 0) await nextTurn();
    return { watched, probe, session, stalled, response: responses[0] ?? expect.unreachable("no answer") };
  }

  /** Another reader over the same connection, which reads everything. */
  function openReader(session: ClientHttp2Session) {
    let tail = "";
    const stream = session.request({ ":path": EVENTS }).setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      tail = (tail + chunk).slice(-100_000);
    });
    return {
      async waitFor(text: string): Promise<void> {
        while (!tail.includes(text)) await once(stream, "data");
      },
    };
  }

  test("piles up nothing, and holds up nobody who reads over the same connection", async () => {
    const { probe, session, stalled, response } = await startStalled();
    const begunBytes = response.stream.writableLength;
    const reader = openReader(session);
    await reader.waitFor("event: read");
    async function play(firstRound: number, endRound: number): Promise<void> {
      for (let round = firstRound; round < endRound; round += 1) {
        probe.decommission(`round ${round} ${"x".repeat(1_000)}`);
        await reader.waitFor(`round ${round} `);
      }
    }
    // By then, the stalled reader holds rows that the page no longer has: one more picture, and no more later.
    await play(0, 20);
    const before = usedBytes();
    await play(20, 40);
    expect(response.stream.writableLength).toBe(begunBytes);
    expect(begunBytes).toBeLessThanOrEqual(MAX_PAGE_PIECE_BYTES);
    expect(usedBytes() - before).toBeLessThan(MAX_GROWN_BYTES);
    let tail = "";
    stalled.setEncoding("utf8").on("data", (chunk: string) => {
      tail = (tail + chunk).slice(-100_000);
    });
    while (!tail.includes("round 39 ")) await once(stalled, "data");
    expect(tail).not.toContain("round 38 ");
  }, 60_000);

  test("is let go in the end, and frees its place", async () => {
    const { watched, stalled } = await startStalled();
    vi.advanceTimersByTime(MAX_UNREAD_MS - 1_000);
    await nextTurn();
    expect(watched.listeners).toBe(1);
    vi.advanceTimersByTime(1_000);
    await watched.untilNobodyListens();
    await once(stalled.resume(), "close");
  });

  test("is let go at once where too much waits for it", async () => {
    const { stream, cut, response } = createCuttable();
    const server = createHttp2Server((_, answer) => send(answer as unknown as ServerResponse, response));
    const session = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
    onTestFinished(() => void session.destroy());
    const stalled = session.request({ ":path": EVENTS });
    await once(stalled, "response");
    const gone = new Promise<void>((resolve) => stream.cancel.mockImplementation(resolve));
    cut();
    await gone;
    await once(stalled.resume(), "close");
    expect(stream.next).toHaveBeenCalledTimes(1);
  });
});

describe("200 pages that are open at the same time", () => {
  test("see a change within a second, share the questions, and free everything when they are closed", async () => {
    const { watched, probe, server, port } = await startSubject();
    let asked = 0;
    for (let index = 0; index < 10; index += 1)
      watched.registry.addStatusHandler(`Handler${index}`, () => {
        asked += 1;
        return { state: "OK", detail: "some detail" };
      });

    /** How long it took until the last of them had seen a change. */
    async function openAll(): Promise<number> {
      const streams = await Promise.all(Array.from({ length: 200 }, () => openEvents(port)));
      await Promise.all(streams.map((stream) => stream.waitFor("event: read")));
      const changedAt = performance.now();
      const body = `moved ${changedAt}`;
      probe.decommission(body);
      await Promise.all(streams.map((stream) => stream.waitFor(body)));
      const latestMs = performance.now() - changedAt;
      expect(watched.listeners).toBe(1);
      for (const stream of streams) stream.close();
      await watched.untilNobodyListens();
      while ((await countConnections(server)) > 0) await nextTurn();
      return latestMs;
    }

    await openAll();
    const before = usedBytes();
    // The rest of the machine can only add to the time.
    const latestMs = Math.min(await openAll(), await openAll());
    expect(latestMs).toBeLessThan(1_000);
    expect(usedBytes() - before).toBeLessThan(MAX_GROWN_BYTES);
    // The first of the 200 begins with a report of its own; what comes then is for all.
    expect(asked).toBeLessThan(3 * 10 * 20);
  }, 60_000);
});

describe("a stream that is cut", () => {
  test("loses its connection, though nobody reads what was sent", async () => {
    const { stream, cut, response } = createCuttable();
    const server = createServer((_, answer) => send(answer, response));
    const socket = connect(await listen(server), "127.0.0.1");
    socket.write(`GET ${EVENTS} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(socket, "readable");
    const gone = new Promise<void>((resolve) => stream.cancel.mockImplementation(resolve));
    cut();
    await gone;
    socket.on("error", () => {}).resume();
    await once(socket, "close");
    expect(stream.next).toHaveBeenCalledTimes(1);
  });
});

describe("under the Fetch API", () => {
  async function openReader(registry: WatchedRegistry["registry"]) {
    const response = await createFetchHandler({ registry })(new Request(`http://localhost${EVENTS}`));
    if (!response?.body) return expect.unreachable("no stream");
    return response.body.getReader();
  }

  test("a stream is freed when it is cancelled, and not even opened before it is read", async () => {
    const watched = createWatchedRegistry();
    const reader = await openReader(watched.registry);
    expect(watched.listeners).toBe(0);
    const { value } = await reader.read();
    expect(new TextDecoder().decode(value)).toMatch(/^event: picture\n/);
    expect(watched.listeners).toBe(1);
    await reader.cancel();
    expect(watched.listeners).toBe(0);
  });

  test("a stream that is cut is an error for who reads it", async () => {
    const { stream, cut, response } = createCuttable();
    const reader = toResponse(response).body?.getReader();
    await reader?.read();
    cut();
    await expect(reader?.read()).rejects.toThrow("not read in time");
    expect(stream.next).toHaveBeenCalledTimes(1);
  });

  test("a stream is freed when it is cancelled while it waits for news", async () => {
    const watched = createWatchedRegistry();
    const reader = await openReader(watched.registry);
    await reader.read();
    const waiting = reader.read();
    await reader.cancel();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(watched.listeners).toBe(0);
  });
});

/** An answer whose first piece is more than the buffers of a connection hold. */
function createCuttable() {
  const stream = { next: vi.fn(async () => new Uint8Array(20_000_000)), cancel: vi.fn() };
  let cut = (): void => {};
  const response: StatusResponse = createEventStream((cutStream) => {
    cut = cutStream;
    return stream;
  });
  return { stream, response, cut: () => cut() };
}

/** After everything that is not needed any more has been collected. */
function usedBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
