import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import { createDrain, prepareDrain } from "../../src/drain/drain.ts";
import type { DrainOptions } from "../../src/drain/options.ts";
import type { DrainableServer } from "../../src/drain/server-kind.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { emitRequest, finishResponse } from "../support/fake-request.ts";
import { createRecordingLogger } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

/** A drain that waits for no balancer, of two servers that do not listen. */
function createSubject(options: DrainOptions = {}) {
  const clock = createFakeClock();
  const probe = createProbe();
  const logger = createRecordingLogger();
  const servers = [createServer(), createServer()] as const;
  const drain = createDrain(servers, { clock, probe, logger, fixedMs: 0, ...options });
  onTestFinished(drain.dispose);

  return { clock, probe, logger, servers, drain };
}

/** Whether the response ends its connection, once its headers are written. */
function isLast(response: ServerResponse): boolean {
  response.writeHead(200);
  return response.getHeader("connection") === "close";
}

function countListeners(server: ReturnType<typeof createServer>): number {
  return server.eventNames().reduce((sum, event) => sum + server.listenerCount(event), 0);
}

describe("a prepared drain", () => {
  test("ends the connections of all servers with their next response while the probe is decommissioned", () => {
    const { servers, probe } = createSubject();
    probe.decommission();
    expect(servers.map((server) => isLast(emitRequest(server)))).toEqual([true, true]);
    probe.commission();
    expect(servers.map((server) => isLast(emitRequest(server)))).toEqual([false, false]);
  });

  test("counts the requests of all servers from the decommissioning on", async () => {
    const { servers, probe, drain, clock } = createSubject({ fixedMs: 500 });
    finishResponse(emitRequest(servers[0]));
    probe.decommission();
    for (const server of servers) finishResponse(emitRequest(server));
    const report = drain.start();
    await clock.advance(1_000);
    expect(await report).toMatchObject({ requestsServed: 2, reason: "start", lastRequestMs: 500 });
  });

  test("sees the clients of the probe before it starts", async () => {
    const { probe, drain, clock } = createSubject();
    for (let count = 0; count < 3; count += 1) {
      getProbeSeams(probe).answered.emit({ request: createStatusRequest(), status: 200 });
      await clock.advance(1_000);
    }
    expect((await drain.start()).probers).toMatchObject([{ intervalMs: 1_000 }]);
  });

  test("waits on Kubernetes for the requests of connections that were opened just now", async () => {
    const waits = { fixedMs: undefined, floorMs: 0, fallbackMs: 0 } as unknown as DrainOptions;
    const { probe, drain, clock, servers } = createSubject(waits);
    const request = createStatusRequest({ headers: { "user-agent": "kube-probe/1.31" } });
    for (let count = 0; count < 6; count += 1) {
      getProbeSeams(probe).answered.emit({ request, status: 200 });
      await clock.advance(1_000);
    }
    const report = drain.start();
    await clock.advance(500);
    const socket = new Socket();
    servers[0].emit("connection", socket);
    await clock.advance(5_000);
    expect(await report).toMatchObject({ endedBy: "quiet", waitMs: 1_500 });
  });

  test("starts once, whoever starts it", async () => {
    const { drain, clock } = createSubject({ fixedMs: 100 });
    const first = drain.start("one");
    expect(drain.start("two")).toBe(first);
    await clock.advance(200);
    expect(await first).toMatchObject({ reason: "one" });
  });

  test("can start with an error", async () => {
    const prepared = prepareDrain([], { clock: createFakeClock(), probe: createProbe() });
    expect(await prepared.begin({ reason: "uncaughtException", error: "bug" })).toMatchObject({
      error: "bug",
      endedBy: "no-server",
    });
  });

  test("adds hooks and consumers", async () => {
    const calls: string[] = [];
    const { drain } = createSubject({
      consumers: [
        { name: "mails", stop: () => void calls.push("stop"), finish: () => void calls.push("finish") },
      ],
      onClose: [() => void calls.push("close")],
    });
    drain.add({ onLeave: () => void calls.push("leave") });
    drain.add({ onLeave: () => void calls.push("removed") })();
    await drain.start();
    expect(calls).toEqual(["leave", "stop", "finish", "close"]);
  });

  test("answers requests in flight, and cuts them at the timeout", async () => {
    const { drain, clock, servers } = createSubject({ closeTimeoutMs: 1_000 });
    const server = servers[1];
    await once(server.listen(0, "127.0.0.1"), "listening");
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1").on("error", () => {});
    client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(server, "request");
    const report = drain.start();
    for (let turn = 0; turn < 10; turn += 1) await clock.advance(0);
    await clock.advance(1_000);
    expect(await report).toMatchObject({ requestsCut: 1, ok: false });
  });
});

describe("the end of a drain", () => {
  test("removes all listeners and timers", async () => {
    const { drain, servers, probe, clock } = createSubject();
    getProbeSeams(probe).answered.emit({ request: createStatusRequest(), status: 200 });
    const plain = countListeners(createServer());
    expect(servers.map(countListeners)).not.toContain(plain);
    await drain.start();
    expect(servers.map(countListeners)).toEqual([plain, plain]);
    expect(clock.pendingTimers).toBe(0);
    probe.commission();
    expect(probe.commissioned).toBe(true);
    expect(isLast(emitRequest(servers[0]))).toBe(false);
  });

  test("comes by dispose() too, but not while it runs", async () => {
    const { drain, servers, clock, probe } = createSubject({ fixedMs: 100 });
    const plain = countListeners(createServer());
    getProbeSeams(probe).answered.emit({ request: createStatusRequest(), status: 200 });
    expect(clock.pendingTimers).toBe(1);
    drain.dispose();
    expect(servers.map(countListeners)).toEqual([plain, plain]);
    expect(clock.pendingTimers).toBe(0);
    const other = createSubject({ fixedMs: 100 });
    const report = other.drain.start();
    const counts = other.servers.map(countListeners);
    other.drain.dispose();
    expect(other.servers.map(countListeners)).toEqual(counts);
    await other.clock.advance(200);
    await report;
    expect(other.servers.map(countListeners)).toEqual([plain, plain]);
  });

  test("lets the consumers be, whatever happens to the probe afterwards", async () => {
    const calls: string[] = [];
    const consumer = {
      name: "mails",
      stop: () => void calls.push("stop"),
      finish() {},
      resume: () => void calls.push("resume"),
      onDecommission: true,
    };
    const { drain, probe } = createSubject({ consumers: [consumer] });
    drain.dispose();
    probe.decommission();
    await new Promise((resolve) => void setImmediate(resolve));
    expect(calls).toEqual([]);
  });

  test("leaves the connections as they are when the probe is decommissioned later", () => {
    const { drain, probe, servers } = createSubject();
    drain.dispose();
    probe.decommission();
    expect(isLast(emitRequest(servers[0]))).toBe(false);
  });
});

describe("the servers of a drain", () => {
  const GRPC = { tryShutdown: (callback: () => void) => callback(), forceShutdown() {} };

  test.each<[what: string, servers: DrainableServer | readonly DrainableServer[], isServing: boolean]>([
    ["one of Node.js", createServer(), true],
    ["one of grpc-js", GRPC, true],
    ["several", [createServer(), GRPC], true],
    ["none", [], false],
  ])("may be %s", async (_, servers, isServing) => {
    const options = { clock: createFakeClock(), probe: createProbe(), fixedMs: 0 };
    const report = await createDrain(servers, options).start();
    expect(report.endedBy).toBe(isServing ? "fixed" : "no-server");
  });

  test.each([
    ["nothing", undefined],
    ["a port", 8080],
    ["an object", {}],
    ["a framework's application in a list", [createServer(), { close() {} }]],
  ])("are rejected otherwise: %s", (_, servers) => {
    expect(() => createDrain(servers as never, { probe: createProbe() })).toThrow(
      "servers: expected a server of node:http, node:https or node:http2, or an array of them, got ",
    );
  });
});
