import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { startCluster, type TestCluster, type WorkerSettings } from "../support/cluster.ts";

const CLOSING = "info: SVC019 SIGTERM: closing, the other workers continue to serve";
const WAITING = "info: SVC018 SIGTERM: decommissioned, waiting for the load balancers to leave";

/** Drains fast, where it has to wait for balancers that nobody has seen. */
const worker: WorkerSettings = { drain: { fallbackMs: 300 } };

/** Asks the shared port all the time; gives, at the end, which answers there were. */
function startLoad(cluster: TestCluster) {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const outcomes = new Set<string>();
  const pids = new Set<string>();
  let isRunning = true;

  async function askAgain(target: string, pauseMs: number, keepsAlive: boolean): Promise<void> {
    while (isRunning) {
      try {
        const { status, body } = await cluster.askAny(target, keepsAlive ? { agent } : {});
        outcomes.add(`${target} ${status}`);
        if (target === "/new") pids.add(body);
      } catch (error) {
        outcomes.add(`${target} ${error}`);
      }
      await wait(pauseMs);
    }
  }

  const clients = [
    ...[0, 0, 1, 5, 20, 100].map((pauseMs) => askAgain("/kept", pauseMs, true)),
    ...[0, 1, 5].map((pauseMs) => askAgain("/new", pauseMs, false)),
    askAgain("/slow?ms=300", 0, true),
    askAgain("/probe_status", 20, false),
  ];
  return {
    /** Resolves when the load has reached a worker. */
    async reach(id: number): Promise<void> {
      const { pid } = await cluster.find("ready", id);
      await expect.poll(() => pids.has(String(pid))).toBe(true);
    },
    async stop(): Promise<ReadonlySet<string>> {
      isRunning = false;
      await Promise.all(clients);
      return outcomes;
    },
  };
}

async function terminate(cluster: TestCluster, id: number): Promise<void> {
  cluster.order("kill", { worker: id, signal: "SIGTERM" });
  expect(await cluster.find("exit", id)).toMatchObject({ signal: "SIGTERM" });
}

/** Keeps a connection to a worker open without a request, so that the worker waits for it while leaving. */
async function connectTo(cluster: TestCluster, id: number): Promise<void> {
  const { pid } = await cluster.find("ready", id);
  async function connect(): Promise<string> {
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    return (await cluster.askAny("/kept", { agent })).body;
  }
  await expect.poll(connect).toBe(String(pid));
}

describe("a rolling restart, one worker after the other", () => {
  test("loses no request, and no balancer sees it", async () => {
    const cluster = await startCluster({ workers: [worker, worker, worker] });
    const load = startLoad(cluster);
    const replacements: number[] = [];
    for (const id of [1, 2, 3]) {
      await load.reach(id);
      await terminate(cluster, id);
      const replacement = await cluster.fork(worker);
      await load.reach(replacement);
      replacements.push(replacement);
    }
    const outcomes = await load.stop();
    expect([...outcomes].sort()).toEqual(["/kept 200", "/new 200", "/probe_status 200", "/slow?ms=300 200"]);
    for (const id of [1, 2, 3]) expect(cluster.logOf(id)).toContain(CLOSING);
    expect(await cluster.getPrimaryBody()).toBe("OK");
    expect(await cluster.getVerdicts(...replacements)).toEqual(Array(3).fill("200 OK"));
  });

  test("of a cluster that is out of service leaves it out of service", async () => {
    const cluster = await startCluster({ workers: [worker, worker] });
    cluster.order("setBody", { body: "upgrading" });
    await expect.poll(() => cluster.getVerdicts(1, 2)).toEqual(Array(2).fill("503 upgrading"));
    await terminate(cluster, 1);
    expect(cluster.logOf(1)).toContain(WAITING);
    const replacement = await cluster.fork(worker);
    expect(await cluster.getVerdicts(2, replacement)).toEqual(Array(2).fill("503 upgrading"));
  });
});

describe("a worker whose primary does not coordinate", () => {
  test("leaves no connection without an answer that the primary passed to it at its end", async () => {
    const alone: WorkerSettings = { join: null, drain: { fixedMs: 0 } };
    const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const closingFile = join(folder, "closing");
    const cluster = await startCluster({
      isCoordinating: false,
      // After it has closed, it reads nothing until it ends.
      workers: [{ ...alone, blocksAtEndMs: 1_500, closingFile }],
    });
    const { pid } = await cluster.find("ready", 1);
    const { pid: other } = await cluster.find("ready", await cluster.fork(alone));
    const unblock = await cluster.blockPrimary();
    // The primary accepts these when it goes on, and has not read yet that worker 1 has closed.
    const answers = Array.from({ length: 20 }, () => cluster.askAny("/new"));
    await once(connect(cluster.sharedPort, "127.0.0.1"), "connect");
    process.kill(Number(pid), "SIGTERM");
    await expect.poll(() => existsSync(closingFile)).toBe(true);
    unblock();
    const bodies = (await Promise.all(answers)).map(({ body }) => body);
    expect(bodies).toEqual(Array(20).fill(String(other)));
    await cluster.find("exit", 1);
  });
});

describe("all workers that end at the same time", () => {
  test("leave the last one to wait for the balancers", async () => {
    const cluster = await startCluster({ workers: [worker, worker, worker] });
    await Promise.all([1, 2, 3].map((id) => terminate(cluster, id)));
    const beginnings = [1, 2, 3].flatMap((id) =>
      cluster.logOf(id).filter((line) => line === CLOSING || line === WAITING),
    );
    expect(beginnings.sort()).toEqual([WAITING, CLOSING, CLOSING]);
    expect(await cluster.getPrimaryBody()).toBe("OK");
  });

  test("are in service again when others have come", async () => {
    const cluster = await startCluster({ workers: [worker] });
    await terminate(cluster, 1);
    expect(cluster.logOf(1)).toContain(WAITING);
    expect(await cluster.getVerdicts(await cluster.fork(worker))).toEqual(["200 OK"]);
  });

  test("all wait for the balancers where the primary has decommissioned them before", async () => {
    const cluster = await startCluster({ workers: [worker, worker] });
    cluster.order("setBody", { body: "ending" });
    await Promise.all([1, 2].map((id) => terminate(cluster, id)));
    for (const id of [1, 2]) {
      expect(cluster.logOf(id)).toContain(WAITING);
      expect(cluster.logOf(id)).not.toContain(CLOSING);
    }
  });
});

describe("a worker that is about to leave", () => {
  test("is not believed to cover the others", async () => {
    const cluster = await startCluster({ workers: [worker, worker] });
    cluster.order("kill", { worker: 1, signal: "SIGTERM" });
    await expect.poll(() => cluster.logOf(1)).toContain(CLOSING);
    await terminate(cluster, 2);
    expect(cluster.logOf(2)).toContain(WAITING);
  });

  test("is covered only by those who listen", async () => {
    const cluster = await startCluster({ workers: [worker] });
    const joined = await cluster.fork({ ...worker, listens: false });
    await terminate(cluster, 1);
    expect(cluster.logOf(1)).toContain(WAITING);
    expect(await cluster.getVerdicts(joined)).toEqual(["200 OK"]);
  });

  test("decommissions its own probe where the primary does not answer", async () => {
    // It must be seen before it ends, and as long as the primary is blocked.
    const slow: WorkerSettings = { drain: { fallbackMs: 15_000 } };
    const cluster = await startCluster({ workers: [slow, worker] });
    const { pid } = await cluster.find("ready", 1);
    const unblock = await cluster.blockPrimary();
    process.kill(Number(pid), "SIGTERM");
    await expect.poll(() => cluster.getVerdicts(1, 2)).toEqual(["503 OFF", "200 OK"]);
    unblock();
    await expect.poll(() => cluster.logOf(1)).toContain(WAITING);
    // A second signal ends it at once.
    await terminate(cluster, 1);
    expect(await cluster.getPrimaryBody()).toBe("OK");
  });

  test("still shares what an operator changes", async () => {
    const cluster = await startCluster({ workers: [worker, worker] });
    await connectTo(cluster, 1);
    cluster.order("kill", { worker: 1, signal: "SIGTERM" });
    await expect.poll(() => cluster.logOf(1)).toContain(CLOSING);
    await cluster.ask(1, "/probe_status?body=OFF", { method: "POST" });
    await expect.poll(() => cluster.getVerdicts(2)).toEqual(["503 OFF"]);
  });
});
