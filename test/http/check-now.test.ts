import { describe, expect, test, vi } from "vitest";
import { createSharedRegistry } from "../../src/cluster/shared-report.ts";
import { createProbe } from "../../src/core/probe.ts";
import { MIN_FRESH_GAP_MS } from "../../src/core/registry/registered-handler.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { getRegistrySeams } from "../../src/core/seams.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import { createStatusRequest } from "../support/status-request.ts";

interface Subject {
  readonly clock: FakeClock;
  readonly registry: StatusRegistry;
  /** How often each handler was called. */
  readonly calls: Record<string, number>;
  post(target: string, headers?: Record<string, string>, remoteAddress?: string): Promise<Answered>;
}

interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A handler that is called anew each time, one whose result is reused, one in the background. */
function createSubject(options: ServiceStatusOptions = {}): Subject {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const calls: Record<string, number> = { Plain: 0, Kept: 0, Background: 0 };
  const count = (name: string) => () => {
    calls[name] = (calls[name] ?? 0) + 1;
    return { state: "OK" as const, detail: `call ${calls[name]}` };
  };
  registry.addStatusHandler("Plain", count("Plain"));
  registry.addStatusHandler("Kept", count("Kept"), { maxAgeMs: 60_000 });
  registry.addStatusHandler("Background", count("Background"), { intervalMs: 60_000 });
  const service = createStatusService({
    registry,
    probe: createProbe(),
    service: { instance: "web:1" },
    ...options,
  });
  return {
    clock,
    registry,
    calls,
    async post(target, headers = {}, remoteAddress = "127.0.0.1") {
      const answer = await service(createStatusRequest({ method: "POST", target, headers, remoteAddress }));
      if (answer === undefined) throw new Error("not answered");
      return answer;
    },
  };
}

const CHECK = "/svc_status.check";

describe("POST /svc_status.check", () => {
  test("runs all handlers now, although the results of some would be reused", async () => {
    const { clock, registry, calls, post } = createSubject();
    await registry.getReport();
    await registry.getReport();
    expect(calls).toEqual({ Plain: 2, Kept: 1, Background: 1 });
    await clock.advance(5_000);
    const { status, body } = await post(CHECK);
    expect(status).toBe(200);
    expect(calls).toEqual({ Plain: 3, Kept: 2, Background: 2 });
    const { instance, entries } = JSON.parse(body);
    expect(instance).toBe("web:1");
    expect(entries.map(({ name, detail }: Record<string, string>) => `${name} ${detail}`)).toEqual([
      "Plain call 3",
      "Kept call 2",
      "Background call 2",
    ]);
    // What was found is what others read from now on.
    await registry.getReport();
    expect(calls).toEqual({ Plain: 4, Kept: 2, Background: 2 });
  });

  test("runs the named handlers only; an unknown name is 404", async () => {
    const { registry, calls, post } = createSubject();
    await registry.getReport();
    const { body } = await post(`${CHECK}?name=Kept&name=Kept`);
    expect(JSON.parse(body).entries).toHaveLength(1);
    expect(calls).toEqual({ Plain: 1, Kept: 2, Background: 1 });
    expect(await post(`${CHECK}?name=Nobody`)).toMatchObject({ status: 404 });
  });

  test("runs a handler at most once a second, however many ask, and the rest get the last result", async () => {
    const { clock, registry, calls, post } = createSubject();
    await registry.getReport();
    await Promise.all(Array.from({ length: 50 }, () => post(CHECK)));
    expect(calls).toEqual({ Plain: 2, Kept: 2, Background: 2 });
    await clock.advance(MIN_FRESH_GAP_MS - 1);
    await post(CHECK);
    expect(calls).toEqual({ Plain: 2, Kept: 2, Background: 2 });
    await clock.advance(1);
    await post(CHECK);
    expect(calls).toEqual({ Plain: 3, Kept: 3, Background: 3 });
  });

  test("joins a run in progress, and goes on with the interval after it", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const run = vi.fn(async () => {
      await new Promise<void>((resolve) => clock.startTimer(100, resolve));
      return { state: "OK" as const };
    });
    registry.addStatusHandler("Slow", run, { intervalMs: 10_000 });
    const { getFreshReport } = getRegistrySeams(registry);
    await clock.advance(0);
    const reports = [getFreshReport(), getFreshReport()];
    await clock.advance(100);
    expect((await Promise.all(reports)).map(({ state }) => state)).toEqual(["OK", "OK"]);
    expect(run).toHaveBeenCalledTimes(1);
    await clock.advance(5_000);
    const later = getFreshReport(["Slow"]);
    await clock.advance(100);
    await later;
    expect(run).toHaveBeenCalledTimes(2);
    await clock.advance(8_000);
    expect(run).toHaveBeenCalledTimes(2);
    await clock.advance(3_100);
    expect(run).toHaveBeenCalledTimes(3);
  });

  test("does not call a handler that hangs more often than its back-off allows", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const run = vi.fn(() => new Promise<never>(() => {}));
    registry.addStatusHandler("Hanging", run, { timeoutMs: 1_000 });
    const { getFreshReport } = getRegistrySeams(registry);
    for (let second = 0; second < 60; second += 1) {
      const report = getFreshReport();
      await clock.advance(1_000);
      expect((await report).state).toBe("RED");
    }
    expect(run.mock.calls.length).toBeLessThanOrEqual(6);
    expect(run.mock.calls.length).toBeGreaterThan(2);
  });

  test("a handler that was removed or whose registry is closed is not called", async () => {
    const { registry, calls } = createSubject();
    await registry.getReport();
    registry.close();
    const { entries } = await getRegistrySeams(registry).getFreshReport();
    expect(entries.map(({ reason }) => reason)).toEqual(["stale", "stale", "stale"]);
    expect(calls).toEqual({ Plain: 1, Kept: 1, Background: 1 });
  });

  test.each<
    [
      who: string,
      status: number,
      headers: Record<string, string>,
      address: string,
      options?: ServiceStatusOptions,
    ]
  >([
    ["a stranger", 403, {}, "192.0.2.1"],
    ["somebody behind a proxy on this machine", 403, { "x-forwarded-for": "192.0.2.1" }, "127.0.0.1"],
    ["a page of another site", 403, { "sec-fetch-site": "cross-site" }, "127.0.0.1"],
    ["a page of another origin", 403, { origin: "https://evil.example", host: "localhost" }, "127.0.0.1"],
    ["a client without the token", 401, {}, "192.0.2.1", { probeStatus: { control: { token: "secret" } } }],
    ["everybody, where there is no probe", 403, {}, "127.0.0.1", { probeStatus: false }],
    ["everybody, where control is off", 403, {}, "127.0.0.1", { probeStatus: { control: "off" } }],
    ["whoever may not see the report", 403, {}, "127.0.0.1", { svcStatus: { authorize: () => false } }],
    ["a client that looked at another instance", 409, { "svc-status-instance": "web:2" }, "127.0.0.1"],
  ])("is refused to %s", async (_, status, headers, address, options) => {
    const { registry, calls, post } = createSubject(options);
    await registry.getReport();
    const answer = await post(CHECK, headers, address);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("call");
    expect(calls).toEqual({ Plain: 1, Kept: 1, Background: 1 });
  });

  test("is 500 if the application's function fails, which is logged", async () => {
    const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const { registry, calls, post } = createSubject({
      probeStatus: {
        control: () => {
          throw new Error("no session");
        },
      },
    });
    registry.logger = logger;
    expect(await post(CHECK, {}, "192.0.2.1")).toMatchObject({ status: 500 });
    expect(calls["Plain"]).toBe(0);
    expect(String(logger.error.mock.calls[0])).toContain("nothing was checked: no session");
  });

  test("shows no details to whoever may not see them", async () => {
    const { post } = createSubject({ svcStatus: { details: "never" } });
    const { body } = await post(CHECK);
    expect(body).toContain('"name":"Plain","state":"OK"');
    expect(body).not.toContain("call");
  });

  test("is the only method there", async () => {
    const { registry } = createSubject();
    const service = createStatusService({ registry });
    for (const method of ["GET", "HEAD", "PUT"])
      expect(await service(createStatusRequest({ method, target: CHECK }))).toMatchObject({
        status: 405,
        headers: { Allow: "POST" },
      });
    expect(service.paths).toContain(CHECK);
  });
});

test("in a cluster, the handlers of the worker that answers run", async () => {
  const { registry, calls } = createSubject();
  const requestAll = vi.fn(async () => []);
  const shared = createSharedRegistry(registry, { isCoordinated: true, requestAll });
  const { entries } = await getRegistrySeams(shared).getFreshReport(["Plain"]);
  expect(entries).toMatchObject([{ name: "Plain", status: { detail: "call 1" } }]);
  expect(calls["Plain"]).toBe(1);
  expect(requestAll).not.toHaveBeenCalled();
});

test("a registry of the application runs what it runs for a report", async () => {
  const { registry, calls } = createSubject();
  const own: StatusRegistry = { ...registry };
  const { entries } = await getRegistrySeams(own).getFreshReport(["Plain"]);
  expect(entries).toHaveLength(1);
  expect(calls["Plain"]).toBe(1);
});
