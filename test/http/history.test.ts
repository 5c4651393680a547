import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { getRegistrySeams } from "../../src/core/seams.ts";
import { StateHandler } from "../../src/core/state-handler.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { RecorderBusyError, recordStatus } from "../../src/recorder/record-status.ts";
import { createStatusRequest } from "../support/status-request.ts";

let directory: string;
const open: { close(): unknown }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "svc-status-history-"));
});

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A service whose database was RED once and that was decommissioned, all recorded. */
async function createService(options: ServiceStatusOptions = {}) {
  const registry = createStatusRegistry();
  const probe = createProbe();
  const database = new StateHandler();
  database.setState("OK");
  registry.addStatusHandler("Database", database);
  const recorder = recordStatus(registry, { directory, probe, version: "1.4.2" });
  open.push(recorder, registry);
  await recorder.ready;
  await registry.getReport();
  database.setState("RED", { detail: "connect ECONNREFUSED <b>" });
  database.setState("OK");
  probe.decommission("OFF", { reason: "upgrade", by: "ann" });
  const service = createStatusService({ registry, probe, ...options });

  async function get(query = "", client: Partial<Parameters<typeof createStatusRequest>[0]> = {}) {
    const request = createStatusRequest({
      target: `/svc_status.history${query}`,
      remoteAddress: "127.0.0.1",
      ...client,
    });
    const response = await service(request);
    if (response === undefined) throw new Error("not answered");
    const { status, headers, body } = response;
    return { status, headers, body, json: () => JSON.parse(body) };
  }
  return { registry, recorder, get };
}

describe("/svc_status.history", () => {
  test("has the events of the last 24 hours, oldest first", async () => {
    const { get } = await createService();
    const response = await get();
    expect(response.status).toBe(200);
    expect(response.headers["Content-Type"]).toBe("application/json");
    const { events, next, from, to } = response.json();
    expect(events).toMatchObject([
      { kind: "start", version: "1.4.2" },
      {
        kind: "change",
        name: "Database",
        from: "OK",
        to: "RED",
        detail: "connect ECONNREFUSED <b>",
        reason: "reported",
      },
      { kind: "change", name: "Database", from: "RED", to: "OK" },
      { kind: "probe", body: "OFF", reason: "upgrade", by: "ann", state: "decommissioned" },
    ]);
    expect(next).toBeUndefined();
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
  });

  test("has the changes and the availability of one handler", async () => {
    const { get } = await createService();
    const { events, availability } = (await get("?name=Database")).json();
    expect(events).toHaveLength(2);
    const { OK, YELLOW, RED, unknown } = availability;
    expect(OK + YELLOW + RED + unknown).toBeCloseTo(1, 9);
  });

  test("is read page by page, without a loss", async () => {
    const { get } = await createService();
    const newest = (await get("?limit=3")).json();
    expect(newest.events.map(({ kind }: { kind: string }) => kind)).toEqual(["change", "change", "probe"]);
    const rest = (await get(newest.next)).json();
    expect(rest.events.map(({ kind }: { kind: string }) => kind)).toEqual(["start"]);
    expect(rest.next).toBeUndefined();
  });

  test.each([
    ["?limit=0", /limit: expected an integer from 1 to 1000/],
    ["?limit=1001", /limit/],
    ["?limit=1e3", /limit/],
    ["?skip=100001", /skip/],
    ["?from=yesterday", /expected a time such as/],
    ["?from=2026-11-27T03:12Z&to=2026-11-27T03:11Z", /from: expected a time before to/],
    ["?name=%00", /name/],
    [`?name=${"x".repeat(201)}`, /name/],
  ])("answers 400 to %s", async (query, text) => {
    const { get } = await createService();
    const { status, body } = await get(query);
    expect({ status, body }).toEqual({ status: 400, body: expect.stringMatching(text) });
  });

  test("is for clients on this machine only, unless authorize is set", async () => {
    const { get } = await createService();
    expect((await get("", { remoteAddress: "10.0.0.1" })).status).toBe(403);
    expect((await get("", { headers: { "x-forwarded-for": "10.0.0.1" } })).status).toBe(403);
    const authorized = await createService({
      svcStatus: { authorize: (request) => request.header("x-user") === "ann" },
    });
    expect(
      (await authorized.get("", { remoteAddress: "10.0.0.1", headers: { "x-user": "ann" } })).status,
    ).toBe(200);
    expect((await authorized.get("", { remoteAddress: "10.0.0.1" })).status).toBe(403);
  });

  test("has names, states and times alone where details are hidden", async () => {
    const { get } = await createService({ svcStatus: { details: "never" } });
    const { body } = await get();
    expect(body).not.toMatch(/ECONNREFUSED|upgrade|ann|reported|instance/);
    expect(body).toContain('"to":"RED"');
  });

  test("names who changed the probe only to those who may change it", async () => {
    const { get } = await createService({ probeStatus: { control: "off" } });
    const { body } = await get();
    expect(body).toContain("upgrade");
    expect(body).not.toContain("ann");
  });

  test("is 404 if nothing is recorded, 503 if too many read, and 405 for other methods", async () => {
    const { get, recorder, registry } = await createService();
    const seams = getRegistrySeams(registry);
    const { recordedPast } = seams;
    seams.recordedPast = {
      getEvents: () => Promise.reject(new RecorderBusyError("10 reads")),
      getAvailability: () => Promise.reject(new Error("not reached")),
      getTurns: () => Promise.reject(new Error("not reached")),
      getMoment: () => Promise.reject(new Error("not reached")),
    };
    const busy = await get();
    expect([busy.status, busy.headers["Retry-After"]]).toEqual([503, "1"]);
    seams.recordedPast = recordedPast;
    expect((await get("", { method: "POST" })).status).toBe(405);
    await recorder.close();
    expect((await get()).status).toBe(404);
  });
});
