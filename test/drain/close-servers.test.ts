import { describe, expect, test } from "vitest";
import { type ClosingSetup, closeServers } from "../../src/drain/close-servers.ts";
import type { Endless } from "../../src/drain/streams/endless.ts";
import type { EndlessSetup, WatchedServer } from "../../src/drain/watched-server.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createDeferred } from "../support/deferred.ts";

const TESTS: EndlessSetup["tests"] = { isEndless: () => false, endsByItself: () => false };

/** A server with endless responses, which closes when the test says so. */
function createServer(endless: readonly Endless[] = [], unfinished = 0) {
  const closed = createDeferred<void>();
  const idleAt: number[] = [];
  const setups: EndlessSetup[] = [];
  const cuts: (readonly boolean[])[] = [];
  const server: WatchedServer = {
    setLeaving() {},
    async acceptWaiting() {},
    close: () => closed.promise,
    idleConnections: 0,
    endIdle: (now) => void idleAt.push(now),
    findEndless(setup) {
      setups.push(setup);
      return endless;
    },
    cut(hasEnded = () => false) {
      cuts.push(endless.map(({ identity }) => hasEnded(identity)));
      return unfinished;
    },
    stop() {},
  };
  return { server, close: () => closed.resolve(), idleAt, setups, cuts };
}

function createEndless(kind: Endless["kind"] = "stream", identity: object = {}) {
  const calls: string[] = [];
  const endless: Endless = {
    identity,
    kind,
    end: () => void calls.push("end"),
    destroy: () => void calls.push("destroy"),
  };
  return { endless, calls };
}

function start(servers: readonly WatchedServer[], setup: Partial<ClosingSetup> = {}) {
  const clock = createFakeClock();
  const failures: string[] = [];
  const closing = closeServers(servers, {
    timeoutMs: 10_000,
    clock,
    endStreams() {},
    tests: TESTS,
    spreadMs: 0,
    onFailure: (message) => void failures.push(message),
    ...setup,
  });
  return { clock, closing, failures };
}

describe("the servers of a drain", () => {
  test("are closed when the last one is, and leave no timer", async () => {
    const [one, other] = [createServer(), createServer()];
    const { clock, closing } = start([one.server, other.server]);
    let isClosed = false;
    void closing.then(() => {
      isClosed = true;
    });
    one.close();
    await clock.advance(500);
    expect(isClosed).toBe(false);
    other.close();
    expect(await closing).toEqual({ requestsCut: 0, streamsEnded: 0, socketsClosed: 0 });
    expect(clock.pendingTimers).toBe(0);
    const looks = one.idleAt.length;
    await clock.advance(20_000);
    expect(one.idleAt).toHaveLength(looks);
    expect([one.cuts, other.cuts]).toEqual([[], []]);
  });

  test("let idle connections go at once, and then every 50 ms", async () => {
    const { server, idleAt, close } = createServer();
    const { clock, closing } = start([server]);
    await clock.advance(0);
    expect(idleAt).toEqual([0]);
    await clock.advance(149);
    expect(idleAt).toEqual([0, 50, 100]);
    close();
    await closing;
  });

  test("are all cut at the timeout, and what is lost is counted", async () => {
    const [one, other] = [createServer([], 2), createServer([], 3)];
    const { clock, closing } = start([one.server, other.server], { timeoutMs: 1_000 });
    await clock.advance(999);
    expect(one.cuts).toEqual([]);
    await clock.advance(1);
    expect(await closing).toEqual({ requestsCut: 5, streamsEnded: 0, socketsClosed: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  test("end the streams of the views once they accept no more connections", async () => {
    const order: string[] = [];
    const { server, close } = createServer();
    const listening = {
      ...server,
      close() {
        order.push("close");
        return server.close();
      },
    };
    const { closing } = start([listening], { endStreams: () => void order.push("streams") });
    expect(order).toEqual(["close", "streams"]);
    close();
    await closing;
  });
});

describe("the endless responses and connections", () => {
  test("are ended and counted, and what has ended is not counted as cut", async () => {
    const [stream, socket] = [createEndless(), createEndless("socket")];
    const { server, cuts, setups } = createServer([stream.endless, socket.endless]);
    const { clock, closing } = start([server], { timeoutMs: 900 });
    await clock.advance(900);
    expect(await closing).toEqual({ requestsCut: 0, streamsEnded: 1, socketsClosed: 1 });
    expect([stream.calls, socket.calls]).toEqual([["end"], ["end"]]);
    expect(cuts).toEqual([[true, true]]);
    expect(setups[0]?.tests).toBe(TESTS);
  });

  test("end one after the other within the time for it", async () => {
    const list = Array.from({ length: 10 }, () => createEndless());
    const { server, close } = createServer(list.map(({ endless }) => endless));
    const { clock, closing } = start([server], { spreadMs: 1_000 });
    await clock.advance(500);
    const ended = list.filter(({ calls }) => calls.length > 0).length;
    expect(ended).toBeGreaterThanOrEqual(4);
    expect(ended).toBeLessThanOrEqual(7);
    await clock.advance(500);
    close();
    expect(await closing).toMatchObject({ streamsEnded: 10 });
  });

  test("that fail are reported", async () => {
    const { endless } = createEndless();
    const end = (): void => {
      throw new Error("gone");
    };
    const { server, close } = createServer([{ ...endless, end }]);
    const { clock, closing, failures } = start([server]);
    await clock.advance(0);
    expect(failures).toEqual(["cannot end a stream: gone"]);
    close();
    await closing;
  });

  test.each([
    [0, 500],
    [0.5, 1_000],
    [0.9999, 1_500],
  ])(
    "tell their clients to return within half and one and a half seconds (%d: %i ms)",
    async (random, retryMs) => {
      const { server, close, setups } = createServer();
      const clock = { ...createFakeClock(), random: () => random };
      const { closing } = start([server], { clock });
      await clock.advance(0);
      expect(setups.map((setup) => setup.retryMs)).toEqual([retryMs]);
      close();
      await closing;
    },
  );

  test("of the application's WebSocket server are closed by it, and only once", async () => {
    const socket = {};
    const codes: unknown[] = [];
    const client = { _socket: socket, close: (code?: number) => void codes.push(code) };
    const known = createEndless("socket", socket);
    const other = createEndless("socket");
    const { server, close } = createServer([known.endless, other.endless]);
    const { clock, closing } = start([server], { websockets: { clients: new Set([client]) } });
    await clock.advance(100);
    close();
    expect(await closing).toEqual({ requestsCut: 0, streamsEnded: 0, socketsClosed: 2 });
    expect(codes).toEqual([1_001]);
    expect([known.calls, other.calls]).toEqual([[], ["end"]]);
  });
});
