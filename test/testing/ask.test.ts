import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { type Ask, createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";

function start() {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const probe = createProbe();
  const database = createFakeHandler({ clock });
  registry.addStatusHandler("Database", database);
  const ask: Ask = createAsk({ registry, probe });
  return { clock, registry, probe, database, ask };
}

describe("createAsk", () => {
  test("answers as the views do: status, headers and body", async () => {
    const { database, ask } = start();
    database.report("RED", { detail: "connection refused" });
    expect(await ask("/svc_status.json")).toEqual({
      status: 200,
      headers: expect.objectContaining({ "Content-Type": "application/json", "Cache-Control": "no-store" }),
      body: '{"Database":{"state":"RED","detail":"connection refused"}}',
    });
  });

  test("asks with the headers it is given", async () => {
    const { ask } = start();
    const { headers, body } = await ask("/svc_status", {
      headers: { accept: "text/plain; version=0.0.4" },
    });
    expect(headers["Content-Type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(body).toContain('svc_status{name="Database"} 0\n');
  });

  test("asks from this machine unless it is told otherwise", async () => {
    const { probe, ask } = start();
    const off = { method: "POST" };
    expect((await ask("/probe_status?body=OFF", { ...off, remoteAddress: "192.0.2.7" })).status).toBe(403);
    expect(probe.commissioned).toBe(true);
    expect((await ask("/probe_status?body=OFF", off)).status).toBe(200);
    expect(probe.commissioned).toBe(false);
    expect(await ask("/probe_status")).toMatchObject({ status: 503, body: "OFF" });
  });

  test("hands the framework's request to functions of the application", async () => {
    const seen: unknown[] = [];
    const authorize = ({ raw }: { readonly raw?: unknown }): boolean => {
      seen.push(raw);
      return false;
    };
    const ask = createAsk({ registry: createStatusRegistry(), svcStatus: { authorize } });
    expect((await ask("/svc_status", { raw: "the request" })).status).toBe(403);
    expect(seen).toEqual(["the request"]);
  });

  test("waits for time that a test lets pass", async () => {
    const { clock, database, ask } = start();
    database.hang();
    const answer = ask("/svc_status");
    await clock.advance(5_000);
    expect((await answer).body).toBe("Database\tRED\n");
  });

  test.each(["/", "/svc_status/", "/elsewhere"])(
    "answers 404 where nothing of ours is: %s",
    async (target) => {
      const { ask } = start();
      expect(await ask(target)).toMatchObject({ status: 404, body: "not found\n" });
    },
  );

  test("asks the default registry and probe without options", async () => {
    expect(await createAsk()("/probe_status")).toMatchObject({ status: 200, body: "OK" });
  });

  test("refuses what the views refuse", () => {
    expect(() => createAsk({ svcStatus: { path: "status" } })).toThrow(TypeError);
  });
});
