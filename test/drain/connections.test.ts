import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { createConnections } from "../../src/drain/connections.ts";

const NOT_ENDED = (): boolean => false;

function createSocket() {
  const socket = new Socket();
  const read = { bytesRead: 0, bytesWritten: 0 };
  Object.defineProperty(socket, "bytesRead", { get: () => read.bytesRead });
  Object.defineProperty(socket, "bytesWritten", { get: () => read.bytesWritten });
  return Object.assign(socket, { read });
}

/** Connections without a network. What `onEnd` gets is in `ends`. */
function createSubject() {
  const connections = createConnections();
  const ends: unknown[] = [];

  function request(socket: Socket, name = "a"): ServerResponse {
    const response = new ServerResponse(new IncomingMessage(socket));
    connections.recordRequest(response, (isAnswered) => void ends.push([name, isAnswered]));
    return response;
  }

  /** Ends the response; without a network, Node.js does not do it. */
  function finish(response: ServerResponse): void {
    Object.defineProperty(response, "writableFinished", { value: true });
    response.emit("close");
  }

  return { connections, ends, request, finish, count: () => connections.countUnfinished(NOT_ENDED) };
}

/** Whether the response ends its connection, once its headers are written. */
function isLast(response: ServerResponse): boolean {
  response.writeHead(200);
  return response.getHeader("connection") === "close";
}

describe("the connections of a server", () => {
  test("tell the end of each request once, and whether it was answered", () => {
    const { connections, ends, request, finish } = createSubject();
    const socket = createSocket();
    const one = request(socket, "one");
    const other = request(socket, "other");
    finish(one);
    socket.emit("close");
    other.emit("close");
    expect(ends).toEqual([
      ["one", true],
      ["other", false],
    ]);
    expect(connections.idle).toBe(0);
  });

  test("count the requests that would be lost, without those that have ended", () => {
    const { connections, request, finish, count } = createSubject();
    const [one, other] = [createSocket(), createSocket()];
    const [a, b, c] = [request(one, "a"), request(one, "b"), request(other, "c")];
    connections.record(createSocket());
    expect(count()).toBe(3);
    finish(a);
    expect(count()).toBe(2);
    expect(connections.countUnfinished((identity) => identity === b)).toBe(1);
    other.emit("close");
    expect(count()).toBe(1);
    expect(c.writableFinished).toBe(false);
  });

  test("have no listener for each request, however many there are on one", () => {
    const { request, finish } = createSubject();
    const socket = createSocket();
    for (let index = 0; index < 5; index += 1) finish(request(socket));
    expect(socket.listenerCount("close")).toBe(1);
  });

  test("are idle without a request, an upgrade, or a past that nobody knows", () => {
    const { connections, request, finish } = createSubject();
    const [quiet, busy, upgraded, early] = Array.from({ length: 4 }, createSocket);
    if (!quiet || !busy || !upgraded || !early) return expect.unreachable("there are four");
    connections.record(quiet);
    const response = request(busy);
    connections.recordUpgrade(upgraded, true);
    connections.recordEarly(early);
    expect(connections.idle).toBe(1);
    finish(response);
    expect(connections.idle).toBe(2);
    finish(request(early));
    expect(connections.idle).toBe(3);
    for (const socket of [quiet, busy, early]) socket.emit("close");
    expect(connections.idle).toBe(0);
  });

  test("from before the watch count as one request until they end or send another", () => {
    const { connections, request, finish, count } = createSubject();
    const [one, other] = [createSocket(), createSocket()];
    connections.recordEarly(one);
    connections.recordEarly(other);
    expect(count()).toBe(2);
    expect(connections.countUnfinished(() => true)).toBe(2);
    other.destroy();
    expect(count()).toBe(1);
    const response = request(one);
    expect(count()).toBe(1);
    finish(response);
    expect(count()).toBe(0);
  });

  test("that were upgraded count until they have ended", () => {
    const { connections, count } = createSubject();
    const socket = createSocket();
    connections.recordUpgrade(socket, false);
    expect(count()).toBe(1);
    expect(connections.countUnfinished((identity) => identity === socket)).toBe(0);
    socket.emit("close");
    expect(count()).toBe(0);
  });
});

describe("the endless responses and connections", () => {
  test("are those that the test finds, by name", () => {
    const { connections, request } = createSubject();
    const socket = createSocket();
    const [finite, endless] = [request(socket), request(socket)];
    const found = connections.findEndless((response) => response === endless, 1_000);
    expect(found).toMatchObject([{ identity: endless, kind: "stream" }]);
    expect(found[0]?.identity).toBe(endless);
    expect(finite.writableEnded).toBe(false);
  });

  test("include an upgrade once the application has agreed to it by writing", () => {
    const { connections } = createSubject();
    const socket = createSocket();
    socket.read.bytesWritten = 100; // of the response before
    connections.recordUpgrade(socket, false);
    connections.record(createSocket());
    expect(connections.findEndless(NOT_ENDED, 1_000)).toEqual([]);
    socket.read.bytesWritten = 101;
    const found = connections.findEndless(NOT_ENDED, 1_000);
    expect(found.map(({ identity, kind }) => [identity, kind])).toEqual([[socket, "socket"]]);
  });

  test.each([
    [true, 4],
    [false, 0],
  ])("end an upgrade that is a WebSocket (%s) with a close frame of %i bytes", (isWebSocket, length) => {
    const { connections } = createSubject();
    const socket = createSocket();
    const written: Uint8Array[] = [];
    Object.assign(socket, { write: (bytes: Uint8Array) => written.push(bytes), end() {} });
    connections.recordUpgrade(socket, isWebSocket);
    socket.read.bytesWritten = 1;
    for (const { end } of connections.findEndless(NOT_ENDED, 1_000)) end();
    expect(written.reduce((sum, bytes) => sum + bytes.length, 0)).toBe(length);
  });
});

describe("connections that leave", () => {
  test("end with their last response, those of open requests too", () => {
    const { connections, request } = createSubject();
    const before = request(createSocket());
    connections.setLeaving(true);
    const after = request(createSocket());
    expect([isLast(before), isLast(after)]).toEqual([true, true]);
  });

  test("end with the last of pipelined responses only", () => {
    const { connections, request } = createSubject();
    const socket = createSocket();
    const [first, second] = [request(socket), request(socket)];
    connections.setLeaving(true);
    const third = request(socket);
    expect([isLast(first), isLast(second), isLast(third)]).toEqual([false, false, true]);
  });

  test("stay if the process does not leave any longer", () => {
    const { connections, request } = createSubject();
    const early = request(createSocket());
    expect(isLast(request(createSocket()))).toBe(false);
    connections.setLeaving(true);
    connections.setLeaving(false);
    expect([isLast(early), isLast(request(createSocket()))]).toEqual([false, false]);
  });

  test("are the only ones whose responses the drain changes", () => {
    const { connections, request } = createSubject();
    const isChanged = (response: ServerResponse): boolean => Object.hasOwn(response, "writeHead");
    const [open, later] = [request(createSocket()), request(createSocket())];
    connections.setLeaving(false);
    expect([open, later].map(isChanged)).toEqual([false, false]);
    connections.setLeaving(true);
    expect([open, later, request(createSocket())].map(isChanged)).toEqual([true, true, true]);
  });

  test("end with every later response once one has said so", () => {
    const { connections, request } = createSubject();
    const socket = createSocket();
    connections.setLeaving(true);
    const [first] = [request(socket)];
    expect(isLast(first)).toBe(true);
    const second = request(socket);
    request(socket);
    expect(isLast(second)).toBe(true);
  });

  test("lose the requests behind the last response, which are counted for good", () => {
    const { connections, request, finish, count } = createSubject();
    const socket = createSocket();
    connections.setLeaving(true);
    const first = request(socket);
    expect(isLast(first)).toBe(true);
    request(socket);
    finish(first);
    socket.emit("close");
    expect(count()).toBe(1);
    expect(connections.countUnfinished(() => true)).toBe(1);
  });

  test("do not lose a request whose client went away", () => {
    const { connections, request, count } = createSubject();
    connections.setLeaving(true);
    const socket = createSocket();
    request(socket);
    socket.emit("close");
    expect(count()).toBe(0);
  });
});

describe("connections without a request", () => {
  test.each([0, 1, 5])(
    "are ended after a second of silence, whether they sent %i bytes before",
    (bytesRead) => {
      const { connections } = createSubject();
      const socket = createSocket();
      socket.read.bytesRead = bytesRead;
      connections.record(socket);
      connections.endSilent(5_000);
      connections.endSilent(5_999);
      expect(socket.destroyed).toBe(false);
      connections.endSilent(6_000);
      expect(socket.destroyed).toBe(true);
    },
  );

  test("get another second with each byte", () => {
    const { connections } = createSubject();
    const socket = createSocket();
    connections.record(socket);
    connections.endSilent(0);
    socket.read.bytesRead = 1;
    connections.endSilent(1_000);
    connections.endSilent(1_999);
    expect(socket.destroyed).toBe(false);
    connections.endSilent(2_000);
    expect(socket.destroyed).toBe(true);
  });

  test("are the only ones that silence ends", () => {
    const { connections, request } = createSubject();
    const [busy, upgraded, early] = [createSocket(), createSocket(), createSocket()];
    request(busy);
    connections.recordUpgrade(upgraded, true);
    connections.recordEarly(early);
    for (const now of [0, 5_000, 10_000]) connections.endSilent(now);
    expect([busy, upgraded, early].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  });
});
