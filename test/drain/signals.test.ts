import { Agent } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { request as startTlsRequest, Agent as TlsAgent } from "node:https";
import { connect, type Socket } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ask } from "../support/http.ts";
import { NODE_MAJORS, nodeOfMajor } from "../support/node-versions.ts";
import { AS_PROCESS_ONE, canBeProcessOne } from "../support/process-one.ts";
import { CERTIFICATE, type ServiceProcess, startService } from "../support/service-process.ts";

const BY_SIGTERM = { code: null, signal: "SIGTERM" };
const LEAVING = /decommissioned, waiting/;

/** A client that keeps its connections, as browsers and pools do. */
function createKeepAliveAgent(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  return agent;
}

/** A connection that says so much and no more. Resolves with it when that was sent. */
function connectTo(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => {}).once("error", reject);
    socket.once("connect", () => socket.write(bytes, () => resolve(socket)));
  });
}

function waitForClose(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.resume().once("close", () => resolve()));
}

/** The last line of a service that has drained. */
function lastLine({ lines }: ServiceProcess): string {
  return lines.at(-1) ?? "";
}

describe("a service that gets a signal", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("drains and ends by %s", async (signal) => {
    const service = await startService({ drain: { fixedMs: 50 } });
    service.kill(signal);
    expect(await service.exit).toEqual({ code: null, signal });
    expect(service.lines.slice(2)).toEqual([
      `info: SVC018 ${signal}: decommissioned, waiting for the load balancers to leave`,
      expect.stringMatching(
        /^info: SVC020 drained in \d\.\d s: no probers seen, no requests seen, 0 requests cut, after a fixed wait$/,
      ),
    ]);
  });

  test("drains at the signals that were chosen, and at no other", async () => {
    const service = await startService({ drain: { fixedMs: 0, signals: ["SIGUSR2"] } });
    service.kill("SIGUSR2");
    expect(await service.exit).toEqual({ code: null, signal: "SIGUSR2" });
    const other = await startService({ drain: { fixedMs: 0, signals: ["SIGUSR2"] } });
    other.kill("SIGTERM");
    expect(await other.exit).toEqual(BY_SIGTERM);
    expect(other.lines).toHaveLength(2);
  });

  test('ends with 0 where exit is "zero"', async () => {
    const service = await startService({ drain: { fixedMs: 0, exit: "zero" } });
    service.kill("SIGTERM");
    expect(await service.exit).toEqual({ code: 0, signal: null });
    expect(lastLine(service)).toMatch(/^info: SVC020 drained in /);
  });

  test.each([
    ["a hook fails", { hooks: ["throw"] }, {}],
    ["a hook is overdue", { hooks: ["hang"] }, { hooksTimeoutMs: 100 }],
  ])('ends with 1 if exit is "zero" and %s', async (_, options, drain) => {
    const service = await startService({ drain: { fixedMs: 0, exit: "zero", ...drain }, ...options });
    service.kill("SIGTERM");
    expect(await service.exit).toEqual({ code: 1, signal: null });
    expect(lastLine(service)).toMatch(/^error: SVC020 drained in .* onClose\[0\] failed: /);
  });

  test('ends with 1 if exit is "zero" and a request is cut', async () => {
    const drain = { fixedMs: 0, exit: "zero", closeTimeoutMs: 100 };
    const service = await startService({ drain });
    const answer = ask(service.port, "/held").catch((error: Error) => error.message);
    await service.waitForLine(/^holding/);
    service.kill("SIGTERM");
    expect(await answer).toBe("socket hang up");
    expect(await service.exit).toEqual({ code: 1, signal: null });
    expect(lastLine(service)).toMatch(/^error: SVC020 drained in .* 1 request cut/);
  });

  test('ends when nothing is left to do where exit is "none"', async () => {
    const service = await startService({ drain: { fixedMs: 0, exit: "none" }, hooks: ["ok"] });
    service.kill("SIGTERM");
    expect(await service.exit).toEqual({ code: 0, signal: null });
    expect(service.lines).toContain("hook 0");
  });

  test.each(["SIGTERM", "SIGINT"] as const)("and then %s ends at once, by the second", async (second) => {
    const service = await startService({ drain: { fixedMs: 25_000 }, hooks: ["ok"] });
    service.kill("SIGTERM");
    await service.waitForLine(LEAVING);
    service.kill(second);
    expect(await service.exit).toEqual({ code: null, signal: second });
    expect(lastLine(service)).toBe(`warn: SVC025 ${second} while draining: exiting at once`);
  });

  test("and then another while a hook hangs ends at once", async () => {
    const service = await startService({ drain: { fixedMs: 0 }, hooks: ["hang"] });
    service.kill("SIGTERM");
    await service.waitForLine(/^hook 0/);
    service.kill("SIGTERM");
    expect(await service.exit).toEqual(BY_SIGTERM);
  });

  test.runIf(canBeProcessOne())(
    "as process 1, which no signal ends, ends with the code of the signal",
    async () => {
      const service = await startService({ drain: { fixedMs: 0 } }, { prefix: AS_PROCESS_ONE });
      const [, pid] = /pid (\d+)/.exec(await service.waitForLine(/^pid/)) ?? [];
      expect(pid).toBe("1");
      await ask(service.port, "/kill");
      expect(await service.exit).toEqual({ code: 143, signal: null });
      expect(lastLine(service)).toMatch(/^info: SVC020 drained in /);
    },
  );
});

describe("two drains in one process", () => {
  /** The second has a request that is not answered yet. */
  async function startHolding(drain: object) {
    const service = await startService({ count: 2, isApart: true, drain, hooks: ["ok"] });
    const answer = ask(service.ports[1] ?? 0, "/held").catch((error: Error) => error.message);
    await service.waitForLine(/^holding/);
    service.kill("SIGTERM");
    await service.waitForLine(/^info: SVC020 drained/);
    return { service, answer };
  }

  test.each([
    ["signal", BY_SIGTERM],
    ["zero", { code: 0, signal: null }],
    ["none", { code: 0, signal: null }],
  ])('end it when the last is done, where exit is "%s"', async (exit, end) => {
    const { service, answer } = await startHolding({ fixedMs: 0, exit });
    service.kill("SIGHUP");
    expect(await answer).toMatchObject({ status: 200, body: "held\n" });
    expect(await service.exit).toEqual(end);
    expect(service.lines.filter((line) => line === "hook 0")).toHaveLength(2);
    expect(service.lines.filter((line) => line.startsWith("info: SVC020 drained"))).toHaveLength(2);
  });

  test("end it at once by a second signal, also when one is done", async () => {
    const { service, answer } = await startHolding({ fixedMs: 0 });
    service.kill("SIGTERM");
    expect(await answer).toBe("socket hang up");
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toBe("warn: SVC025 SIGTERM while draining: exiting at once");
  });
});

describe("the hooks of a service that ends", () => {
  test("are called in order, also behind one that throws", async () => {
    const service = await startService({ drain: { fixedMs: 0 }, hooks: ["ok", "throw", "ok"] });
    service.kill("SIGTERM");
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(service.lines.filter((line) => line.startsWith("hook"))).toEqual(["hook 0", "hook 1", "hook 2"]);
    expect(lastLine(service)).toContain("0 requests cut, onClose[1] failed: pool gone");
  });

  test("do not keep it when one hangs", async () => {
    const options = { drain: { fixedMs: 0, hooksTimeoutMs: 100 }, hooks: ["hang", "ok"] };
    const service = await startService(options);
    service.kill("SIGTERM");
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toContain(
      "onClose[0] failed: not finished after 100 ms, onClose[1] failed: was not called",
    );
  });
});

describe("while a service waits for the balancers to leave", () => {
  test.each([
    ["/probe_status", 503],
    ["/readyz", 503],
    ["/livez", 200],
  ])("%s answers %i until the last moment, to connections that are new", async (path, status) => {
    const fixedMs = 1_500;
    const service = await startService({ drain: { fixedMs } });
    const startedAt = performance.now();
    service.kill("SIGTERM");
    await service.waitForLine(LEAVING);
    const statuses: number[] = [];
    const failure = await (async () => {
      for (;;) statuses.push((await ask(service.port, path)).status);
    })().catch(({ code }: NodeJS.ErrnoException) => code);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(fixedMs);
    expect(["ECONNREFUSED", "ECONNRESET"]).toContain(failure);
    expect(new Set(statuses)).toEqual(new Set([status]));
    expect(await service.exit).toEqual(BY_SIGTERM);
  });

  test("it answers new requests as before", async () => {
    const service = await startService({ drain: { fixedMs: 1_000 } });
    service.kill("SIGTERM");
    await service.waitForLine(LEAVING);
    expect(await ask(service.port, "/")).toMatchObject({ status: 200, body: "hello\n" });
    expect(await service.exit).toEqual(BY_SIGTERM);
  });
});

describe("the connections of a service that closes", () => {
  test("a request that takes longer than closeTimeoutMs is cut, and counted", async () => {
    const service = await startService({ drain: { fixedMs: 0, closeTimeoutMs: 200 } });
    const answer = ask(service.port, "/held").catch((error: Error) => error.message);
    await service.waitForLine(/^holding/);
    service.kill("SIGTERM");
    expect(await answer).toBe("socket hang up");
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toContain(" 1 request cut,");
  });

  test("pipelined requests that are cut are all counted", async () => {
    const service = await startService({ drain: { fixedMs: 0, closeTimeoutMs: 200 } });
    const held = "GET /held HTTP/1.1\r\nHost: x\r\n\r\n";
    await connectTo(service.port, held + held);
    await service.waitForLine(/^holding/);
    service.kill("SIGTERM");
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toContain(" 2 requests cut,");
  });

  const UPGRADE =
    "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

  test("a WebSocket gets the close code 1001, and ends with the time if its client stays", async () => {
    const service = await startService({ kind: "websocket", drain: { fixedMs: 0, closeTimeoutMs: 300 } });
    const socket = await connectTo(service.port, UPGRADE);
    const received = buffer(socket);
    await service.waitForLine(/^connected/);
    service.kill("SIGTERM");
    expect((await received).subarray(-4)).toEqual(Buffer.of(0x88, 0x02, 0x03, 0xe9));
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toMatch(
      /drained in (?:0\.[3-9]|[1-4]\.\d) s.* 1 socket closed, 0 requests cut,/,
    );
  });

  test("a WebSocket that has ended is not counted", async () => {
    const service = await startService({ kind: "websocket", drain: { fixedMs: 0, closeTimeoutMs: 300 } });
    const socket = await connectTo(service.port, UPGRADE);
    await service.waitForLine(/^connected/);
    socket.end();
    await waitForClose(socket);
    service.kill("SIGTERM");
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toContain(" 0 requests cut,");
  });

  test.each([
    ["says nothing, as a browser's speculative one", ""],
    ["has sent half of its headers", "GET / HTTP/1.1\r\nHost: x\r\nX-Half: "],
  ])("one that %s holds the end up for a second only", async (_, bytes) => {
    const service = await startService({ drain: { fixedMs: 100, closeTimeoutMs: 20_000 } });
    const socket = await connectTo(service.port, bytes);
    service.kill("SIGTERM");
    await waitForClose(socket);
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toMatch(/drained in [1-4]\.\d s: .* 0 requests cut,/);
  });

  test("of several servers are all waited for, and the hooks come after the last", async () => {
    const service = await startService({ count: 2, drain: { fixedMs: 0 }, hooks: ["ok"] });
    const [one = 0, other = 0] = service.ports;
    const answer = ask(other, "/held");
    await service.waitForLine(/^holding/);
    service.kill("SIGTERM");
    await waitUntilRefused(one);
    await waitUntilRefused(other);
    expect(service.lines).not.toContain("hook 0");
    service.kill("SIGHUP");
    expect(await answer).toMatchObject({ status: 200, body: "held\n" });
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(service.lines).toContain("hook 0");
  });
});

describe.each(NODE_MAJORS)("on Node %i", (major) => {
  let node: string;
  beforeAll(async () => {
    node = await nodeOfMajor(major);
  }, 120_000);

  const start = (options: object) => startService(options, { node });

  test("an answer ends its connection from the decommissioning on, whenever its request came", async () => {
    const service = await start({ drain: { fixedMs: 1_000 } });
    const agent = createKeepAliveAgent();
    const before = await ask(service.port, "/", { agent });
    const held = ask(service.port, "/held", { agent });
    await service.waitForLine(/^holding/);
    service.kill("SIGTERM");
    await service.waitForLine(LEAVING);
    const after = await ask(service.port, "/", { agent });
    service.kill("SIGHUP");
    expect(before.headers.connection).toBe("keep-alive");
    expect(after).toMatchObject({ status: 200, headers: { connection: "close" } });
    expect(await held).toMatchObject({ status: 200, body: "held\n", headers: { connection: "close" } });
    expect(await service.exit).toEqual(BY_SIGTERM);
  });

  test("a request under way is answered after the listener is closed, and idle connections are let go", async () => {
    const service = await start({ drain: { fixedMs: 0 } });
    const agent = createKeepAliveAgent();
    const held = ask(service.port, "/held", { agent });
    await service.waitForLine(/^holding/);
    await ask(service.port, "/", { agent });
    service.kill("SIGTERM");
    await waitUntilRefused(service.port);
    service.kill("SIGHUP");
    expect(await held).toMatchObject({ status: 200, body: "held\n", headers: { connection: "close" } });
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toMatch(/drained in [0-4]\.\d s: .* 0 requests cut,/);
  });

  test.each(["https", "http2 with allowHTTP1"])("the same goes for HTTP/1 by %s", async (kind) => {
    const service = await start({ kind, drain: { fixedMs: 0 } });
    const agent = new TlsAgent({ keepAlive: true, ca: CERTIFICATE });
    onTestFinished(() => agent.destroy());
    const held = askByTls(service.port, "/held", agent);
    await service.waitForLine(/^holding/);
    expect((await askByTls(service.port, "/", agent)).connection).toBe("keep-alive");
    service.kill("SIGTERM");
    await waitUntilRefused(service.port);
    service.kill("SIGHUP");
    expect(await held).toEqual({ status: 200, connection: "close", body: "held\n" });
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toMatch(/drained in [0-4]\.\d s: .* 0 requests cut,/);
  });

  test.each([
    ["http2", "http"],
    ["http2 streams", "http"],
    ["http2 with TLS", "https"],
    ["http2 with allowHTTP1", "https"],
  ])("an HTTP/2 client by %s gets GOAWAY, and the answers it waits for", async (kind, scheme) => {
    const service = await start({ kind, drain: { fixedMs: 300 } });
    const session = connectHttp2(`${scheme}://localhost:${service.port}`, { ca: CERTIFICATE });
    onTestFinished(() => session.destroy());
    const isToldToGo = new Promise((resolve) => void session.once("goaway", (code) => resolve(code)));
    const isClosed = new Promise((resolve) => void session.once("close", () => resolve("closed")));
    const held = text(session.request({ ":path": "/held" }));
    await service.waitForLine(/^holding/);
    service.kill("SIGTERM");
    await service.waitForLine(LEAVING);
    expect(await text(session.request({ ":path": "/more" }))).not.toBe("");
    expect(await isToldToGo).toBe(0);
    service.kill("SIGHUP");
    expect(await held).toBe("held\n");
    expect(await isClosed).toBe("closed");
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toMatch(/drained in [0-4]\.\d s: .* 0 requests cut,/);
  });

  test("an HTTP/2 stream that does not end is cut, and counted", async () => {
    const service = await start({ kind: "http2", drain: { fixedMs: 0, closeTimeoutMs: 200 } });
    const session = connectHttp2(`http://localhost:${service.port}`).on("error", () => {});
    onTestFinished(() => session.destroy());
    const stream = session.request({ ":path": "/held" }).on("error", () => {});
    await service.waitForLine(/^holding/);
    service.kill("SIGTERM");
    await new Promise((resolve) => void stream.once("close", resolve));
    expect(await service.exit).toEqual(BY_SIGTERM);
    expect(lastLine(service)).toContain(" 1 request cut,");
  });

  test("the trailers of a server that knows streams only are left alone", async () => {
    const service = await start({ kind: "http2 streams", drain: { fixedMs: 0 } });
    const session = connectHttp2(`http://localhost:${service.port}`);
    onTestFinished(() => session.destroy());
    const stream = session.request({ ":path": "/some" });
    const trailers = new Promise<object>((resolve) => void stream.once("trailers", resolve));
    expect(await text(stream)).toBe("held\n");
    expect(await trailers).toMatchObject({ "x-path": "/some" });
    service.kill("SIGTERM");
    expect(await service.exit).toEqual(BY_SIGTERM);
  });
});

interface TlsAnswer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

function askByTls(port: number, path: string, agent: TlsAgent): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const request = startTlsRequest({ host: "localhost", port, path, agent }, async (response) => {
      const { statusCode: status, headers } = response;
      resolve({ status, connection: headers.connection, body: await text(response) });
    });
    request.on("error", reject).end();
  });
}

/** Asks until the listener is closed. */
async function waitUntilRefused(port: number): Promise<void> {
  for (;;) {
    const socket = await connectTo(port, "").catch(() => undefined);
    if (socket === undefined) return;
    socket.destroy();
  }
}
