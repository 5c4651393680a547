import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { acceptWaiting } from "../../src/drain/accept-waiting.ts";
import { watchGrpcServer } from "../../src/drain/grpc-server.ts";
import { createSockets } from "../../src/drain/sockets.ts";

function createSocket() {
  const socket = Object.assign(new EventEmitter(), {
    destroy: vi.fn<() => void>(),
    readAddress: vi.fn<() => void>(),
  });
  Object.defineProperty(socket, "remoteAddress", { get: () => void socket.readAddress() });
  return socket as typeof socket & Socket;
}

describe("the connections of a server", () => {
  test("are counted once each, and their address is read while they are open", () => {
    const sockets = createSockets();
    const socket = createSocket();
    expect(sockets.add(socket)).toBe(true);
    expect(sockets.add(socket)).toBe(false);
    expect(socket.readAddress).toHaveBeenCalledTimes(1);
    expect(socket.listenerCount("close")).toBe(1);
    expect(sockets).toMatchObject({ size: 1, added: 1 });
    socket.emit("close");
    sockets.add(createSocket());
    expect(sockets).toMatchObject({ size: 1, added: 2 });
  });

  test("have all ended when the last one has, or if there is none", () => {
    const sockets = createSockets();
    const [one, two] = [createSocket(), createSocket()];
    sockets.add(one);
    const run = vi.fn<() => void>();
    sockets.whenAllHaveEnded(run);
    sockets.add(two);
    one.emit("close");
    expect(run).not.toHaveBeenCalled();
    two.emit("close");
    expect(run).toHaveBeenCalledTimes(1);
    createSockets().whenAllHaveEnded(run);
    expect(run).toHaveBeenCalledTimes(2);
  });

  test("are all destroyed at the deadline", () => {
    const sockets = createSockets();
    const list = [createSocket(), createSocket()];
    for (const socket of list) sockets.add(socket);
    sockets.destroy();
    for (const socket of list) expect(socket.destroy).toHaveBeenCalledTimes(1);
  });
});

describe("the wait for connections that the kernel has accepted", () => {
  /** A server that accepts a connection in each of the given turns of the event loop. */
  function createFlood(isAccepting: (turn: number) => boolean) {
    let turn = 0;
    let added = 0;
    return {
      get turns() {
        return turn;
      },
      get added() {
        turn += 0.5; // it is read before and after each turn
        if (Number.isInteger(turn) && isAccepting(turn)) added += 1;
        return added;
      },
    };
  }

  test("ends after two turns without a connection", async () => {
    const flood = createFlood((turn) => turn <= 3 || turn === 5);
    await acceptWaiting(flood, () => true);
    expect(flood.turns).toBe(7);
  });

  test("ends after a thousand turns of a flood", async () => {
    const flood = createFlood(() => true);
    await acceptWaiting(flood, () => true);
    expect(flood.turns).toBe(1_000);
  });

  test("ends when its time is over, as a turn may take long", async () => {
    const flood = createFlood(() => true);
    await acceptWaiting(flood, () => flood.turns < 20);
    expect(flood.turns).toBe(20);
  });
});

describe("a server of grpc-js", () => {
  test("is closed, or cut and counted as one request", async () => {
    let endShutdown = (): void => {};
    const server = {
      tryShutdown(callback: () => void) {
        endShutdown = callback;
      },
      forceShutdown: vi.fn<() => void>(),
    };
    const watched = watchGrpcServer(server);
    expect(watched.idleConnections).toBe(0);
    expect(
      watched.findEndless({ tests: { isEndless: () => true, endsByItself: () => false }, retryMs: 1 }),
    ).toEqual([]);
    expect(watched.cut()).toBe(1);
    expect(server.forceShutdown).toHaveBeenCalledTimes(1);
    const closed = watched.close();
    endShutdown();
    await closed;
    expect(watched.cut()).toBe(0);
  });
});
