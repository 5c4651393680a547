import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { StatusService } from "../../src/http/create-views.ts";
import type { StatusResponse } from "../../src/http/message.ts";
import type { SvcStatusOptions } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createRecordingLogger, type NamedStatus, registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

const HANDLERS: readonly NamedStatus[] = [
  ["UserService", { state: "RED", detail: "für 😀" }],
  ["DatabaseConnection", { state: "OK" }],
];

function createService(svcStatus: SvcStatusOptions = {}, handlers = HANDLERS): StatusService {
  return createStatusService({ registry: registryOf(handlers), svcStatus });
}

async function get(
  service: StatusService,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<StatusResponse> {
  const answer = await service(createStatusRequest({ target, headers }));
  if (answer === undefined) throw new Error(`${target} is not ours`);
  return answer;
}

describe("the report", () => {
  test.each([
    ["/svc_status", "text/csv; charset=utf-8", "DatabaseConnection\tOK\nUserService\tRED\n"],
    ["/svc_status.csv", "text/csv; charset=utf-8", "DatabaseConnection\tOK\nUserService\tRED\n"],
    [
      "/svc_status.json",
      "application/json",
      String.raw`{"UserService":{"state":"RED","detail":"f\u00fcr \ud83d\ude00"},"DatabaseConnection":{"state":"OK"}}`,
    ],
    [
      "/svc_status.prometheus",
      "text/plain; version=0.0.4; charset=utf-8",
      '# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED\n# TYPE svc_status untyped\nsvc_status{name="DatabaseConnection"} 0\nsvc_status{name="UserService"} 2\n',
    ],
    [
      "/svc_status.health",
      "application/health+json",
      String.raw`{"status":"fail","checks":{"UserService":[{"status":"fail","time":"2026-01-01T00:00:00.000Z","output":"f\u00fcr \ud83d\ude00"}],"DatabaseConnection":[{"status":"pass","time":"2026-01-01T00:00:00.000Z"}]}}`,
    ],
  ])("at %s is %s", async (target, contentType, body) => {
    const answer = await get(createService(), target);
    expect(answer.body).toBe(body);
    expect(answer.headers["Content-Type"]).toBe(contentType);
  });

  test("asked for as OpenMetrics ends with # EOF, also when there are no handlers", async () => {
    const headers = { accept: "application/openmetrics-text" };
    const full = await get(createService(), "/svc_status", headers);
    const empty = await get(createService({}, []), "/svc_status", headers);
    expect(full.headers["Content-Type"]).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    expect(full.body).toBe(
      '# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED\n# TYPE svc_status unknown\nsvc_status{name="DatabaseConnection"} 0\nsvc_status{name="UserService"} 2\n# EOF\n',
    );
    expect(empty.body).toBe("# EOF\n");
  });

  test.each(["", ".csv", ".json", ".prometheus", ".health"])(
    "at /svc_status%s has the standard headers",
    async (suffix) => {
      const request = { target: `/svc_status${suffix}`, remoteAddress: "10.1.2.3" };
      const answer = await createService({ csv: { detail: true } })(createStatusRequest(request));
      const { headers, body } = answer as StatusResponse;
      const { "Content-Type": contentType, ...others } = headers;
      expect(contentType).toBeDefined();
      expect(others).toEqual({
        "Content-Length": String(Buffer.byteLength(body)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        ...(["", ".prometheus"].includes(suffix) && { Vary: "Accept" }),
      });
    },
  );

  test("has a length in bytes, not in characters", async () => {
    const { headers, body } = await get(createService({ csv: { detail: true } }), "/svc_status");
    expect(body).toBe("DatabaseConnection\tOK\t\nUserService\tRED\tfür 😀\n");
    expect(headers["Content-Length"]).toBe("49");
  });

  test.each(["", ".csv", ".json", ".prometheus", ".health"])(
    "gives HEAD at /svc_status%s what it gives GET, without the body",
    async (suffix) => {
      const service = createService();
      const target = `/svc_status${suffix}`;
      const got = await get(service, target);
      expect(await service(createStatusRequest({ method: "HEAD", target }))).toEqual({ ...got, body: "" });
    },
  );

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "PROPFIND"])(
    "answers %s with 405 and what is allowed, and asks no handler",
    async (method) => {
      const registry = createStatusRegistry();
      registry.addStatusHandler("A", () => expect.unreachable("asked"));
      const service = createStatusService({ registry });
      for (const target of ["/svc_status", "/svc_status.json"]) {
        expect(await service(createStatusRequest({ method, target }))).toMatchObject({
          status: 405,
          body: "method not allowed\n",
          headers: { Allow: "GET, HEAD", "Content-Length": "19", "Cache-Control": "no-store" },
        });
      }
    },
  );

  test("is what it is for a conditional request too", async () => {
    const service = createService();
    const got = await get(service, "/svc_status");
    for (const headers of [
      { "if-none-match": "*" },
      { "if-modified-since": "Thu, 01 Jan 2026 00:00:00 GMT" },
    ]) {
      expect(await get(service, "/svc_status", headers)).toEqual(got);
    }
    expect(Object.keys(got.headers).map((name) => name.toLowerCase())).not.toContain("etag");
  });

  test.each(["?x=1", "?simulate=healthy", "?debug", "?details=always", "?format=json", "?state=OK", "?"])(
    "is not changed by %s",
    async (query) => {
      const service = createService({ details: "never", httpStatus: { RED: 503 } });
      for (const suffix of ["", ".json", ".prometheus", ".health"]) {
        const got = await get(service, `/svc_status${suffix}`);
        expect(await get(service, `/svc_status${suffix}${query}`)).toEqual(got);
      }
    },
  );

  test("stands at the path that was chosen, with its suffixes, and only there", async () => {
    const service = createService({ path: "/internal/status" });
    expect((await get(service, "/internal/status.json")).headers["Content-Type"]).toBe("application/json");
    expect((await get(service, "/internal/status")).status).toBe(200);
    expect(service(createStatusRequest({ target: "/svc_status" }))).toBeUndefined();
  });

  test("can be left out", () => {
    const service = createStatusService({ svcStatus: false });
    for (const target of ["/svc_status", "/svc_status.json"]) {
      expect(service(createStatusRequest({ target }))).toBeUndefined();
    }
  });

  test.each([
    "/",
    "/svc_status/",
    "/svc_statusx",
    "/svc_status.xml",
    "/svc_status.htm",
    "/svc_status.JSON",
    "/svc_status.json.csv",
    "/svc_status.json/",
    "/svc_status.",
    "/SVC_STATUS",
    "/Svc_Status",
    "/x/svc_status",
    "//svc_status",
    "/%2Fsvc_status",
    "/svc_status%zz",
    "/svc_status%00",
    "/svc_status.constructor",
    "/svc_status__proto__",
    "svc_status",
    "*",
    "",
    "http://example.com",
    "/probe_status/",
    "/PROBE_STATUS",
    "/probe_status.json",
    "//probe_status",
    "/%70robe_status",
    "/svc%5Fstatus",
    "/svc_status%2Ejson",
    "/x/../probe_status",
    "/__proto__",
  ])("and the probe leave %s to others", (target) => {
    const service = createService();
    for (const method of ["GET", "HEAD", "POST", "DELETE"]) {
      expect(service(createStatusRequest({ method, target }))).toBeUndefined();
    }
  });

  test.each([
    ["/svc_status?%78=%31", "text/csv; charset=utf-8"],
    ["http://example.com/svc_status.json", "application/json"],
    ["https://example.com:8443/svc_status?x=1", "text/csv; charset=utf-8"],
  ])("answers %s", async (target, contentType) => {
    const answer = await get(createService(), target);
    expect(answer.status).toBe(200);
    expect(answer.headers["Content-Type"]).toBe(contentType);
  });
});

describe("the status code", () => {
  const states = ["OK", "YELLOW", "RED"] as const;

  test.each(states)("is 200 for an overall %s, but 503 for a failed health+json", async (state) => {
    const service = createService({}, [["A", { state }]]);
    for (const suffix of ["", ".csv", ".json", ".prometheus"]) {
      expect((await get(service, `/svc_status${suffix}`)).status).toBe(200);
    }
    expect((await get(service, "/svc_status.health")).status).toBe(state === "RED" ? 503 : 200);
  });

  test.each(states)(
    "of csv and json for an overall %s can be chosen, of the other formats not",
    async (state) => {
      const service = createService({ httpStatus: { OK: 201, YELLOW: 429, RED: 500 } }, [["A", { state }]]);
      const chosen = { OK: 201, YELLOW: 429, RED: 500 }[state];
      expect((await get(service, "/svc_status")).status).toBe(chosen);
      expect((await get(service, "/svc_status.json")).status).toBe(chosen);
      expect((await get(service, "/svc_status.prometheus")).status).toBe(200);
      expect((await get(service, "/svc_status", { accept: "application/openmetrics-text" })).status).toBe(
        200,
      );
      expect((await get(service, "/svc_status.health")).status).toBe(state === "RED" ? 503 : 200);
    },
  );

  test("counts the RED of a handler that is not critical as YELLOW", async () => {
    const registry = createStatusRegistry({ clock: createFakeClock() });
    registry.addStatusHandler("A", () => ({ state: "RED" }), { critical: false });
    const service = createStatusService({ registry, svcStatus: { httpStatus: { RED: 503 } } });
    expect((await get(service, "/svc_status")).status).toBe(200);
    expect((await get(service, "/svc_status.health")).status).toBe(200);
  });

  test("is of the handlers that were asked for", async () => {
    const service = createService({ httpStatus: { RED: 503 } });
    expect((await get(service, "/svc_status?name=DatabaseConnection")).status).toBe(200);
    expect((await get(service, "/svc_status?name=UserService")).status).toBe(503);
  });
});

describe("?name=", () => {
  const names = ["C", "A", "__proto__", "B", "constructor", "toString", "1", "a b&c", "Größe"];

  function createSpied(): { service: StatusService; asked: string[] } {
    const asked: string[] = [];
    const registry = createStatusRegistry({ clock: createFakeClock() });
    for (const name of names) {
      registry.addStatusHandler(name, (context) => {
        asked.push(context.name);
        return { state: "OK" };
      });
    }
    return { service: createStatusService({ registry }), asked };
  }

  function getNames(body: string): string[] {
    return [...body.matchAll(/"((?:[^"\\]|\\.)*)":\{/g)].map(([, name]) => JSON.parse(`"${name}"`) as string);
  }

  test.each<[query: string, expected: readonly string[]]>([
    ["name=A", ["A"]],
    ["name=A&name=B", ["A", "B"]],
    ["name=B&name=A&name=C", ["C", "A", "B"]],
    ["name=A&name=A", ["A"]],
    ["x=1&name=A&y=2", ["A"]],
    ["name=__proto__", ["__proto__"]],
    ["name=toString&name=constructor", ["constructor", "toString"]],
    ["name=1&name=C", ["C", "1"]],
    ["name=a%20b%26c", ["a b&c"]],
    ["name=a+b%26c", ["a b&c"]],
    ["name=Gr%C3%B6%C3%9Fe", ["Größe"]],
    ["Name=A", names],
    ["x=name", names],
  ])("%s asks and shows only these, in order of registration", async (query, expected) => {
    const { service, asked } = createSpied();
    const { status, body } = await get(service, `/svc_status.json?${query}`);
    expect(status).toBe(200);
    expect(getNames(body)).toEqual(expected);
    expect(asked).toEqual(expected);
  });

  test.each([
    "name=",
    "name",
    "name=D",
    "name=a",
    "name=A&name=D",
    "name=hasOwnProperty",
    "name=A%00",
    "name=%zz",
  ])("%s is 404 in every format, and asks nobody", async (query) => {
    const { service, asked } = createSpied();
    for (const suffix of ["", ".csv", ".json", ".prometheus", ".health"]) {
      expect(await get(service, `/svc_status${suffix}?${query}`)).toMatchObject({
        status: 404,
        body: "no status handler has this name\n",
      });
    }
    expect(asked).toEqual([]);
  });

  test("works in every format", async () => {
    const { service } = createSpied();
    expect((await get(service, "/svc_status?name=A&name=B")).body).toBe("A\tOK\nB\tOK\n");
    expect((await get(service, "/svc_status.prometheus?name=A")).body).toContain('svc_status{name="A"} 0\n');
    expect((await get(service, "/svc_status.health?name=A")).body).toContain('"checks":{"A":[');
  });
});

describe("what goes wrong inside", () => {
  test("is a 500 with a plain text, and logged once", async () => {
    const logger = createRecordingLogger();
    const registry = {
      ...registryOf([]),
      logger,
      getReport: () => Promise.reject(new Error("inner details\n    at secret.js:1:1")),
    };
    const service = createStatusService({ registry });
    for (const suffix of ["", ".json", ".prometheus", ".health"]) {
      const answer = await get(service, `/svc_status${suffix}`);
      expect(answer).toMatchObject({ status: 500, body: "internal error\n" });
      expect(answer.headers).toMatchObject({
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
      });
    }
    expect(logger.lines).toEqual(["error: SVC007 a status request failed: inner details"]);
  });

  test("is a process warning without a logger, once", async () => {
    const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    onTestFinished(() => emitWarning.mockRestore());
    const known = registryOf([["Cache", { state: "OK" }]]);
    const registry = { ...known, getReport: () => Promise.reject(new Error("inner details")) };
    for (const service of [createStatusService({ registry }), createStatusService({ registry })]) {
      expect(await get(service, "/svc_status")).toMatchObject({ status: 500, body: "internal error\n" });
      expect(await get(service, "/svc_status.json")).toMatchObject({ status: 500 });
    }
    expect(emitWarning.mock.calls.map(([message]) => message)).toEqual([
      "a status request failed: inner details",
    ]);
  });

  test("is a 500 also where a probe of the application throws", async () => {
    const logger = createRecordingLogger();
    let isBroken = false;
    const probe = Object.create(createProbe(), {
      body: {
        get() {
          if (isBroken) throw new Error("no idea");
          return "OK";
        },
      },
    }) as Probe;
    const service = createStatusService({ registry: { ...registryOf([]), logger }, probe });
    isBroken = true;
    expect(await get(service, "/probe_status")).toMatchObject({ status: 500, body: "internal error\n" });
    expect(logger.lines).toEqual(["error: SVC007 a status request failed: no idea"]);
  });
});
