import { describe, expect, test } from "vitest";
import { startCluster } from "../support/cluster.ts";

const OFF = "503 OFF";
const OK = "200 OK";
const POST = { method: "POST" };

describe.each(["json", "advanced"] as const)("the probe of a cluster that talks in %s", (serialization) => {
  test("is decommissioned and commissioned in all workers by a request to one", async () => {
    const cluster = await startCluster({ workers: [{}, {}, {}], serialization });
    await cluster.ask(2, "/probe_status?body=closed%20until%20%E2%82%AC", POST);
    await expect.poll(() => cluster.getVerdicts(1, 2, 3)).toEqual(Array(3).fill("503 closed until €"));
    expect(await cluster.getPrimaryBody()).toBe("closed until €");
    await cluster.ask(3, "/probe_status", POST);
    await expect.poll(() => cluster.getVerdicts(1, 2, 3)).toEqual(Array(3).fill(OK));
  });
});

describe("the probe of a cluster", () => {
  test("is decommissioned by the primary's own", async () => {
    const cluster = await startCluster({ workers: [{}, {}] });
    cluster.order("setBody", { body: "upgrading" });
    await expect.poll(() => cluster.getVerdicts(1, 2)).toEqual(Array(2).fill("503 upgrading"));
    cluster.order("setBody", { body: "OK" });
    await expect.poll(() => cluster.getVerdicts(1, 2)).toEqual(Array(2).fill(OK));
  });

  test("is changed by a worker's own code as by a request", async () => {
    const cluster = await startCluster({ workers: [{}, {}] });
    cluster.tell(1, "setBody", { body: "by code" });
    await expect.poll(() => cluster.getVerdicts(1, 2)).toEqual(Array(2).fill("503 by code"));
  });

  test("is in a replaced worker from its first answer on what it is in the others", async () => {
    const cluster = await startCluster({ workers: [{}, {}] });
    await cluster.ask(1, "/probe_status?body=OFF", POST);
    await expect.poll(() => cluster.getVerdicts(2)).toEqual([OFF]);
    cluster.order("kill", { worker: 1, signal: "SIGKILL" });
    await cluster.find("exit", 1);
    const replacement = await cluster.fork();
    expect(await cluster.getVerdicts(replacement)).toEqual([OFF]);
    await cluster.ask(replacement, "/probe_status", POST);
    await expect.poll(() => cluster.getVerdicts(2, replacement)).toEqual(Array(2).fill(OK));
  });

  test("ends the same everywhere, whoever changes it at the same time", async () => {
    const cluster = await startCluster({ workers: [{}, {}, {}, {}] });
    for (let round = 0; round < 40; round += 1) {
      const bodies = [1, 2, 3, 4].map((worker) => (worker % 2 === 0 ? "OK" : `${round} by ${worker}`));
      await Promise.all(
        bodies.map((body, index) =>
          cluster.ask(index + 1, `/probe_status?body=${encodeURIComponent(body)}`, POST),
        ),
      );
      // What a worker tells goes behind its last word on the probe: now the primary has heard all four.
      await Promise.all([1, 2, 3, 4].map(cluster.getState));
      const last = await cluster.getPrimaryBody();
      const verdict = `${last === "OK" ? 200 : 503} ${last}`;
      await expect.poll(() => cluster.getVerdicts(1, 2, 3, 4)).toEqual(Array(4).fill(verdict));
      expect(bodies).toContain(last);
      expect(await cluster.getPrimaryBody()).toBe(last);
    }
  });

  test("reaches a blocked worker as soon as it is free again", async () => {
    const cluster = await startCluster({ workers: [{}, {}] });
    await cluster.block(2, 500);
    await cluster.ask(1, "/probe_status?body=OFF", POST);
    expect(await cluster.getVerdicts(1)).toEqual([OFF]);
    await expect.poll(() => cluster.getVerdicts(2)).toEqual([OFF]);
  });
});

describe("without the primary's part", () => {
  const alone = {
    workers: [{ join: { timeoutMs: 200 } }, { join: { timeoutMs: 200 } }],
    isCoordinating: false,
  };

  test("a worker says that it stands alone", async () => {
    const cluster = await startCluster(alone);
    expect(await cluster.getState(1)).toMatchObject({ isCoordinated: false });
    expect(cluster.logOf(1)).toEqual([
      "warn: SVC031 the primary does not coordinate, call coordinateWorkers() in it: the probe and the report cover this process only",
    ]);
  });

  test("a worker's probe is its own", async () => {
    const cluster = await startCluster(alone);
    await cluster.ask(1, "/probe_status?body=OFF", POST);
    await cluster.getState(2);
    expect(await cluster.getVerdicts(1, 2)).toEqual([OFF, OK]);
  });

  test("workers come together when it begins later", async () => {
    const cluster = await startCluster(alone);
    await cluster.ask(1, "/probe_status?body=OFF", POST);
    cluster.order("coordinate");
    for (const worker of [1, 2])
      await expect.poll(() => cluster.getState(worker)).toMatchObject({ isCoordinated: true, body: "OK" });
    await cluster.ask(2, "/probe_status?body=later", POST);
    await expect.poll(() => cluster.getVerdicts(1, 2)).toEqual(Array(2).fill("503 later"));
  });

  test("workers stand alone when it ends, and say so", async () => {
    const cluster = await startCluster({ workers: [{}, {}] });
    cluster.order("stopCoordinating");
    await expect.poll(() => cluster.getState(2)).toMatchObject({ isCoordinated: false });
    await cluster.ask(1, "/probe_status?body=OFF", POST);
    expect(await cluster.getState(2)).toMatchObject({ body: "OK" });
    expect(cluster.logOf(2)).toEqual([
      "warn: SVC033 the primary stopped coordinating: the probe and the report cover this process only",
    ]);
  });
});

describe("a worker that leaves", () => {
  test("changes nobody's probe and is changed by nobody", async () => {
    const cluster = await startCluster({ workers: [{}, {}] });
    cluster.tell(1, "leave");
    expect(await cluster.getState(1)).toMatchObject({ isCoordinated: false });
    await cluster.ask(1, "/probe_status?body=mine", POST);
    await cluster.ask(2, "/probe_status?body=ours", POST);
    await cluster.getState(1);
    expect(await cluster.getVerdicts(1, 2)).toEqual(["503 mine", "503 ours"]);
    expect(await cluster.getPrimaryBody()).toBe("ours");
  });

  test("is kept running by nothing", async () => {
    const cluster = await startCluster({ workers: [{}, {}] });
    cluster.tell(1, "leave");
    cluster.tell(1, "closeAll");
    cluster.order("disconnect", { worker: 1 });
    expect(await cluster.find("exit", 1)).toMatchObject({ code: 0, signal: null });
  });
});

test("a worker that is disconnected without leaving is kept running by nothing", async () => {
  const cluster = await startCluster({ workers: [{}, {}] });
  cluster.tell(1, "closeAll");
  cluster.order("disconnect", { worker: 1 });
  expect(await cluster.find("exit", 1)).toMatchObject({ code: 0, signal: null });
});

test("neither side minds messages that are not ours, or not as they should be", async () => {
  const cluster = await startCluster({ workers: [{}, {}] });
  const messages: unknown[] = [
    { type: "process:msg", data: {} },
    "svc-status",
    null,
    { "svc-status": null },
    { "svc-status": "hello" },
    ...[
      {},
      { kind: "reboot" },
      { kind: "constructor" },
      { kind: { toString: 1 } },
      { kind: "body" },
      { kind: "body", body: 1 },
      { kind: "body", body: "x".repeat(2_000) },
      { kind: "welcome", body: "OFF", timeoutMs: "soon" },
      { kind: "ask", id: 1, names: 5 },
      { kind: "ask", id: 1, names: [{}] },
      { kind: "ask", names: [] },
      { kind: "leave" },
      { kind: "left", id: 1 },
      { kind: "entries", id: 1, entries: "x" },
      { kind: "entries", id: 99, entries: [] },
      { kind: "answers", id: 1, answers: [null] },
      { kind: "answers", id: 99, answers: [] },
    ].map((message) => ({ "svc-status": message })),
  ];
  for (const message of messages) {
    cluster.tell(1, "send", { message });
    cluster.order("tell", { worker: 1, message });
  }
  expect(await cluster.getState(1)).toMatchObject({ isCoordinated: true, body: "OK" });
  expect(await cluster.getPrimaryBody()).toBe("OK");
  await cluster.ask(1, "/probe_status?body=OFF", POST);
  await expect.poll(() => cluster.getVerdicts(1, 2)).toEqual([OFF, OFF]);
});
