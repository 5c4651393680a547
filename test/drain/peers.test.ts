import { createServer } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import { createDrain } from "../../src/drain/drain.ts";
import type { DrainOptions } from "../../src/drain/options.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createRecordingLogger } from "../support/registry.ts";

/** A worker whose peers stay, or have left too. Each change that the others would receive is in `told`. */
function createWorker({ isCovered, ...options }: DrainOptions & { readonly isCovered: boolean }) {
  const clock = createFakeClock();
  const probe = createProbe();
  const logger = createRecordingLogger();
  const told: string[] = [];
  let leaves = 0;
  let isAlone = false;
  probe.on("change", ({ body }) => {
    if (!isAlone) told.push(body);
  });
  getProbeSeams(probe).peers = {
    leave() {
      leaves += 1;
      return Promise.resolve(isCovered);
    },
    alone(change) {
      isAlone = true;
      change();
      isAlone = false;
    },
  };
  const server = createServer();
  const drain = createDrain(server, { probe, clock, logger, balancerIdleMs: 0, ...options });

  /** A connection without a request. */
  function connect(): Socket {
    const socket = new Socket();
    server.emit("connection", socket);
    return socket;
  }

  return { clock, probe, logger, drain, told, connect, getLeaves: () => leaves };
}

describe("a worker whose peers go on serving", () => {
  test("closes at once without open connections, and its probe stays in service", async () => {
    const { clock, probe, drain, told } = createWorker({ isCovered: true });
    const ended = drain.start("SIGTERM");
    await clock.advance(0);
    expect(await ended).toMatchObject({ endedBy: "peers", waitMs: 0, totalMs: 0 });
    expect(probe.body).toBe("OK");
    expect(told).toEqual([]);
  });

  test("waits until the clients of kept-alive connections have moved", async () => {
    const { clock, drain, connect } = createWorker({ isCovered: true });
    const sockets = [connect(), connect()];
    const ended = drain.start("SIGTERM");
    await clock.advance(1_020);
    sockets[0]?.destroy();
    await clock.advance(1_000);
    sockets[1]?.destroy();
    await clock.advance(50);
    expect(await ended).toMatchObject({ endedBy: "peers", waitMs: 2_050, requestsCut: 0 });
  });

  test("waits at most 5 s for a client that sends nothing", async () => {
    const { clock, drain, connect } = createWorker({ isCovered: true });
    const socket = connect();
    const ended = drain.start("SIGTERM");
    await clock.advance(7_000);
    expect(await ended).toMatchObject({ endedBy: "peers", waitMs: 5_000, requestsCut: 0 });
    expect(socket.destroyed).toBe(true);
  });

  test("says so in the log", async () => {
    const { clock, logger, drain } = createWorker({ isCovered: true });
    const ended = drain.start("SIGTERM");
    await clock.advance(0);
    await ended;
    expect(logger.lines).toEqual([
      "info: SVC019 SIGTERM: closing, the other workers continue to serve",
      "info: SVC020 drained in 0.0 s: no probers seen, no requests seen, 0 requests cut, the other workers continue to serve",
    ]);
  });

  test("waits no longer than capMs allows", async () => {
    const { clock, drain, connect } = createWorker({ isCovered: true, capMs: 100 });
    connect();
    const ended = drain.start();
    await clock.advance(2_000);
    expect(await ended).toMatchObject({ endedBy: "peers", waitMs: 100 });
  });
});

describe("a worker whose peers have left too", () => {
  test("decommissions its own probe, and waits for the balancers", async () => {
    const { clock, probe, drain, told } = createWorker({ isCovered: false });
    const ended = drain.start();
    await clock.advance(0);
    expect(probe.body).toBe("OFF");
    await clock.advance(5_000);
    expect(await ended).toMatchObject({ endedBy: "fallback" });
    expect(told).toEqual([]);
  });

  test("stays decommissioned without telling the others, whatever they say", async () => {
    const { clock, probe, drain, told } = createWorker({ isCovered: false });
    void drain.start();
    await clock.advance(0);
    probe.commission();
    await clock.advance(0);
    expect(probe.body).toBe("OFF");
    expect(told).toEqual(["OK"]);
  });
});

test("a worker that is decommissioned already asks nobody, and waits for the balancers", async () => {
  const { clock, probe, drain, getLeaves } = createWorker({ isCovered: true });
  probe.decommission("upgrading");
  const ended = drain.start();
  await clock.advance(5_000);
  expect(await ended).toMatchObject({ endedBy: "fallback" });
  expect(getLeaves()).toBe(0);
  expect(probe.body).toBe("upgrading");
});
