import { describe, expect, test } from "vitest";
import type { Status } from "../../src/core/status.ts";
import { startCluster, type TestCluster, type WorkerSettings } from "../support/cluster.ts";

/** A worker whose own connection to the database is an own handler, explained by that of the database. */
function workerOf(status: Status): WorkerSettings {
  const options = { scope: "instance", dependsOn: ["Database"] } as const;
  return { handlers: { Database: { status }, Pool: { status, options } } };
}

const UP = workerOf({ state: "OK" });
const DOWN = workerOf({ state: "RED" });

async function setDown(cluster: TestCluster, ...workers: readonly number[]): Promise<void> {
  for (const worker of workers) {
    for (const name of ["Database", "Pool"])
      cluster.tell(worker, "setStatus", { name, status: { state: "RED" } });
    await cluster.getState(worker);
  }
}

async function getReadiness(cluster: TestCluster, worker: number): Promise<string> {
  const { status, body } = await cluster.ask(worker, "/readyz?verbose");
  return `${status} ${body.replaceAll(/\d+ m?s/g, "n s")}`;
}

const HELD =
  "200 [+]probe ok\n[+]Database held: RED for n s\n[+]Pool held: RED for n s\nreadyz check passed\n";

describe("the readiness of a cluster", () => {
  test("is held in a worker that is forked while a shared handler is RED, as in the others", async () => {
    const cluster = await startCluster({ workers: [UP, UP] });
    for (const worker of [1, 2]) expect((await cluster.ask(worker, "/readyz")).status).toBe(200);
    await setDown(cluster, 1, 2);
    for (const worker of [1, 2]) expect(await getReadiness(cluster, worker)).toBe(HELD);

    const forked = await cluster.fork(DOWN);
    expect(await getReadiness(cluster, forked)).toBe(HELD);

    for (const worker of [1, 2, forked]) {
      cluster.order("kill", { worker, signal: "SIGKILL" });
      await cluster.find("exit", worker);
    }
    expect(await getReadiness(cluster, await cluster.fork(DOWN))).toBe(HELD);
  });

  test("is held in a worker that has never seen a shared handler up, as soon as another one has", async () => {
    const cluster = await startCluster({ workers: [DOWN, UP] });
    expect((await cluster.ask(1, "/readyz")).status).toBe(503);
    expect((await cluster.ask(2, "/readyz")).status).toBe(200);
    await expect.poll(() => getReadiness(cluster, 1)).toBe(HELD);
  });

  test("is never held if no worker was ever healthy", async () => {
    const cluster = await startCluster({ workers: [DOWN] });
    expect((await cluster.ask(1, "/readyz")).status).toBe(503);
    const forked = await cluster.fork(DOWN);
    expect((await cluster.ask(forked, "/readyz")).status).toBe(503);
    expect((await cluster.ask(1, "/readyz")).status).toBe(503);
  });
});
