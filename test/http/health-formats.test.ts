import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { HealthProbesOptions } from "../../src/http/health-probe-options.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";

/** A held `Database`, a local `Loop`, and `Mail`, which is not critical. */
async function createSubject(healthProbes: HealthProbesOptions, more: ServiceStatusOptions = {}) {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const probe = createProbe();
  const [database, loop, mail] = [createFakeHandler(), createFakeHandler(), createFakeHandler()];
  registry.addStatusHandler("Database", database);
  registry.addStatusHandler("Loop", loop, { scope: "local" });
  registry.addStatusHandler("Mail", mail, { critical: false });
  const ask = createAsk({ registry, probe, healthProbes, ...more });
  return {
    clock,
    registry,
    probe,
    database,
    loop,
    mail,
    ask,
    get: async (target: string) => {
      const { status, body } = await ask(target);
      return [status, body];
    },
    getJson: async (target: string) => {
      const { status, body } = await ask(target);
      return [status, JSON.parse(body)];
    },
    async hold() {
      await registry.getReport();
      database.report("RED");
      await registry.getReport();
      await clock.advance(40_000);
    },
  };
}

describe("json", () => {
  test("names each check and what is held", async () => {
    const { hold, getJson, loop, ask } = await createSubject({ format: "json" });
    await hold();
    const probe = { status: "ok" };
    const Database = { status: "held", redForSeconds: 40 };
    expect(await getJson("/readyz")).toEqual([
      200,
      { status: "ok", checks: { probe, Database, Loop: { status: "ok" } } },
    ]);
    expect((await ask("/readyz")).headers["Content-Type"]).toBe("application/json");
    expect(await getJson("/readyz/Database")).toEqual([200, Database]);
    loop.report("RED");
    expect(await getJson("/livez")).toEqual([
      503,
      { status: "failed", checks: { Loop: { status: "failed" } } },
    ]);
  });

  test("can hold any name", async () => {
    const { registry, ask } = await createSubject({ format: "json" });
    registry.addStatusHandler("__proto__", () => ({ state: "OK" }), { scope: "local" });
    expect((await ask("/livez")).body).toBe(
      '{"status":"ok","checks":{"Loop":{"status":"ok"},"__proto__":{"status":"ok"}}}',
    );
  });
});

describe("actuator", () => {
  test("is served at Spring's paths, and its root lists the groups", async () => {
    const { getJson, ask, get } = await createSubject({ format: "actuator" });
    const readinessState = { status: "UP" };
    const components = { readinessState, Database: { status: "UP" }, Loop: { status: "UP" } };
    expect(await getJson("/actuator/health/readiness")).toEqual([200, { status: "UP", components }]);
    expect(await getJson("/actuator/health/liveness")).toEqual([
      200,
      { status: "UP", components: { Loop: { status: "UP" } } },
    ]);
    const groups = ["readiness", "liveness", "startup"];
    const [status, body] = await getJson("/actuator/health");
    expect([status, { ...body, groups: body.groups.toSorted() }]).toEqual([
      200,
      { status: "UP", components, groups: groups.toSorted() },
    ]);
    expect((await ask("/actuator/health")).headers["Content-Type"]).toBe(
      "application/vnd.spring-boot.actuator.v3+json",
    );
    expect(await getJson("/actuator/health/Database")).toEqual([200, { status: "UP" }]);
    expect(await get("/readyz")).toEqual([404, "not found\n"]);
  });

  test("is DOWN by a handler, and OUT_OF_SERVICE while decommissioned", async () => {
    const { getJson, probe, loop } = await createSubject({ format: "actuator" });
    probe.decommission();
    expect(await getJson("/actuator/health/readiness")).toMatchObject([
      503,
      { status: "OUT_OF_SERVICE", components: { readinessState: { status: "OUT_OF_SERVICE" } } },
    ]);
    loop.report("RED");
    expect(await getJson("/actuator/health/readiness")).toMatchObject([
      503,
      { status: "DOWN", components: { Loop: { status: "DOWN" } } },
    ]);
  });

  test("shows what is held, and groups", async () => {
    const { hold, getJson } = await createSubject({
      format: "actuator",
      groups: { "/actuator/health/db": ["Database"] },
    });
    await hold();
    expect(await getJson("/actuator/health/readiness")).toMatchObject([
      200,
      {
        status: "UP",
        components: { Database: { status: "UP", details: { message: "held: RED for 40 s" } } },
      },
    ]);
    expect(await getJson("/actuator/health/db")).toEqual([
      503,
      { status: "DOWN", components: { Database: { status: "DOWN" } } },
    ]);
    expect((await getJson("/actuator/health"))[1].groups).toContain("db");
  });
});

describe("paths", () => {
  test("can be served alone, wherever", async () => {
    const { get, ask } = await createSubject({ ready: "/health", live: false, startup: false });
    expect(await get("/health")).toEqual([200, "ok"]);
    for (const path of ["/livez", "/readyz", "/startupz"]) expect((await ask(path)).status).toBe(404);
  });

  test("of groups have chosen handlers, critical or not, and fail without one that is not registered", async () => {
    const { get, mail } = await createSubject({
      groups: { "/health/mail": ["Mail"], "/health/none": ["Loop", "Nix"] },
    });
    expect(await get("/health/mail?verbose")).toEqual([200, "[+]Mail ok\nmail check passed\n"]);
    mail.report("RED");
    expect(await get("/health/mail")).toEqual([503, "[-]Mail failed: reason withheld\nmail check failed\n"]);
    expect(await get("/health/none")).toEqual([
      503,
      "[+]Loop ok\n[-]Nix failed: reason withheld\nnone check failed\n",
    ]);
    expect((await get("/readyz"))[0]).toBe(200);
  });

  test.each<[HealthProbesOptions, string]>([
    [
      { shared: "never" as never },
      'healthProbes.shared: expected "hold" or "start" or "count" or "ignore", got "never"',
    ],
    [{ holdMs: -1 }, "healthProbes.holdMs: expected a number from 0 to 2147483647, got -1"],
    [{ format: "xml" as never }, "healthProbes.format: expected "],
    [{ groups: { "/a": [] } }, "healthProbes.groups"],
    [
      { groups: { "/livez": ["A"] } },
      "healthProbes.groups: expected a path that healthProbes.live does not use",
    ],
    [{ groups: { a: ["A"] } }, "healthProbes.groups: expected paths, each a decoded path"],
    [{ live: true as never }, "healthProbes.live: expected a decoded path"],
    [{ retryAfterSeconds: 0.5 }, "healthProbes.retryAfterSeconds: expected an integer"],
  ])("and options that are wrong throw a TypeError: %j", (healthProbes, message) => {
    expect(() => createAsk({ healthProbes })).toThrow(TypeError);
    expect(() => createAsk({ healthProbes })).toThrow(message);
  });
});

describe("a query", () => {
  test("never changes a verdict by default", async () => {
    const { get, loop } = await createSubject({});
    loop.report("RED");
    expect((await get("/readyz?exclude=Loop"))[0]).toBe(503);
    expect((await get("/livez?exclude=Loop&verbose"))[0]).toBe(503);
  });
});

test("Retry-After is on answers with 503 only", async () => {
  const { ask, loop } = await createSubject({ retryAfterSeconds: 7 });
  expect((await ask("/readyz")).headers["Retry-After"]).toBeUndefined();
  loop.report("RED");
  expect((await ask("/readyz")).headers["Retry-After"]).toBe("7");
  expect((await ask("/readyz/Loop")).headers["Retry-After"]).toBe("7");
});

describe("names", () => {
  const refusing: ServiceStatusOptions = { svcStatus: { authorize: ({ header }) => header("x-me") === "1" } };

  test("are for those who may see the report", async () => {
    const { ask, loop } = await createSubject({}, refusing);
    const bodyFor = async (target: string, me: string) =>
      (await ask(target, { headers: { "x-me": me } })).body;
    expect(await bodyFor("/readyz?verbose", "0")).toBe("ok");
    expect(await bodyFor("/readyz?verbose", "1")).toContain("[+]Database ok");
    loop.report("RED");
    expect(await bodyFor("/readyz", "0")).toBe("readyz check failed\n");
    expect(await bodyFor("/readyz", "1")).toContain("[-]Loop failed");
    for (const name of ["Loop", "Nix"])
      expect(await ask(`/readyz/${name}`)).toMatchObject({ status: 403, body: "forbidden\n" });
  });

  test.each([
    ["json", { status: "ok" }],
    ["terminus", { status: "ok", info: {}, error: {}, details: {} }],
    ["actuator", { status: "UP" }],
  ] as const)("are not in %s for others", async (format, body) => {
    const { getJson } = await createSubject({ format, ready: "/ready" }, refusing);
    expect(await getJson("/ready?verbose")).toEqual([200, body]);
  });

  test("are for nobody if the report is not served", async () => {
    const { get } = await createSubject({}, { svcStatus: false });
    expect(await get("/readyz?verbose")).toEqual([200, "ok"]);
  });

  test("are hidden if authorize throws or is slow, and the verdict is not late", async () => {
    for (const authorize of [
      () => {
        throw new Error("no");
      },
      () => new Promise<boolean>(() => {}),
    ]) {
      const { get } = await createSubject({}, { svcStatus: { authorize } });
      expect(await get("/readyz?verbose")).toEqual([200, "ok"]);
    }
  });

  test("are never asked for by a verdict that passes", async () => {
    let calls = 0;
    const authorize = () => {
      calls += 1;
      return true;
    };
    const { get } = await createSubject({}, { svcStatus: { authorize } });
    expect(await get("/readyz")).toEqual([200, "ok"]);
    expect(calls).toBe(0);
  });
});
