import { describe, expect, test } from "vitest";
import { startCluster, type TestCluster, type WorkerSettings } from "../support/cluster.ts";

const isOk = { status: { state: "OK" } } as const;
const isRed = { status: { state: "RED", detail: "no connection" } } as const;
const both: WorkerSettings = { handlers: { database: isOk } };

async function getReport(
  cluster: TestCluster,
  worker: number,
  query = "",
): Promise<Record<string, { state: string; entries: object }>> {
  const { status, body } = await cluster.ask(worker, `/svc_status.json${query}`);
  if (status !== 200) throw new Error(`${status} ${body}`);
  return JSON.parse(body);
}

async function getStates(cluster: TestCluster, worker: number, query = ""): Promise<Record<string, string>> {
  const report = await getReport(cluster, worker, query);
  return Object.fromEntries(Object.entries(report).map(([name, { state }]) => [name, state]));
}

describe("the report of any worker", () => {
  test("shows all of them, the worst wins", async () => {
    const cluster = await startCluster({ workers: [both, { handlers: { database: isRed } }, both] });
    const expected = {
      database: {
        ...isRed.status,
        entries: { 1: isOk.status, 2: isRed.status, 3: isOk.status },
      },
    };
    for (const worker of [1, 2, 3]) expect(await getReport(cluster, worker)).toEqual(expected);
  });

  test("shows handlers that only some of them have", async () => {
    const cluster = await startCluster({ workers: [both, { handlers: { queue: isRed } }] });
    expect(await getStates(cluster, 1)).toEqual({ database: "OK", queue: "RED" });
    expect(await getStates(cluster, 2)).toEqual({ database: "OK", queue: "RED" });
  });

  test("is asked for a name that another one knows", async () => {
    const cluster = await startCluster({ workers: [both, { handlers: { queue: isRed } }] });
    expect(await getStates(cluster, 1, "?name=queue")).toEqual({ queue: "RED" });
    expect(await getStates(cluster, 1, "?name=queue&name=database")).toEqual({
      database: "OK",
      queue: "RED",
    });
  });

  test("is 404 for a name that none of them knows", async () => {
    const cluster = await startCluster({ workers: [both, both] });
    expect(await cluster.ask(1, "/svc_status?name=database&name=nobody")).toMatchObject({ status: 404 });
  });

  test.each(["json", "advanced"] as const)(
    "shows in %s what does not survive the way between processes",
    async (serialization) => {
      const cluster = await startCluster({
        workers: [both, { handlers: { odd: "exotic" } }],
        serialization,
      });
      const status = {
        state: "OK",
        labels: { count: 3, ratio: null, limit: null },
        since: "1970-01-01T00:00:00.000Z",
      };
      expect((await getReport(cluster, 1))["odd"]).toEqual({ ...status, entries: { 2: status } });
      const { body } = await cluster.ask(1, "/svc_status.prometheus");
      expect(body).toContain('svc_status{name="odd_ratio"} NaN\nsvc_status{name="odd_limit"} +Inf\n');
    },
  );

  test("leaves the probes to the worker's own handlers", async () => {
    const options = { scope: "instance" } as const;
    const workers = [
      { handlers: { pool: { ...isOk, options } } },
      { handlers: { pool: { ...isRed, options } } },
    ];
    const cluster = await startCluster({ workers });
    expect(await cluster.ask(1, "/readyz")).toMatchObject({ status: 200 });
    expect(await cluster.ask(2, "/readyz")).toMatchObject({ status: 503 });
  });

  test("comes in health+json too", async () => {
    const cluster = await startCluster({ workers: [both, { handlers: { database: isRed } }] });
    const { status, body } = await cluster.ask(1, "/svc_status.health");
    expect([status, JSON.parse(body)]).toMatchObject([503, { status: "fail", checks: { database: [{}] } }]);
  });
});

describe("a worker that does not answer", () => {
  const timeoutMs = 1_000;

  test("is RED while it is blocked, and the others are shown", async () => {
    const cluster = await startCluster({ workers: [both, both, both], timeoutMs });
    await cluster.block(2, 5_000);
    const { database, ...rest } = await getReport(cluster, 1);
    expect(database).toEqual({ state: "OK", entries: { 1: isOk.status, 3: isOk.status } });
    const silent = { state: "RED", detail: "did not report in time" };
    expect(rest).toEqual({ "worker 2": { ...silent, entries: { 2: silent } } });
    await expect.poll(() => getStates(cluster, 1)).toEqual({ database: "OK" });
  });

  test("may be the one who knows a name", async () => {
    const cluster = await startCluster({ workers: [both, { handlers: { queue: isOk } }], timeoutMs });
    await cluster.block(2, 5_000);
    expect(await getStates(cluster, 1, "?name=queue")).toEqual({ "worker 2": "RED" });
  });

  test("is not waited for when it is killed meanwhile", async () => {
    const cluster = await startCluster({ workers: [both, { handlers: { slow: "hanging" } }] });
    const report = getStates(cluster, 1);
    cluster.order("kill", { worker: 2, signal: "SIGKILL" });
    await cluster.find("exit", 2);
    expect(await report).toEqual({ database: "OK" });
  });

  test("has left", async () => {
    const cluster = await startCluster({ workers: [both, { handlers: { queue: isOk } }] });
    cluster.tell(2, "leave");
    await cluster.getState(2);
    expect(await getStates(cluster, 1)).toEqual({ database: "OK" });
    expect(await getReport(cluster, 2)).toEqual({ queue: isOk.status });
  });

  test("is not asked before it has joined", async () => {
    const cluster = await startCluster({ workers: [both, { join: null }] });
    expect(await getStates(cluster, 1)).toEqual({ database: "OK" });
  });
});

describe("the primary", () => {
  test("is RED in the report while it is blocked, beside what the worker says itself", async () => {
    const cluster = await startCluster({ workers: [both, both], timeoutMs: 200 });
    await cluster.block(0, 5_000);
    expect(await getStates(cluster, 1)).toEqual({ database: "OK", primary: "RED" });
  });

  test("is not missed in the report of a worker that stands alone", async () => {
    const worker: WorkerSettings = { ...both, join: { timeoutMs: 100 } };
    const cluster = await startCluster({ workers: [worker, worker], isCoordinating: false });
    expect(await getReport(cluster, 1)).toEqual({ database: isOk.status });
    expect(await cluster.ask(1, "/svc_status?name=nobody")).toMatchObject({ status: 404 });
  });
});
