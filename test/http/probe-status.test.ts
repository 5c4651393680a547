import { describe, expect, test } from "vitest";
import { createProbe, defaultProbe, type Probe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { StatusService } from "../../src/http/create-views.ts";
import type { ProbeStatusOptions } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";
import { type NamedStatus, registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

interface Subject {
  readonly probe: Probe;
  readonly service: StatusService;
  ask(method: string, query?: string, headers?: Readonly<Record<string, string>>): Promise<Summary>;
}

interface Summary {
  readonly status: number | undefined;
  readonly body: string | undefined;
}

function createSubject(options: ProbeStatusOptions = {}, handlers: readonly NamedStatus[] = []): Subject {
  const probe = createProbe();
  const service = createStatusService({ registry: registryOf(handlers), probe, probeStatus: options });
  return {
    probe,
    service,
    async ask(method, query = "", headers = {}) {
      const target = `${options.path ?? "/probe_status"}${query}`;
      const answer = await service(createStatusRequest({ method, target, headers }));
      return { status: answer?.status, body: answer?.body };
    },
  };
}

describe("the probe", () => {
  test("is 200 OK while commissioned, and 503 with the body that was set while not", async () => {
    const { probe, ask } = createSubject();
    expect(await ask("GET")).toEqual({ status: 200, body: "OK" });
    probe.decommission();
    expect(await ask("GET")).toEqual({ status: 503, body: "OFF" });
    probe.decommission("maintenance until 9 pm");
    expect(await ask("GET")).toEqual({ status: 503, body: "maintenance until 9 pm" });
    probe.commission();
    expect(await ask("GET")).toEqual({ status: 200, body: "OK" });
  });

  test("is the default one where no other is given", async () => {
    const service = createStatusService();
    const getStatus = async () => (await service(createStatusRequest({ target: "/probe_status" })))?.status;
    expect(await getStatus()).toBe(200);
    defaultProbe.decommission();
    try {
      expect(await getStatus()).toBe(503);
    } finally {
      defaultProbe.commission();
    }
    expect(await getStatus()).toBe(200);
  });

  test("may begin decommissioned", async () => {
    const service = createStatusService({ probe: createProbe({ body: "starting" }) });
    expect(await service(createStatusRequest({ target: "/probe_status" }))).toMatchObject({
      status: 503,
      body: "starting",
    });
  });

  test("gives HEAD and OPTIONS the verdict of GET", async () => {
    const { probe, ask } = createSubject();
    expect(await ask("HEAD")).toEqual({ status: 200, body: "" });
    expect(await ask("OPTIONS")).toEqual({ status: 200, body: "OK" });
    probe.decommission();
    expect(await ask("HEAD")).toEqual({ status: 503, body: "" });
    expect(await ask("OPTIONS")).toEqual({ status: 503, body: "OFF" });
  });

  test.each(["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "get"])(
    "answers %s with 405 and what is allowed, and changes nothing",
    async (method) => {
      const { probe, service } = createSubject({ control: "open" });
      const request = createStatusRequest({ method, target: "/probe_status?body=OFF" });
      expect(await service(request)).toMatchObject({
        status: 405,
        body: "method not allowed\n",
        headers: { Allow: "GET, HEAD, OPTIONS, POST" },
      });
      expect(probe.commissioned).toBe(true);
    },
  );

  test("is answered at once, from memory, without asking a handler", () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", () => expect.unreachable("asked"));
    const answer = createStatusService({ registry })(createStatusRequest({ target: "/probe_status" }));
    expect(answer).toMatchObject({ status: 200, body: "OK" });
  });

  test.each(["?body=OK", "?body=OFF", "?simulate=healthy", "?debug", "?verbose=1", "?name=A"])(
    "is not changed by a GET with %s",
    async (query) => {
      const { probe, ask } = createSubject({ control: "open" });
      expect(await ask("GET", query)).toEqual({ status: 200, body: "OK" });
      probe.decommission();
      expect(await ask("GET", query)).toEqual({ status: 503, body: "OFF" });
      expect(await ask("HEAD", query)).toEqual({ status: 503, body: "" });
      expect(await ask("OPTIONS", query)).toEqual({ status: 503, body: "OFF" });
    },
  );

  test("stands at the path that was chosen, and only there", async () => {
    const { service, ask } = createSubject({ path: "/lb/check" });
    expect(await ask("GET")).toEqual({ status: 200, body: "OK" });
    expect(service(createStatusRequest({ target: "/probe_status" }))).toBeUndefined();
  });

  test("can be left out", () => {
    const service = createStatusService({ probeStatus: false });
    expect(service(createStatusRequest({ target: "/probe_status" }))).toBeUndefined();
    expect(service(createStatusRequest({ method: "POST", target: "/probe_status" }))).toBeUndefined();
  });

  test("is 404 while decommissioned where HAProxy's disable-on-404 wants that", async () => {
    const { probe, ask } = createSubject({ decommissionedStatus: 404 });
    expect(await ask("GET")).toEqual({ status: 200, body: "OK" });
    probe.decommission();
    expect(await ask("GET")).toEqual({ status: 404, body: "OFF" });
    expect(await ask("OPTIONS")).toEqual({ status: 404, body: "OFF" });
  });
});

describe("a POST to the probe", () => {
  test("with ?body=OFF decommissions, and with ?body=OK commissions again", async () => {
    const { probe, ask } = createSubject();
    expect(await ask("POST", "?body=OFF")).toEqual({ status: 200, body: "OFF" });
    expect(probe.commissioned).toBe(false);
    expect(await ask("GET")).toEqual({ status: 503, body: "OFF" });
    expect(await ask("POST", "?body=OK")).toEqual({ status: 200, body: "OK" });
    expect(probe.commissioned).toBe(true);
    expect(await ask("GET")).toEqual({ status: 200, body: "OK" });
  });

  test("tells the listeners of the probe", async () => {
    const { probe, ask } = createSubject();
    const changes: unknown[] = [];
    probe.on("change", (change) => void changes.push(change));
    await ask("POST", "?body=OFF");
    await ask("POST", "?body=OFF");
    await ask("POST", "?body=OK");
    expect(changes).toEqual([
      { body: "OFF", commissioned: false, state: "decommissioned", by: "127.0.0.1" },
      { body: "OK", commissioned: true, state: "in-service", by: "127.0.0.1" },
    ]);
  });

  test("without a body and without a request body commissions", async () => {
    const { probe, ask } = createSubject();
    probe.decommission();
    expect(await ask("POST")).toEqual({ status: 200, body: "OK" });
    expect(probe.commissioned).toBe(true);
    probe.decommission();
    expect(await ask("POST", "?x=1")).toEqual({ status: 200, body: "OK" });
    expect(probe.commissioned).toBe(true);
  });

  test.each<[query: string, body: string]>([
    ["?body=", ""],
    ["?body", ""],
    ["?body=ok", "ok"],
    ["?body=OK%20", "OK "],
    ["?body=OK&body=OFF", "OFF"],
    ["?body=OFF&body=", ""],
    ["?x=1&body=OFF&y=2", "OFF"],
    ["?body=going+down", "going down"],
    ["?body=going%20down", "going down"],
    ["?body=a%2Bb%26c%3Dd", "a+b&c=d"],
    ["?body=f%C3%BCr%20%F0%9F%98%80", "für 😀"],
    ["?b%6Fdy=OFF", "OFF"],
    ["?body=%zz", "%zz"],
    ["?body=<script>", "<script>"],
    [`?body=${"x".repeat(1_024)}`, "x".repeat(1_024)],
  ])("with %.40s decommissions with the body %.40j", async (query, body) => {
    const { probe, ask } = createSubject();
    expect(await ask("POST", query)).toEqual({ status: 200, body });
    expect(probe.body).toBe(body);
    expect(await ask("GET")).toEqual({ status: 503, body });
  });

  test("of several bodies the last counts, also to commission", async () => {
    const { probe, ask } = createSubject();
    probe.decommission();
    expect(await ask("POST", "?body=OFF&body=OK")).toEqual({ status: 200, body: "OK" });
    expect(probe.commissioned).toBe(true);
  });

  test.each([
    ["of 1,025 characters", `?body=${"x".repeat(1_025)}`],
    ["with a line feed", "?body=a%0Ab"],
    ["with a carriage return", "?body=a%0Db"],
    ["with a tab", "?body=a%09b"],
    ["with an escape sequence", "?body=%1B%5B31m"],
    ["with a null character", "?body=%00"],
    ["with DEL", "?body=%7F"],
    ["with a control character of C1", "?body=%C2%9B"],
    ["that is wrong, behind a right one", "?body=OFF&body=%00"],
  ])("with a body %s is 400 and changes nothing", async (_, query) => {
    const { probe, ask } = createSubject();
    expect(await ask("POST", query)).toEqual({
      status: 400,
      body: "body: expected at most 1024 characters without control characters\n",
    });
    expect(probe.body).toBe("OK");
  });

  test.each<[what: string, headers: Readonly<Record<string, string>>]>([
    ["of a known length", { "content-length": "8" }],
    ["in chunks", { "transfer-encoding": "chunked" }],
    [
      "of a form, as curl -d sends it",
      { "content-length": "8", "content-type": "application/x-www-form-urlencoded" },
    ],
  ])("with a request body %s and no ?body= is 400 with a hint, and changes nothing", async (_, headers) => {
    const { probe, ask } = createSubject();
    probe.decommission();
    expect(await ask("POST", "", headers)).toEqual({
      status: 400,
      body: "the new body must be a query parameter: curl -X POST '…?body=OFF'; nothing was changed\n",
    });
    expect(await ask("POST", "?x=1", headers)).toMatchObject({ status: 400 });
    expect(probe.body).toBe("OFF");
  });

  test("may have a request body beside ?body=, which counts", async () => {
    const { probe, ask } = createSubject();
    expect(await ask("POST", "?body=OFF", { "content-length": "8" })).toEqual({ status: 200, body: "OFF" });
    expect(probe.body).toBe("OFF");
  });

  test("with Content-Length: 0 has no request body", async () => {
    const { probe, ask } = createSubject();
    probe.decommission();
    expect(await ask("POST", "", { "content-length": "0" })).toEqual({ status: 200, body: "OK" });
    expect(probe.commissioned).toBe(true);
  });

  test("is refused before its body is looked at", async () => {
    const { ask } = createSubject({ control: "off" });
    expect(await ask("POST", "?body=%00")).toMatchObject({ status: 403 });
    expect(await ask("POST", "", { "content-length": "8" })).toMatchObject({ status: 403 });
  });
});

describe("with requireHealthy the probe", () => {
  const options = { requireHealthy: true };

  test.each<[handlers: string, status: number, body: string, states: readonly string[]]>([
    ["there are no handlers", 200, "OK", []],
    ["all handlers are OK", 200, "OK", ["OK", "OK"]],
    ["one is YELLOW", 200, "OK", ["OK", "YELLOW"]],
    ["one is RED", 503, "RED", ["OK", "RED", "YELLOW"]],
  ])("answers, when %s, %d %s", async (_, status, body, states) => {
    const { ask } = createSubject(
      options,
      states.map((state, index) => [`H${index}`, { state, detail: "marker" }]),
    );
    expect(await ask("GET")).toEqual({ status, body });
    expect(await ask("OPTIONS")).toEqual({ status, body });
    expect(await ask("HEAD")).toEqual({ status, body: "" });
  });

  test("does not mind the RED of a handler that is not critical", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    registry.addStatusHandler("A", () => ({ state: "RED" }), { critical: false });
    const service = createStatusService({ registry, probe: createProbe(), probeStatus: options });
    expect(await service(createStatusRequest({ target: "/probe_status" }))).toMatchObject({
      status: 200,
      body: "OK",
    });
  });

  test("does not even ask a handler that is not critical", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    const [decides, doesNot] = [createFakeHandler(), createFakeHandler()];
    registry.addStatusHandler("A", decides);
    registry.addStatusHandler("B", doesNot, { critical: false });
    const service = createStatusService({ registry, probe: createProbe(), probeStatus: options });
    await service(createStatusRequest({ target: "/probe_status" }));
    expect([decides.calls, doesNot.calls]).toEqual([1, 0]);
  });

  test("is decommissioned all the same, without asking a handler", () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("A", () => expect.unreachable("asked"));
    const probe = createProbe({ body: "OFF" });
    const service = createStatusService({ registry, probe, probeStatus: options });
    expect(service(createStatusRequest({ target: "/probe_status" }))).toMatchObject({
      status: 503,
      body: "OFF",
    });
  });

  test("is decommissioned when that happened while the handlers were asked", async () => {
    const probe = createProbe();
    const registry = createStatusRegistry({ clock: createFakeClock() });
    registry.addStatusHandler("A", () => {
      probe.decommission("going");
      return { state: "OK" };
    });
    const service = createStatusService({ registry, probe, probeStatus: options });
    expect(await service(createStatusRequest({ target: "/probe_status" }))).toMatchObject({
      status: 503,
      body: "going",
    });
  });
});
