import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BroadcastChannel } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import type { Status } from "../../src/core/status.ts";
import { BEAT_MS } from "../../src/sentinel/counters.ts";
import { startSentinel } from "../../src/sentinel/index.ts";
import { HUNG_AFTER_MS, MIN_RESTART_MS } from "../../src/sentinel/thread.ts";
import { openEvents } from "../support/event-stream.ts";
import { ask, askRaw } from "../support/http.ts";
import { createRecordingLogger } from "../support/registry.ts";
import { startTestSentinel, WORKER_URL } from "../support/sentinel.ts";

describe("a sentinel", () => {
  test("listens on a free port of the address that it is given, and says which", async () => {
    const { address, ask } = await startTestSentinel({ probe: createProbe() });
    expect(address).toEqual({ address: "127.0.0.1", family: "IPv4", port: expect.any(Number) });
    expect(await ask("/probe_status")).toMatchObject({ status: 200, body: "OK" });
  });

  test("listens on all addresses of this machine where none is given", async () => {
    const sentinel = await startSentinel({ port: 0, workerUrl: WORKER_URL });
    onTestFinished(sentinel.close);
    const other = createServer();
    onTestFinished(() => void other.close());
    await new Promise<void>((resolve) => void other.listen(0, resolve));
    expect(sentinel.address.address).toBe((other.address() as AddressInfo).address);
  });

  test("rejects where the port is taken", async () => {
    const { port } = await startTestSentinel();
    const second = startSentinel({ port, host: "127.0.0.1", workerUrl: WORKER_URL });
    await expect(second).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test.each([
    [
      "is not there",
      new URL("file:///nowhere/worker.js"),
      /is not at file:\/\/\/nowhere\/worker\.js: copy svc-status-sentinel\.js from .* or pass its location as workerUrl$/,
    ],
    ["throws", new URL("data:text/javascript,throw new Error('broken')"), /broken/],
    ["is another program", new URL("data:text/javascript,"), /ended before it listened/],
  ])("rejects where the file of its thread %s", async (_what, workerUrl, message) => {
    await expect(startSentinel({ port: 0, workerUrl })).rejects.toThrow(message);
  });

  test("does not answer any more when it is closed, and closing twice is fine", async () => {
    const { port, close } = await startTestSentinel();
    await close();
    await close();
    await expect(ask(port, "/livez")).rejects.toThrow("ECONNREFUSED");
  });

  test("can be started again on the same port", async () => {
    const { port, close } = await startTestSentinel();
    await close();
    const second = await startTestSentinel({ port });
    expect(second.port).toBe(port);
  });

  test("answers nothing that is switched off", async () => {
    const { ask } = await startTestSentinel({ svcStatus: false, probeStatus: false, healthProbes: false });
    const targets = ["/svc_status", "/probe_status", "/livez", "/readyz"];
    const answers = await Promise.all(targets.map((target) => ask(target)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  test("stands beside another one with the same probe", async () => {
    const probe = createProbe();
    const sentinels = [await startTestSentinel({ probe }), await startTestSentinel({ probe })] as const;
    await sentinels[0].ask("/probe_status?body=OFF", { method: "POST" });
    await sentinels[1].waitFor("/probe_status", "OFF");
    await sentinels[1].ask("/probe_status", { method: "POST" });
    await sentinels[0].waitFor("/probe_status", "OK");
    expect(probe.commissioned).toBe(true);
  });

  test("hides details where it is told to, and those of nobody else", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Database", () => ({ state: "YELLOW", detail: "slow" }));
    const { ask } = await startTestSentinel({ registry, svcStatus: { details: "never" } });
    const { body } = await ask("/svc_status.json");
    expect(body).toBe('{"Database":{"state":"YELLOW"}}');
  });
});

describe("before the first report", () => {
  test("nothing looks well but liveness", async () => {
    const registry = createStatusRegistry();
    onTestFinished(registry.close);
    registry.addStatusHandler("Slow", () => new Promise(() => {}), { timeoutMs: 60_000 });
    const options = { port: 0, host: "127.0.0.1", registry, workerUrl: WORKER_URL, publishMs: 600_000 };
    const sentinel = await startSentinel(options);
    onTestFinished(sentinel.close);
    const { port } = sentinel.address;
    const report = await ask(port, "/svc_status.json");
    expect(JSON.parse(report.body)).toEqual({
      Publication: { state: "RED", detail: "the main thread has not published a report yet" },
    });
    expect(report.headers).not.toHaveProperty("age");
    expect((await ask(port, "/livez")).body).toBe("ok");
    expect((await ask(port, "/startupz")).status).toBe(503);
    expect((await ask(port, "/readyz")).body).toBe(
      "[+]probe ok\n[-]Publication failed: the main thread has not published a report yet\nreadyz check failed\n",
    );
  });
});

describe("what the main thread says", () => {
  test("is followed: new handlers, changed states, handlers that are gone", async () => {
    const registry = createStatusRegistry();
    const states: { Database: "OK" | "RED" } = { Database: "OK" };
    registry.addStatusHandler("Database", () => ({ state: states.Database }));
    const { waitFor } = await startTestSentinel({ registry, publishMs: 100 });
    await waitFor("/svc_status", "Database\tOK\n");
    states.Database = "RED";
    await waitFor("/svc_status", "Database\tRED\n");
    registry.addStatusHandler("Queue", () => ({ state: "OK" }));
    await waitFor("/svc_status", "Database\tRED\nQueue\tOK\n");
    registry.removeStatusHandler("Database");
    await waitFor("/svc_status", "Queue\tOK\n");
  });

  test("is current while one handler hangs, which is shown as it was", async () => {
    const registry = createStatusRegistry();
    onTestFinished(registry.close);
    let asked = 0;
    let isHanging = false;
    registry.addStatusHandler("Quick", () => {
      asked += 1;
      return { state: "YELLOW", detail: `asked ${asked} times` };
    });
    const hang = async (): Promise<Status> =>
      isHanging ? new Promise(() => {}) : { state: "YELLOW", detail: "slow" };
    registry.addStatusHandler("Hanging", hang, { timeoutMs: 600_000 });
    const { waitFor } = await startTestSentinel({ registry, publishMs: 100 });
    isHanging = true;
    const wanted = asked + 10;
    const { body, headers } = await waitFor(
      "/svc_status.health",
      (answer) => Number(/asked (\d+) times/.exec(answer.body)?.[1]) >= wanted,
    );
    const { Quick, Hanging } = JSON.parse(body).checks;
    expect(Number(headers["age"])).toBeLessThanOrEqual(1);
    expect(Hanging).toMatchObject([{ status: "warn", output: "slow" }]);
    expect(Date.parse(Quick[0].time) - Date.parse(Hanging[0].time)).toBeGreaterThan(500);
  });

  test("is known of its changes at once, before the next round", async () => {
    const registry = createStatusRegistry();
    const states: { Database: "OK" | "RED" } = { Database: "OK" };
    registry.addStatusHandler("Database", () => ({ state: states.Database, detail: "by hand" }));
    const { waitFor, ask } = await startTestSentinel({ registry, publishMs: 600_000 });
    states.Database = "RED";
    await registry.getStatus("Database");
    await waitFor("/svc_status", "Database\tRED\n");
    expect((await ask("/svc_status.json")).body).toBe('{"Database":{"state":"RED","detail":"by hand"}}');
  });

  test("is streamed to the status page, as is what becomes of the probe", async () => {
    const registry = createStatusRegistry();
    const probe = createProbe();
    const states: { Database: "OK" | "RED" } = { Database: "OK" };
    registry.addStatusHandler("Database", () => ({
      state: states.Database,
      detail: `it is ${states.Database}`,
    }));
    const { port, ask } = await startTestSentinel({ registry, probe, service: { name: "notes" } });
    expect((await ask("/svc_status.html")).body).toContain("notes");
    const events = await openEvents(port);
    onTestFinished(events.close);
    await events.waitFor("it is OK");
    states.Database = "RED";
    await registry.getStatus("Database");
    await events.waitFor("it is RED");
    probe.decommission("moving");
    await events.waitFor("moving");
  });

  test("includes what Prometheus is told beyond the states", async () => {
    const registry = createStatusRegistry();
    let state: "OK" | "YELLOW" = "OK";
    registry.addStatusHandler("Queue", () => ({ state, labels: { jobs: Number.POSITIVE_INFINITY } }));
    await registry.getReport();
    state = "YELLOW";
    await registry.getReport();
    const { ask } = await startTestSentinel({ registry, svcStatus: { prometheus: { extended: true } } });
    const { body } = await ask("/svc_status.prometheus");
    expect(body).toContain('svc_status{name="Queue_jobs"} +Inf\n');
    expect(body).toMatch(/^svc_status_changes_total\{name="Queue",[^}]*"YELLOW"\} 1$/m);
  });
});

const PAIRS = 10_000;

/** Decommissions and commissions over one connection, as fast as the sentinel takes it, and decommissions at last. */
async function postPairs(port: number, pairs: number): Promise<void> {
  const post = (body: string, connection: string): string =>
    `POST /probe_status?body=${encodeURIComponent(body)} HTTP/1.1\r\nHost: localhost\r\nConnection: ${connection}\r\n\r\n`;
  const bodies = Array.from({ length: pairs }, (_, pair) => [`there ${pair}`, "OK"]).flat();
  const requests = bodies.map((body) => post(body, "keep-alive")).join("");
  const answers = await askRaw(port, requests + post("there it is done", "close"));
  expect(answers.match(/HTTP\/1\.1 200 /g)).toHaveLength(2 * pairs + 1);
}

describe("the probe", () => {
  test("is the same in both threads, whoever changes it", async () => {
    const probe = createProbe({ body: "starting" });
    const told: string[] = [];
    probe.on("change", ({ body }) => void told.push(body));
    const { ask } = await startTestSentinel({ probe });
    expect(await ask("/probe_status")).toMatchObject({ status: 503, body: "starting" });
    probe.commission();
    expect(await ask("/probe_status")).toMatchObject({ status: 200, body: "OK" });
    await ask("/probe_status?body=leaving", { method: "POST" });
    expect(probe.body).toBe("leaving");
    expect(told).toEqual(["OK", "leaving"]);
  });

  test("needs the token here too", async () => {
    const probe = createProbe();
    const { ask } = await startTestSentinel({ probe, probeStatus: { control: { token: "s3cret" } } });
    expect((await ask("/probe_status?body=OFF", { method: "POST" })).status).toBe(401);
    expect(probe.body).toBe("OK");
  });

  test(`ends as the last word was after ${PAIRS} pairs from both sides at once`, async () => {
    const probe = createProbe();
    const { port, ask } = await startTestSentinel({ probe });
    const told: string[] = [];
    probe.on("change", ({ body }) => void told.push(body));
    const posting = postPairs(port, PAIRS);
    for (let pair = 0; pair < PAIRS; pair += 1) {
      probe.decommission(`here ${pair}`);
      probe.commission();
      if (pair % 10 === 0) await new Promise(setImmediate);
    }
    probe.decommission("here it is done");
    await posting;
    const last = (await ask("/probe_status")).body;
    expect([probe.body, told.at(-1)]).toEqual([last, last]);
    expect(["here it is done", "there it is done"]).toContain(last);
    expect(told.filter((body) => body.startsWith("there")).length).toBeGreaterThan(1);
    probe.commission();
    expect((await ask("/probe_status")).body).toBe("OK");
  }, 60_000);

  test("tells the main thread who has asked it, for a drain", async () => {
    const probe = createProbe();
    const seen: unknown[] = [];
    getProbeSeams(probe).answered.add(({ request, status }) => {
      const { method, target, remoteAddress, header } = request;
      seen.push([method, target, remoteAddress, header("user-agent"), header("constructor"), status]);
    });
    const { ask } = await startTestSentinel({ probe });
    await ask("/probe_status", { headers: { "user-agent": "kube-probe/1.31" } });
    probe.decommission();
    await ask("/readyz", { headers: { "user-agent": "HAProxy" } });
    await expect
      .poll(() => seen)
      .toEqual([
        ["GET", "/probe_status", "127.0.0.1", "kube-probe/1.31", undefined, 200],
        ["GET", "/readyz", "127.0.0.1", "HAProxy", undefined, 503],
      ]);
  });
});

describe("a thread that dies", () => {
  /** A sentinel whose thread ends as it is told to. */
  async function startMortal() {
    const logger = createRecordingLogger();
    const registry = createStatusRegistry({ logger });
    registry.addStatusHandler("Database", () => ({ state: "OK", detail: "answers" }));
    const probe = createProbe();
    const workerUrl = new URL("../fixtures/sentinel/mortal-worker.mjs", import.meta.url);
    const path = `/${crypto.randomUUID()}`;
    const channel = new BroadcastChannel(path);
    onTestFinished(() => channel.close());
    const svcStatus = { path };
    const sentinel = await startTestSentinel({ registry, probe, workerUrl, svcStatus, publishMs: 600_000 });
    const end = (way: string): void => channel.postMessage(way);
    return {
      ...sentinel,
      path,
      logger,
      probe,
      end,
      /** Waits until it does. */
      hang(way: string) {
        const hanging = new Promise((resolve) => {
          channel.onmessage = resolve;
        });
        end(way);
        return hanging;
      },
    };
  }

  function toLog(cause: string, restartMs = MIN_RESTART_MS): string {
    return `error: SVC035 the sentinel's thread ended: ${cause}; restarting it in ${restartMs} ms`;
  }

  test.each([
    ["throws", "throw", "killed by the test"],
    ["rejects", "reject", "rejected by the test"],
    ["exits", "exit", "without an error"],
    [
      "needs more memory than it may",
      "exhaust",
      "Worker terminated due to reaching memory limit: JS heap out of memory",
    ],
  ])("because it %s is replaced by one that knows as much", async (_what, way, cause) => {
    const { end, waitFor, path, logger, probe } = await startMortal();
    probe.decommission("on purpose");
    end(way);
    await expect.poll(() => logger.lines).toEqual([toLog(cause)]);
    await waitFor("/probe_status", "on purpose");
    await waitFor(`${path}.json`, '{"Database":{"state":"OK","detail":"answers"}}');
  });

  test("is replaced by one that says how old the report is, and not how old it is itself", async () => {
    const { end, waitFor, path, logger } = await startMortal();
    await waitFor(path, ({ headers }) => Number(headers.age) >= 2);
    end("throw");
    await expect.poll(() => logger.lines).toHaveLength(1);
    const { headers } = await waitFor(path, "Database\tOK\n");
    expect(Number(headers["age"])).toBeGreaterThanOrEqual(2);
  });

  describe("because it hangs", () => {
    /** Only the beats of the main thread are hurried; the sentinel's thread has its own time. */
    beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "hrtime"] }));
    afterEach(() => void vi.useRealTimers());

    test.each(["loop", "wait"])("in a %s is replaced by one that knows as much", async (way) => {
      const { hang, waitFor, path, logger } = await startMortal();
      await hang(way);
      vi.advanceTimersByTime(BEAT_MS); // sees the thread's last sign of life
      vi.advanceTimersByTime(HUNG_AFTER_MS - 2 * BEAT_MS);
      expect(logger.lines).toEqual([]);
      vi.advanceTimersByTime(2 * BEAT_MS);
      expect(logger.lines).toEqual([toLog("no heartbeat for 10 s")]);
      await waitFor("/livez", /^ok/);
      await waitFor(`${path}.json`, '{"Database":{"state":"OK","detail":"answers"}}');
      expect(logger.lines).toHaveLength(1);
    });

    test("before it listens, that is told to whoever waits for it", async () => {
      const workerUrl = new URL("data:text/javascript,for (;;);");
      const starting = expect(startSentinel({ port: 0, workerUrl })).rejects.toThrow(
        "the sentinel's thread ended before it listened: no heartbeat for 10 s",
      );
      await vi.waitUntil(() => vi.getTimerCount() > 0, 20_000);
      vi.advanceTimersByTime(HUNG_AFTER_MS);
      await starting;
    });
  });

  test("again and again is replaced later each time", async () => {
    const { end, waitFor, logger, ask } = await startMortal();
    for (const restartMs of [1, 2, 4].map((factor) => factor * MIN_RESTART_MS)) {
      end("throw");
      await expect.poll(() => logger.lines.at(-1)).toBe(toLog("killed by the test", restartMs));
      await waitFor("/livez", "ok");
    }
    expect((await ask("/probe_status")).status).toBe(200);
  });

  test("is not replaced when the sentinel was closed meanwhile", async () => {
    const { end, close, logger, port } = await startMortal();
    const ended = logger.untilNext();
    end("throw");
    await ended;
    await close();
    await new Promise((resolve) => void setTimeout(resolve, 3 * MIN_RESTART_MS));
    await expect(ask(port, "/livez")).rejects.toThrow("ECONNREFUSED");
    expect(logger.lines).toHaveLength(1);
  });

  test("goes on trying while its port is taken", async () => {
    const { end, waitFor, logger, port } = await startMortal();
    // The port has to be taken in less than the time after which the thread is restarted.
    const ended = logger.untilNext();
    end("throw");
    await ended;
    const other = createServer((_, response) => void response.end("somebody else"));
    await new Promise<void>((resolve) => void other.listen(port, "127.0.0.1", resolve));
    await expect.poll(() => logger.lines.at(-1)).toMatch(/ended: listen EADDRINUSE/);
    other.closeAllConnections();
    await new Promise((resolve) => void other.close(resolve));
    await waitFor("/livez", "ok");
  });
});
