import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { getRegistrySeams } from "../../src/core/seams.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { encode, type Line } from "../../src/recorder/lines.ts";
import { recordStatus } from "../../src/recorder/record-status.ts";
import { createStatusRequest } from "../support/status-request.ts";

const HOUR_MS = 3_600_000;
const CHAIN = "a".repeat(16);

let directory: string;
const open: { close(): unknown }[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "svc-status-moment-"));
});

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  rmSync(directory, { recursive: true, force: true });
});

const now = Date.now();
const hoursAgo = (hours: number): Date => new Date(now - hours * HOUR_MS);

/** The database was RED from 30 to 28 hours ago; the process ended 27 hours ago, and this one started. */
function writeOutage(): void {
  const writer = { id: "old", pid: 1, host: "elsewhere", instance: "orders-old" };
  const [away, back] = [{ reason: "reported", detail: "away <b>" } as const, {}];
  const lines: readonly Line[] = [
    { k: "head", v: 1, t: +hoursAgo(40), chain: CHAIN, handlers: [] },
    { k: "start", t: +hoursAgo(40), writer },
    { k: "state", t: +hoursAgo(40), name: "Database", to: "OK" },
    { k: "state", t: +hoursAgo(40), name: "Extra", to: "OK" },
    { k: "change", t: +hoursAgo(30), name: "Database", from: "OK", to: "RED", ...away, heldMs: 10 * HOUR_MS },
    { k: "change", t: +hoursAgo(28), name: "Database", from: "RED", to: "OK", ...back, heldMs: 2 * HOUR_MS },
    { k: "end", t: +hoursAgo(27) },
  ];
  writeFileSync(join(directory, `status-${CHAIN}-00000000.jsonl`), lines.map(encode).join(""));
}

async function createService(options: ServiceStatusOptions = {}, isRecorded = true) {
  writeOutage();
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: "OK" }));
  registry.addStatusHandler("New", () => ({ state: "YELLOW" }));
  if (isRecorded) {
    const recorder = recordStatus(registry, { directory });
    open.push(recorder);
    await recorder.ready;
  }
  open.push(registry);
  await registry.getReport();
  const service = createStatusService({ registry, probe: createProbe(), ...options });

  async function get(target: string, client: Partial<Parameters<typeof createStatusRequest>[0]> = {}) {
    const request = createStatusRequest({
      target,
      remoteAddress: "127.0.0.1",
      headers: { accept: "text/html" },
      ...client,
    });
    const response = await service(request);
    if (response === undefined) throw new Error("not answered");
    return response;
  }
  return { registry, get };
}

const at = (date: Date): string => `at=${encodeURIComponent(date.toISOString())}`;

describe("?at=", () => {
  test("shows the page as it was, and says so", async () => {
    const { get } = await createService({ service: { name: "Orders" } });
    const { status, body } = await get(`/svc_status?${at(hoursAgo(29))}`);
    expect(status).toBe(200);
    const shown = `${hoursAgo(29).toISOString().slice(0, 19).replace("T", " ")} UTC`;
    expect(body).toContain(`<title>RED at ${shown}: Orders</title>`);
    expect(body).toMatch(new RegExp(`as it was at <time[^>]*>${shown}</time>, 29 h ago\\.`));
    expect(body).toMatch(/<bdi>Database<\/bdi><br><small>for 60 min|for 1 h/);
    expect(body).toContain("<bdi>away &lt;b&gt;</bdi>");
    expect(body).toMatch(/<li class="row unknown"[^>]*>.*<bdi>New<\/bdi>/);
    expect(body).toContain(`href="?${at(hoursAgo(30))}">Earlier change`);
    expect(body).toContain(`href="?${at(hoursAgo(28))}">Later change`);
  });

  test("has nothing that acts", async () => {
    const { get } = await createService({ probeStatus: { control: "open" } });
    const { body } = await get(`/svc_status?${at(hoursAgo(29))}`);
    expect(body).not.toMatch(/<script|data-check|data-control|data-events|http-equiv|method="post"/);
    expect((await get("/svc_status")).body).toMatch(/data-check/);
  });

  test("shows the report for tools as it was", async () => {
    const { get } = await createService();
    const { headers, body } = await get(`/svc_status.report?${at(hoursAgo(29))}`);
    expect(headers["Content-Type"]).toMatch(/^application\/json/);
    expect(JSON.parse(body)).toEqual({
      service: { links: [] },
      past: true,
      at: hoursAgo(29).toISOString(),
      earlier: hoursAgo(30).toISOString(),
      later: hoursAgo(28).toISOString(),
      state: "RED",
      entries: [
        {
          name: "Database",
          state: "RED",
          since: hoursAgo(30).toISOString(),
          reason: "reported",
          detail: "away <b>",
        },
        { name: "Extra", state: "OK", since: hoursAgo(40).toISOString() },
        { name: "New", state: "unknown" },
      ],
    });
  });

  test("shows nothing as known if no process ran", async () => {
    const { get } = await createService();
    const report = JSON.parse((await get(`/svc_status.report?${at(hoursAgo(26))}`)).body);
    expect(report.state).toBe("unknown");
    expect(new Set(report.entries.map(({ state }: { state: string }) => state))).toEqual(
      new Set(["unknown"]),
    );
    const { body } = await get(`/svc_status?${at(hoursAgo(26))}`);
    expect(body).toContain("2 of 2 unknown: no process recorded them at that time.");
  });

  test("counts a handler as YELLOW that is not critical", async () => {
    const { get, registry } = await createService();
    registry.addStatusHandler("Database", () => ({ state: "OK" }), { critical: false });
    expect(JSON.parse((await get(`/svc_status.report?${at(hoursAgo(29))}`)).body).state).toBe("YELLOW");
  });

  test("selects handlers, and is 404 for one that nobody knows", async () => {
    const { get } = await createService();
    const report = await get(`/svc_status.report?name=Extra&${at(hoursAgo(29))}`);
    expect(JSON.parse(report.body)).toMatchObject({ state: "OK", entries: [{ name: "Extra" }] });
    expect((await get(`/svc_status.report?name=Nobody&${at(hoursAgo(29))}`)).status).toBe(404);
  });

  test("hides details where they are hidden", async () => {
    const { get } = await createService({ svcStatus: { details: "never" } });
    const { body } = await get(`/svc_status?${at(hoursAgo(29))}`);
    expect(body).toContain("<bdi>Database</bdi>");
    expect(body).not.toMatch(/away|for \d+ h/);
    const report = await get(`/svc_status.report?${at(hoursAgo(29))}`);
    expect(report.body).not.toContain("away");
  });

  test("is for clients on this machine only, unless authorize is set", async () => {
    const { get } = await createService();
    const elsewhere = { remoteAddress: "10.0.0.9" };
    for (const path of ["/svc_status", "/svc_status.report"])
      expect((await get(`${path}?${at(hoursAgo(29))}`, elsewhere)).status).toBe(403);
    const authorized = await createService({ svcStatus: { authorize: () => true } });
    expect((await authorized.get(`/svc_status?${at(hoursAgo(29))}`, elsewhere)).status).toBe(200);
  });

  test.each(["at=yesterday", "at=", "at=2999-01-01T00:00Z"])("is 400 for %s", async (query) => {
    const { get } = await createService();
    expect((await get(`/svc_status?${query}`)).status).toBe(400);
  });

  test("is 400 for formats that show the present only, and 404 if nothing is recorded", async () => {
    const { get } = await createService();
    for (const format of ["csv", "json", "prometheus", "health"])
      expect((await get(`/svc_status.${format}?${at(hoursAgo(29))}`)).status).toBe(400);
    const unrecorded = await createService({}, false);
    expect((await unrecorded.get(`/svc_status?${at(hoursAgo(29))}`)).status).toBe(404);
  });

  test("takes a time without a zone for UTC", async () => {
    const { get } = await createService();
    const { body } = await get("/svc_status.report?at=2020-01-02T03:04");
    expect(JSON.parse(body).at).toBe("2020-01-02T03:04:00.000Z");
  });
});

describe("the page's axis over 7 and 30 days", () => {
  test("shows the recorded outage, the gap and the starts, in words too", async () => {
    const { get } = await createService();
    const { body } = await get("/svc_status?span=7d");
    expect(body).toContain("svc_status.events?span=7d");
    expect(body).toMatch(/title="Last 7 d, UTC: RED \d\d-\d\d \d\d:\d\d–\d\d-\d\d \d\d:\d\d, /);
    expect(body).toMatch(/ Started \d\d-\d\d \d\d:\d\d, \d\d-\d\d \d\d:\d\d\. *"/);
    expect(body).toMatch(/id="starts" data-starts="\d+ \d+" d="M\d+ 0V12M\d+ 0V12"/);
    expect(body).toMatch(/data-turns="u\w+ o\w+ r\w+ o\w+ u\w+ o\w+"/);
    expect((await get("/svc_status?span=30d")).body).toContain("Last 30 d, UTC: RED ");
  });

  test("is read once for all viewers", async () => {
    const { get, registry } = await createService();
    const past = getRegistrySeams(registry).recordedPast;
    if (past === undefined) throw new Error("not recorded");
    const getTurns = vi.spyOn(past, "getTurns");
    await Promise.all([get("/svc_status?span=7d"), get("/svc_status?span=7d"), get("/svc_status?span=30d")]);
    await get("/svc_status?span=7d");
    expect(getTurns).toHaveBeenCalledTimes(2);
  });

  test("is offered only if the history is recorded, to those who may read it", async () => {
    const offer = 'name="span" value="7d"';
    const { get } = await createService();
    expect((await get("/svc_status")).body).toContain(offer);
    const elsewhere = await get("/svc_status?span=7d", { remoteAddress: "10.0.0.9" });
    expect(elsewhere.body).not.toContain(offer);
    expect(elsewhere.body).not.toMatch(/name="at"|events\?span|Last 7 d/);
    const unrecorded = await createService({}, false);
    expect((await unrecorded.get("/svc_status?span=7d")).body).not.toMatch(
      /value="7d"|name="at"|events\?span/,
    );
  });

  test("shows what is in memory if the files cannot be read", async () => {
    const { get, registry } = await createService();
    const past = getRegistrySeams(registry).recordedPast;
    if (past === undefined) throw new Error("not recorded");
    vi.spyOn(past, "getTurns").mockRejectedValue(new Error("EIO"));
    const { status, body } = await get("/svc_status?span=7d");
    expect(status).toBe(200);
    expect(body).toContain("Last 7 d, UTC: ");
  });
});
