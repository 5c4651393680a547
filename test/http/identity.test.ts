import { hostname } from "node:os";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import type { StatusResponse } from "../../src/http/message.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createRecordingLogger, type NamedStatus, registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

const STRANGER = "10.1.2.3";
const RED_HANDLER: NamedStatus = ["Database", { state: "RED", detail: "down" }];

function createSubject(options: ServiceStatusOptions = {}) {
  const probe = createProbe();
  const logger = createRecordingLogger();
  const registry = { ...registryOf([RED_HANDLER]), logger };
  const service = createStatusService({ registry, probe, service: { instance: "orders:17" }, ...options });
  async function ask(
    target: string,
    parts: Parameters<typeof createStatusRequest>[0] = {},
  ): Promise<StatusResponse> {
    return (await service(createStatusRequest({ target, ...parts }))) as StatusResponse;
  }
  async function report(parts: Parameters<typeof createStatusRequest>[0] = {}) {
    return JSON.parse((await ask("/svc_status.report", parts)).body);
  }
  return { probe, logger, ask, report };
}

function toIdentity({ headers }: StatusResponse): unknown[] {
  return ["Instance", "Started", "Probe"].map((name) => headers[`Svc-Status-${name}`]);
}

const NONE = [undefined, undefined, undefined];
const KNOWN = ["orders:17", expect.stringMatching(/^\d{4}-.*Z$/), "in-service"];

describe("the headers that name the instance", () => {
  const targets = [
    "/svc_status",
    "/svc_status.html",
    "/svc_status.report",
    "/probe_status",
    "/readyz",
    "/livez",
  ];

  test.each(targets)("are in the answer of %s to this machine, and to nobody else", async (target) => {
    const { ask } = createSubject({ healthProbes: true });
    expect(toIdentity(await ask(target))).toEqual(KNOWN);
    expect(toIdentity(await ask(target, { method: "HEAD" }))).toEqual(KNOWN);
    expect(toIdentity(await ask(target, { remoteAddress: STRANGER }))).toEqual(NONE);
    expect(toIdentity(await ask(target, { headers: { "x-forwarded-for": "1.2.3.4" } }))).toEqual(NONE);
  });

  test.each(targets)("are in the answer of %s to whoever has the token", async (target) => {
    const { ask } = createSubject({ healthProbes: true, probeStatus: { control: { token: "t" } } });
    const bearer = (token: string) => ({
      remoteAddress: STRANGER,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(toIdentity(await ask(target, bearer("t")))).toEqual(KNOWN);
    expect(toIdentity(await ask(target, bearer("u")))).toEqual(NONE);
  });

  test("are in the report for those whom authorize lets", async () => {
    const { ask } = createSubject({ svcStatus: { authorize: ({ header }) => header("user") === "ann" } });
    const remoteAddress = STRANGER;
    expect(toIdentity(await ask("/svc_status", { remoteAddress, headers: { user: "ann" } }))).toEqual(KNOWN);
    expect(toIdentity(await ask("/svc_status", { remoteAddress }))).toEqual(NONE);
  });

  test("do not make a load balancer's probe wait for the application's function", async () => {
    const control = vi.fn(() => true);
    const { ask } = createSubject({ probeStatus: { control } });
    expect(toIdentity(await ask("/probe_status", { remoteAddress: STRANGER }))).toEqual(NONE);
    expect(control).not.toHaveBeenCalled();
    expect(toIdentity(await ask("/svc_status.report", { remoteAddress: STRANGER }))).toEqual(KNOWN);
  });

  test("say that the probe is decommissioned or draining", async () => {
    const { probe, ask } = createSubject();
    probe.decommission();
    expect(toIdentity(await ask("/probe_status"))[2]).toBe("decommissioned");
    getProbeSeams(probe).setDraining?.({ reason: "SIGTERM", deadlineAt: 1 });
    expect(toIdentity(await ask("/probe_status"))[2]).toBe("draining");
  });

  test("name host and process, or the cluster that the process is a part of", async () => {
    const { probe, ask } = createSubject({ service: {} });
    expect(toIdentity(await ask("/probe_status"))[0]).toBe(`${hostname()}:${process.pid}`);
    getProbeSeams(probe).identity = { instance: "primary:1", startedAt: new Date(0) };
    expect(toIdentity(await ask("/probe_status"))).toEqual([
      "primary:1",
      "1970-01-01T00:00:00.000Z",
      "in-service",
    ]);
  });
});

describe("the report for tools", () => {
  test("is the service, the instance, the probe and the handlers", async () => {
    const { ask, report } = createSubject({
      service: { name: "orders", version: "1.4", instance: "orders:17", runbook: "https://wiki/orders" },
    });
    expect((await ask("/svc_status.report")).headers["Content-Type"]).toBe("application/json");
    expect(await report()).toEqual({
      service: { name: "orders", version: "1.4", links: [], runbook: "https://wiki/orders" },
      instance: "orders:17",
      startedAt: expect.any(String),
      probe: { state: "in-service", since: expect.any(String), body: "OK" },
      state: "RED",
      at: expect.any(String),
      entries: [
        {
          name: "Database",
          state: "RED",
          reason: "reported",
          detail: "down",
          since: expect.any(String),
          checkedAt: expect.any(String),
          durationMs: expect.any(Number),
          critical: true,
          scope: "shared",
          dependsOn: [],
        },
      ],
    });
  });

  test("has names, states and times alone where details are refused", async () => {
    const { probe, report } = createSubject({ svcStatus: { details: "never" } });
    probe.decommission("secret", { reason: "secret", by: "secret" });
    const answer = await report({ remoteAddress: STRANGER });
    expect(answer).toEqual({
      service: {},
      probe: { state: "decommissioned", since: expect.any(String) },
      state: "RED",
      at: expect.any(String),
      entries: [{ name: "Database", state: "RED", since: expect.any(String) }],
    });
  });

  test("says who decommissioned to those alone who may do it too", async () => {
    const { probe, report } = createSubject();
    const until = new Date(Date.now() + 60_000);
    probe.decommission("OFF", { reason: "upgrade", until, by: "ann" });
    const known = { state: "decommissioned", body: "OFF", reason: "upgrade", until: until.toISOString() };
    expect((await report()).probe).toEqual({ ...known, since: expect.any(String), by: "ann" });
    expect((await report({ remoteAddress: STRANGER })).probe).toEqual({
      ...known,
      since: expect.any(String),
    });
    probe.commission();
  });

  test("says what a drain waits for", async () => {
    const { probe, report } = createSubject();
    getProbeSeams(probe).setDraining?.({ reason: "SIGTERM", deadlineAt: 86_400_000 });
    probe.decommission();
    const { state, reason, until } = (await report()).probe;
    expect([state, reason, until]).toEqual(["draining", "SIGTERM", "1970-01-02T00:00:00.000Z"]);
  });

  test("is of the named handlers, and 404 for an unknown one", async () => {
    const { ask, report } = createSubject();
    expect((await ask("/svc_status.report?name=None")).status).toBe(404);
    expect((await report({ target: "/svc_status.report?name=Database" })).entries).toHaveLength(1);
  });
});

describe("a POST that decommissions", () => {
  test("takes a reason and a time, remembers who, and answers as without them", async () => {
    const { probe, logger, ask } = createSubject();
    const until = new Date(Date.now() + 60_000).toISOString();
    const query = new URLSearchParams({ body: "OFF", reason: "upgrade", until });
    expect(await ask(`/probe_status?${query}`, { method: "POST" })).toMatchObject({
      status: 200,
      body: "OFF",
    });
    expect([probe.body, probe.reason, probe.until?.toISOString(), probe.by]).toEqual([
      "OFF",
      "upgrade",
      until,
      "127.0.0.1",
    ]);
    await ask("/probe_status?body=OK", { method: "POST" });
    expect(logger.lines).toEqual([
      `info: SVC016 decommissioned by 127.0.0.1: "OFF", "upgrade", until ${until}`,
      "info: SVC016 commissioned by 127.0.0.1",
    ]);
  });

  test("takes the zone of a time, with a plus sign that nobody escaped", async () => {
    vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z") });
    onTestFinished(() => void vi.useRealTimers());
    const { probe, logger, ask } = createSubject();
    await ask("/probe_status?body=OFF&until=2026-01-01T02:00+01:00", { method: "POST" });
    expect(probe.until?.toISOString()).toBe("2026-01-01T01:00:00.000Z");
    vi.advanceTimersByTime(3_600_000);
    expect(probe.commissioned).toBe(true);
    expect(logger.lines.at(-1)).toBe("info: SVC017 commissioned: the time is over");
  });

  test.each([
    ["?body=OFF&reason=a%0Ab", "reason: expected"],
    [`?body=OFF&reason=${"x".repeat(201)}`, "reason: expected"],
    ["?body=OFF&until=", "until: expected"],
    ["?body=OFF&until=tomorrow", "until: expected"],
    ["?body=OFF&until=2999-01-01T00:00:00Z", "until: expected"],
    ["?body=OFF&until=2020-01-01T00:00:00Z", "until: expected"],
    ["?body=OFF&until=2026-12-31T00:00:00", "until: expected"],
    ["?reason=upgrade", "reason and until are for a decommissioning"],
    ["?body=OK&reason=upgrade", "reason and until are for a decommissioning"],
  ])("is refused and changes nothing: %s", async (query, text) => {
    const { probe, ask } = createSubject();
    const { status, body } = await ask(`/probe_status${query}`, { method: "POST" });
    expect([status, body.slice(0, text.length), probe.body]).toEqual([400, text, "OK"]);
  });

  test("is of the user whom control names", async () => {
    const control = ({ header }: { header(name: string): string | undefined }) => ({
      allowed: header("user") !== undefined,
      as: `${header("user")}\n`,
    });
    const { probe, ask } = createSubject({ probeStatus: { control } });
    const post = (headers: Record<string, string>) =>
      ask("/probe_status?body=OFF", { method: "POST", remoteAddress: STRANGER, headers });
    expect((await post({})).status).toBe(403);
    expect((await post({ user: "ann" })).status).toBe(200);
    expect(probe.by).toBe("ann ");
  });

  test.each([undefined, null, {}, { allowed: "yes" }, { as: "ann" }, "ann"])(
    "is refused if control returns %j",
    async (decision) => {
      const { probe, ask } = createSubject({ probeStatus: { control: () => decision as never } });
      expect((await ask("/probe_status?body=OFF", { method: "POST" })).status).toBe(403);
      expect(probe.commissioned).toBe(true);
    },
  );

  test("meant for another instance is refused, and changes nothing", async () => {
    const { probe, ask } = createSubject();
    const post = (instance: string, remoteAddress = "127.0.0.1") =>
      ask("/probe_status?body=OFF", {
        method: "POST",
        remoteAddress,
        headers: { "svc-status-instance": instance },
      });
    expect(await post("orders:16")).toMatchObject({
      status: 409,
      body: "this is orders:17; nothing was changed\n",
    });
    expect((await post("orders:16", STRANGER)).status).toBe(403);
    expect(probe.commissioned).toBe(true);
    expect((await post("orders:17")).status).toBe(200);
    expect(probe.commissioned).toBe(false);
  });
});
