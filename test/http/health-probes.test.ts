import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { State } from "../../src/core/state.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";

/** A service with a local handler `loop`, a shared one `db`, and `mail`, which is not critical. */
function createSubject(options: ServiceStatusOptions = {}) {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const probe = createProbe();
  const loop = createFakeHandler();
  const db = createFakeHandler();
  const mail = createFakeHandler();
  registry.addStatusHandler("loop", loop, { scope: "local" });
  registry.addStatusHandler("db", db);
  registry.addStatusHandler("mail", mail, { critical: false, scope: "local" });
  const ask = createAsk({ registry, probe, healthProbes: true, ...options });
  return {
    clock,
    registry,
    probe,
    loop,
    db,
    mail,
    ask,
    /** Code and body. */
    get: async (target: string) => {
      const { status, body } = await ask(target);
      return [status, body];
    },
  };
}

/** `?exclude=` works only where it is wanted. */
const WITH_EXCLUDE: ServiceStatusOptions = { healthProbes: { exclude: true, shared: "count" } };
const COUNTING: ServiceStatusOptions = { healthProbes: { shared: "count" } };

describe("in Kubernetes' text format", () => {
  test.each(["/livez", "/readyz", "/startupz"])(
    "%s is ok, without a line break, when all is well",
    async (path) => {
      const { ask } = createSubject();
      // A client elsewhere, who does not learn which instance answers.
      expect(await ask(path, { remoteAddress: "192.0.2.1" })).toEqual({
        status: 200,
        headers: {
          "Content-Type": "text/plain; charset=utf-8",
          "Content-Length": "2",
          "Cache-Control": "no-store",
          "X-Content-Type-Options": "nosniff",
        },
        body: "ok",
      });
    },
  );

  test.each([
    ["/livez?verbose", "[+]loop ok\nlivez check passed\n"],
    ["/readyz?verbose", "[+]probe ok\n[+]loop ok\n[+]db ok\nreadyz check passed\n"],
    ["/startupz?verbose", "[+]loop ok\n[+]db ok\nstartupz check passed\n"],
    ["/readyz?verbose=false", "[+]probe ok\n[+]loop ok\n[+]db ok\nreadyz check passed\n"],
    ["/livez?verbose=1&x=2", "[+]loop ok\nlivez check passed\n"],
  ])("%s lists the checks", async (target, body) => {
    expect(await createSubject().get(target)).toEqual([200, body]);
  });

  test("a failure is verbose without being asked, and tells no reason", async () => {
    const { db, get } = createSubject();
    db.report("RED", { detail: "password=secret" });
    const body = "[+]probe ok\n[+]loop ok\n[-]db failed: reason withheld\nreadyz check failed\n";
    expect(await get("/readyz")).toEqual([503, body]);
    expect(await get("/readyz?verbose")).toEqual([503, body]);
  });

  test("excluded checks pass, and say so when asked", async () => {
    const { db, get } = createSubject(WITH_EXCLUDE);
    db.report("RED");
    expect(await get("/readyz?exclude=db")).toEqual([200, "ok"]);
    expect(await get("/readyz?exclude=db&exclude=loop&verbose")).toEqual([
      200,
      "[+]probe ok\n[+]loop excluded: ok\n[+]db excluded: ok\nreadyz check passed\n",
    ]);
    expect(await get("/readyz?exclude=loop")).toEqual([
      503,
      "[+]probe ok\n[+]loop excluded: ok\n[-]db failed: reason withheld\nreadyz check failed\n",
    ]);
  });

  test("names that match nothing are warned of, each once, in order and quoted", async () => {
    const { db, get } = createSubject(WITH_EXCLUDE);
    const warning = 'warn: some health checks cannot be excluded: no matches for "a b","nix"\n';
    expect(await get("/livez?exclude=nix&exclude=a+b&exclude=nix&exclude=loop&verbose")).toEqual([
      200,
      `[+]loop excluded: ok\n${warning}livez check passed\n`,
    ]);
    expect(await get("/livez?exclude=nix")).toEqual([200, "ok"]);
    db.report("RED");
    expect(await get("/readyz?exclude=a b&exclude=nix")).toEqual([
      503,
      `[+]probe ok\n[+]loop ok\n[-]db failed: reason withheld\n${warning}readyz check failed\n`,
    ]);
  });

  test("a name cannot bring lines of its own", async () => {
    const [, body] = await createSubject(WITH_EXCLUDE).get("/livez?verbose&exclude=a%0A[-]loop%20failed");
    expect(body).toBe(
      '[+]loop ok\nwarn: some health checks cannot be excluded: no matches for "a\\n[-]loop failed"\nlivez check passed\n',
    );
  });

  test("one check can be asked for alone", async () => {
    const { db, probe, get } = createSubject(COUNTING);
    expect(await get("/readyz/db")).toEqual([200, "ok"]);
    db.report("RED");
    expect(await get("/readyz/db")).toEqual([503, "internal server error: reason withheld\n"]);
    expect(await get("/readyz/loop?verbose")).toEqual([200, "ok"]);
    expect(await get("/readyz/probe")).toEqual([200, "ok"]);
    probe.decommission();
    expect(await get("/readyz/probe")).toEqual([503, "internal server error: reason withheld\n"]);
    expect(await get("/readyz/loop")).toEqual([200, "ok"]);
  });

  test("a check that has no say is not found", async () => {
    const { get } = createSubject();
    for (const path of ["/readyz/nix", "/readyz/mail", "/livez/db", "/livez/probe", "/startupz/probe"])
      expect(await get(path), path).toEqual([404, "not found\n"]);
  });

  test("a name with a slash or a space can be asked for", async () => {
    const { registry, get } = createSubject();
    registry.addStatusHandler("a/b c", () => ({ state: "OK" }));
    expect(await get("/readyz/a/b%20c")).toEqual([200, "ok"]);
  });

  test("nothing registered is nothing wrong", async () => {
    const { get } = createSubject({ registry: createStatusRegistry() });
    expect(await get("/livez?verbose")).toEqual([200, "livez check passed\n"]);
    expect(await get("/readyz?verbose")).toEqual([200, "[+]probe ok\nreadyz check passed\n"]);
  });
});

describe("HEAD and other methods", () => {
  test("HEAD gets the verdict without its body", async () => {
    const { ask, probe } = createSubject();
    expect(await ask("/readyz", { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
    probe.decommission();
    const refusal = await ask("/readyz", { method: "HEAD" });
    expect(refusal).toMatchObject({ status: 503, body: "" });
    expect(refusal.headers["Content-Length"]).toBe(String((await ask("/readyz")).body.length));
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s is 405 and asks nobody", async (method) => {
    const { ask, db } = createSubject();
    for (const path of ["/livez", "/readyz", "/startupz", "/readyz/db"]) {
      expect(await ask(path, { method })).toMatchObject({
        status: 405,
        body: "method not allowed\n",
        headers: { Allow: "GET, HEAD" },
      });
    }
    expect(db.calls).toBe(0);
  });
});

describe("liveness", () => {
  test("does not look at the probe", async () => {
    const { probe, get } = createSubject();
    probe.decommission();
    expect(await get("/livez")).toEqual([200, "ok"]);
  });

  test("does not even ask shared handlers, nor those that are not critical", async () => {
    const { db, mail, loop, get } = createSubject();
    db.report("RED");
    mail.report("RED");
    expect(await get("/livez")).toEqual([200, "ok"]);
    expect([loop.calls, db.calls, mail.calls]).toEqual([1, 0, 0]);
  });

  test("fails with a critical local handler", async () => {
    const { loop, get } = createSubject();
    loop.report("RED");
    expect(await get("/livez")).toEqual([503, "[-]loop failed: reason withheld\nlivez check failed\n"]);
  });
});

describe("readiness", () => {
  test("fails while decommissioned, however healthy", async () => {
    const { probe, get } = createSubject();
    probe.decommission();
    expect(await get("/readyz")).toEqual([
      503,
      "[-]probe failed: reason withheld\n[+]loop ok\n[+]db ok\nreadyz check failed\n",
    ]);
    probe.commission();
    expect(await get("/readyz")).toEqual([200, "ok"]);
  });

  test("fails when that happened while the handlers were asked", async () => {
    const { registry, probe, get } = createSubject();
    registry.addStatusHandler("late", () => {
      probe.decommission();
      return { state: "OK" };
    });
    expect((await get("/readyz"))[0]).toBe(503);
  });

  test.each<[State, number]>([
    ["OK", 200],
    ["YELLOW", 200],
    ["RED", 503],
  ])("with a critical handler that is %s is %i", async (state, status) => {
    const { db, get } = createSubject();
    db.report(state);
    expect((await get("/readyz"))[0]).toBe(status);
  });

  test.each([
    ["throws", new Error("gone")],
    ["rejects with undefined", undefined],
  ])("fails with a critical handler that %s", async (_, error) => {
    const { db, get } = createSubject();
    db.fail(error);
    expect((await get("/readyz"))[0]).toBe(503);
  });

  test("is not delayed by a handler that is not critical and hangs: it is not asked", async () => {
    const { mail, get } = createSubject();
    mail.hang();
    expect(await get("/readyz")).toEqual([200, "ok"]);
    expect(mail.calls).toBe(0);
  });

  test("does not ask excluded handlers, nor the others where one is asked for alone", async () => {
    const { db, loop, get } = createSubject(WITH_EXCLUDE);
    db.hang();
    expect(await get("/readyz?exclude=db")).toEqual([200, "ok"]);
    expect(await get("/readyz/loop")).toEqual([200, "ok"]);
    expect([db.calls, loop.calls]).toEqual([0, 2]);
  });

  test("fails when a critical handler hangs, after its deadline", async () => {
    const { db, get, clock } = createSubject();
    db.hang();
    const answer = get("/readyz");
    await clock.advance(5_000);
    expect((await answer)[0]).toBe(503);
  });

  test("is about both where a handler is called like the probe, and tells them apart", async () => {
    const { registry, probe, get } = createSubject(WITH_EXCLUDE);
    registry.addStatusHandler("probe", () => ({ state: "RED" }));
    expect((await get("/readyz"))[0]).toBe(503);
    expect((await get("/readyz/probe"))[0]).toBe(503);
    expect((await get("/readyz/service-probe"))[0]).toBe(200);
    expect(await get("/readyz?exclude=service-probe")).toEqual([
      503,
      "[+]service-probe excluded: ok\n[+]loop ok\n[+]db ok\n[-]probe failed: reason withheld\nreadyz check failed\n",
    ]);
    registry.addStatusHandler("probe", () => ({ state: "OK" }));
    expect((await get("/readyz"))[0]).toBe(200);
    probe.decommission();
    expect((await get("/readyz"))[0]).toBe(503);
    expect((await get("/readyz/service-probe"))[0]).toBe(503);
  });
});

describe("startup", () => {
  test("fails until every critical handler has been other than RED once", async () => {
    const { loop, db, get } = createSubject();
    loop.report("RED");
    db.report("RED");
    expect(await get("/startupz")).toEqual([
      503,
      "[-]loop failed: reason withheld\n[-]db failed: reason withheld\nstartupz check failed\n",
    ]);
    loop.report("YELLOW");
    expect((await get("/startupz"))[0]).toBe(503);
    db.report("OK");
    expect(await get("/startupz")).toEqual([200, "ok"]);
  });

  test("stays started, handler by handler, whatever becomes of it, and asks no more", async () => {
    const { loop, db, get } = createSubject();
    db.report("RED");
    await get("/startupz");
    loop.report("RED");
    expect(await get("/startupz")).toEqual([
      503,
      "[+]loop ok\n[-]db failed: reason withheld\nstartupz check failed\n",
    ]);
    db.report("OK");
    await get("/startupz");
    db.hang();
    expect(await get("/startupz?verbose")).toEqual([200, "[+]loop ok\n[+]db ok\nstartupz check passed\n"]);
    expect([loop.calls, db.calls]).toEqual([1, 3]);
  });

  test("says nothing for readiness and liveness, which go on asking", async () => {
    const { loop, db, get } = createSubject(COUNTING);
    await get("/startupz");
    db.report("RED");
    expect((await get("/readyz"))[0]).toBe(503);
    loop.report("RED");
    expect((await get("/livez"))[0]).toBe(503);
  });

  test("does not look at the probe", async () => {
    const { probe, get } = createSubject();
    probe.decommission();
    expect(await get("/startupz")).toEqual([200, "ok"]);
  });

  test("is not had by excluding", async () => {
    const { db, get } = createSubject(WITH_EXCLUDE);
    db.report("RED");
    expect(await get("/startupz?exclude=db")).toEqual([200, "ok"]);
    expect((await get("/startupz"))[0]).toBe(503);
  });

  test("is for a handler that comes later to show too", async () => {
    const { registry, get } = createSubject();
    expect((await get("/startupz"))[0]).toBe(200);
    registry.addStatusHandler("cache", () => ({ state: "RED" }));
    expect((await get("/startupz"))[0]).toBe(503);
  });
});

describe("a handler that was removed and is registered again", () => {
  test("has to start again, whether anybody asked in between or not", async () => {
    const { registry, db, get } = createSubject();
    for (const isAsked of [true, false]) {
      db.report("OK");
      expect((await get("/startupz"))[0]).toBe(200);
      registry.removeStatusHandler("db");
      if (isAsked) expect((await get("/startupz"))[0]).toBe(200);
      db.report("RED");
      registry.addStatusHandler("db", db);
      expect((await get("/startupz"))[0]).toBe(503);
    }
    db.report("YELLOW");
    expect((await get("/startupz"))[0]).toBe(200);
  });

  test("has to start again in a registry that wraps another, as far as that can be known", async () => {
    const { registry, db } = createSubject();
    const wrapping: StatusRegistry = Object.create(registry);
    const ask = createAsk({ registry: wrapping, healthProbes: true });
    const get = async () => (await ask("/startupz")).status;
    expect(await get()).toBe(200);
    registry.removeStatusHandler("db");
    expect(await get()).toBe(200);
    db.report("RED");
    registry.addStatusHandler("db", db);
    expect(await get()).toBe(503);
  });

  test("has not to start again where it was only replaced", async () => {
    const { registry, db, get } = createSubject();
    expect((await get("/startupz"))[0]).toBe(200);
    db.report("RED");
    registry.addStatusHandler("db", db);
    expect((await get("/startupz"))[0]).toBe(200);
  });
});

describe("the paths", () => {
  test("are not served unless asked for", async () => {
    for (const options of [{ healthProbes: false }, {}] as const) {
      const ask = createAsk(options);
      for (const path of ["/livez", "/readyz", "/startupz"]) expect((await ask(path)).status).toBe(404);
    }
  });

  test("can be chosen one by one, and name the last line", async () => {
    const { get } = createSubject({ healthProbes: { live: "/internal/alive" } });
    expect(await get("/internal/alive?verbose")).toEqual([200, "[+]loop ok\nalive check passed\n"]);
    expect((await get("/livez"))[0]).toBe(404);
    expect((await get("/readyz"))[0]).toBe(200);
  });

  test("may stand below one another", async () => {
    const { probe, get } = createSubject({
      healthProbes: { live: "/health", ready: "/health/ready", startup: "/health/startup" },
    });
    probe.decommission();
    expect((await get("/health"))[0]).toBe(200);
    expect((await get("/health/ready"))[0]).toBe(503);
    expect((await get("/health/startup"))[0]).toBe(200);
    expect(await get("/health/loop")).toEqual([200, "ok"]);
    expect(await get("/health/ready/db")).toEqual([200, "ok"]);
    expect(await get("/health/db")).toEqual([404, "not found\n"]);
  });

  test.each(["/livez/", "/livezz", "/LIVEZ", "/live", "//livez"])("%s is not ours", async (path) => {
    expect((await createSubject().ask(path)).status).toBe(404);
    expect((await createSubject().ask(path, { method: "POST" })).status).toBe(404);
  });

  test.each<[options: unknown, message: string]>([
    [
      { ready: "/livez" },
      'healthProbes.ready: expected a path that healthProbes.live does not use, got "/livez"',
    ],
    [{ live: "/probe_status" }, "healthProbes.live: expected a path that probeStatus.path does not use"],
    [
      { startup: "/svc_status.json" },
      "healthProbes.startup: expected a path that svcStatus.path does not use",
    ],
    [{ live: "livez" }, "healthProbes.live: expected a decoded path"],
    [{ live: "/livez/" }, "healthProbes.live: expected a decoded path"],
    [{ alive: "/livez" }, 'healthProbes: unknown option "alive", expected one of live, ready, startup'],
    ["yes", 'healthProbes: expected an object, got "yes"'],
    [null, "healthProbes: expected an object, got null"],
  ])("that are wrong throw a TypeError that says so: %j", (healthProbes, message) => {
    const create = () => createAsk({ healthProbes } as ServiceStatusOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  test("may be those of a view that is off", async () => {
    const { get } = createSubject({ probeStatus: false, healthProbes: { ready: "/probe_status" } });
    expect(await get("/probe_status")).toEqual([200, "ok"]);
  });
});
