import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { fleetStatus } from "../../src/fleet/fleet-status.ts";
import type { StatusService } from "../../src/http/create-views.ts";
import type { StatusResponse } from "../../src/http/message.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { openEvents } from "../support/event-stream.ts";
import { createBulk, MAX_GROWTH_BYTES, measureGrowth } from "../support/heap.ts";
import { createWatchedRegistry } from "../support/watched-registry.ts";
import { type Expected, SCENES } from "./exchanges.ts";
import type { Running } from "./listen.ts";
import { RECORDED_SCENES } from "./recorded.ts";
import { type Received, type Sent, send, sendAndLeave, sendBytes } from "./wire.ts";

/**
 * Starts an application on 127.0.0.1 with the adapter in it. It answers `GET /hello` with `HELLO`, and everything
 * else that is not ours with a 404 of its framework.
 */
export type StartApplication = (options: ServiceStatusOptions) => Promise<Running>;

export interface AdapterFacts {
  /** Headers that the framework puts on every answer of the application. */
  readonly frameworkHeaders?: readonly string[];
  /**
   * It is a server of its own in another thread: there is no application beside it, none of its functions can be
   * called, and no handler is asked because somebody asks it.
   */
  readonly standsAlone?: boolean;
}

/** What every answer of ours has. */
const ALWAYS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
/** What is answered where there is no application. */
const NOBODYS: Expected = { status: 404, body: "not found\n" };
/** What belongs to the connection, and not to the answer. */
const OF_THE_CONNECTION = ["date", "connection", "keep-alive"];

/** Enough to see what is kept: each turn has a bulk of its own. */
const LEAK_TURNS = 30;

/** The contract that every adapter keeps, over a real socket. */
export function describeAdapter(name: string, start: StartApplication, facts: AdapterFacts = {}): void {
  const { standsAlone = false } = facts;
  const scenes = SCENES.filter(({ callsFunctions = false }) => !(standsAlone && callsFunctions));
  const ignored = [...OF_THE_CONNECTION, ...(facts.frameworkHeaders ?? [])];

  function ownHeaders({ headers }: Received): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).filter(([header]) => !ignored.includes(header)));
  }

  async function startForTest(options: ServiceStatusOptions): Promise<Running> {
    const application = await start(options);
    onTestFinished(() => application.close());
    return application;
  }

  describe(name, () => {
    // The sentinel serves no fleet.
    if (!standsAlone)
      test("serves the page of the fleet, whose formats and mistakes have their own status", async () => {
        // Nothing listens there, so nothing is known.
        const fleet = fleetStatus({ prometheus: "http://127.0.0.1:9" });
        onTestFinished(() => fleet.close());
        const { port } = await startForTest({ fleet });
        const page = await send(port, { method: "GET", target: "/fleet?service=orders" });
        expect(page.status).toBe(200);
        expect(page.headers).toMatchObject({ "content-type": "text/html; charset=utf-8", ...ALWAYS });
        expect(page.body).toContain("<title>UNKNOWN: orders</title>");
        expect(JSON.parse((await send(port, { method: "GET", target: "/fleet.json" })).body)).toMatchObject({
          state: "UNKNOWN",
        });
        expect((await send(port, { method: "GET", target: "/fleet?at=soon" })).status).toBe(400);
        expect((await send(port, { target: "/fleet", method: "POST" })).status).toBe(405);
      });

    describe.each(scenes)("$title", ({ createOptions, exchanges }) => {
      let application: Running;
      beforeAll(async () => {
        application = await start(createOptions());
      });
      afterAll(() => application.close());

      test.each(exchanges.map(({ sent, expected }) => ({ title: toTitle(sent), sent, expected })))(
        "$title",
        async ({ sent, expected }) => {
          const received = await send(application.port, sent);
          const isNobodys = standsAlone && expected.headers === undefined;
          const { status, body = received.body, headers } = isNobodys ? NOBODYS : expected;
          expect({ status: received.status, body: received.body }).toEqual({ status, body });
          if (headers !== undefined)
            expect(ownHeaders(received)).toEqual({ ...ALWAYS, ...headers, ...(isKnown(sent) && IDENTITY) });
        },
      );
    });

    describe.each(RECORDED_SCENES)("what was recorded of the original: $title", (scene) => {
      let application: Running;
      let views: StatusService;
      beforeAll(async () => {
        application = await start(scene.createOptions());
        views = createStatusService(scene.createOptions());
      });
      afterAll(() => application.close());

      test.each(scene.requests.map((sent) => ({ title: toTitle(sent), sent })))(
        "$title",
        async ({ sent }) => {
          const expected = await answerOf(views, sent);
          const received = await send(application.port, sent);
          const { status, body } = received;
          if (expected === undefined) expect(status).toBe(404);
          else
            expect(withoutTimes({ status, body, headers: ownHeaders(received) })).toEqual(
              withoutTimes(withLowerCaseNames(expected)),
            );
        },
      );
    });

    test("answers HTTP/1.0 without a Host, as HAProxy asks", async () => {
      const { port } = await startForTest({ probe: createProbe() });
      const answers = await Promise.all(
        ["OPTIONS /probe_status", "GET /probe_status"].map((line) =>
          sendBytes(port, `${line} HTTP/1.0\r\n\r\n`),
        ),
      );
      for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 (?:OK)?\r\n(?:.+\r\n)+\r\nOK$/);
    });

    test("answers what comes over one connection in its order", async () => {
      const { port } = await startForTest({ registry: createStatusRegistry(), probe: createProbe() });
      const targets = [
        "HEAD /svc_status.json",
        "GET /probe_status",
        "GET /svc_status",
        "GET /svc_status.json",
      ];
      const requests = targets.map((line) => `${line} HTTP/1.1\r\nHost: localhost\r\n`);
      const answer = await sendBytes(port, `${requests.join("\r\n")}Connection: close\r\n\r\n`);
      const bodies = answer.split(/HTTP\/1\.1 200 (?:OK)?\r\n/).map((text) => text.split("\r\n\r\n")[1]);
      expect(bodies).toEqual([undefined, "", "OK", "", "{}"]);
    });

    test("answers a target that cannot be decoded with a refusal of the framework", async () => {
      const { port } = await startForTest({});
      const { status } = await send(port, { method: "GET", target: "/svc_status%E0%A4%A" });
      expect([400, 404]).toContain(status);
    });

    test("delivers a long report whole", async () => {
      const registry = createStatusRegistry();
      const detail = "ä".repeat(500_000);
      registry.addStatusHandler("Long", () => ({ state: "YELLOW", text: detail }));
      const { port } = await startForTest({ registry });
      const { body, headers } = await send(port, { method: "GET", target: "/svc_status.json" });
      expect(JSON.parse(body)).toEqual({ Long: { state: "YELLOW", text: detail } });
      expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
    });

    test("keeps nothing of requests that were answered", { timeout: 60_000 }, async () => {
      const registry = createStatusRegistry();
      let turns = 0;
      registry.addStatusHandler("Job", () => {
        turns += 1;
        return { state: turns % 2 === 0 ? "OK" : "YELLOW", text: createBulk(turns) };
      });
      const { port } = await startForTest({ registry, probe: createProbe(), healthProbes: true });
      const targets = ["/svc_status.html", "/svc_status.json", "/probe_status"];
      let answered = 0;
      let asked = 0;
      const bytes = await measureGrowth(LEAK_TURNS, async () => {
        asked += targets.length;
        const answers = await Promise.all(targets.map((target) => send(port, { method: "GET", target })));
        answered += answers.filter(({ status }) => status === 200).length;
      });
      expect(bytes).toBeLessThan(2 * MAX_GROWTH_BYTES);
      expect(answered).toBe(asked);
    });

    if (standsAlone) return;

    test("keeps nothing of readers that left", { timeout: 60_000 }, async () => {
      const watched = createWatchedRegistry();
      const probe = createProbe();
      const { port } = await startForTest({ registry: watched.registry, probe });
      const bytes = await measureGrowth(LEAK_TURNS, async (turn) => {
        probe.decommission(`turn ${turn}`);
        watched.registry.addStatusHandler("Job", () => ({ state: "OK", text: createBulk(turn) }));
        const reader = await openEvents(port);
        await reader.waitFor(`turn ${turn}`);
        reader.close();
        await watched.untilNobodyListens();
      });
      expect(bytes).toBeLessThan(2 * MAX_GROWTH_BYTES);
    });

    test("streams what is new on the page, and lets go of it when its reader leaves", async () => {
      const watched = createWatchedRegistry();
      const probe = createProbe();
      const { port } = await startForTest({ registry: watched.registry, probe });
      const readers = await Promise.all([openEvents(port), openEvents(port)]);
      for (const { status, headers } of readers) {
        expect(status).toBe(200);
        expect(headers).toMatchObject({
          "content-type": "text/event-stream",
          "cache-control": "no-store, no-transform",
          "x-content-type-options": "nosniff",
          "x-accel-buffering": "no",
        });
        expect(headers).not.toHaveProperty("content-length");
      }
      await Promise.all(readers.map((reader) => reader.waitFor("In service")));
      probe.decommission("moving");
      await Promise.all(readers.map((reader) => reader.waitFor("moving")));
      expect(watched.listeners).toBe(1);
      for (const reader of readers) reader.close();
      await watched.untilNobodyListens();
    });

    test("gives HEAD the headers of a stream, and ends", async () => {
      const watched = createWatchedRegistry();
      const { port } = await startForTest({ registry: watched.registry });
      const { status, headers, body } = await send(port, { method: "HEAD", target: "/svc_status.events" });
      expect({ status, type: headers["content-type"], body }).toEqual({
        status: 200,
        type: "text/event-stream",
        body: "",
      });
      expect(watched.listeners).toBe(0);
    });

    test("asks a handler once for requests that come together", async () => {
      const held = createHeldRegistry();
      const { port } = await startForTest({ registry: held.registry });
      const requests = Array.from({ length: 20 }, () => send(port, { method: "GET", target: "/svc_status" }));
      await held.reports(20);
      held.release();
      const bodies = (await Promise.all(requests)).map(({ body }) => body);
      expect(new Set(bodies)).toEqual(new Set(["Held\tOK\n"]));
      expect(held.calls).toBe(1);
    });

    test("survives a client that leaves before the answer", async () => {
      const held = createHeldRegistry();
      const { port } = await startForTest({ registry: held.registry });
      await sendAndLeave(port, "/svc_status", held.reports(1));
      await send(port, { method: "GET", target: "/probe_status" });
      held.release();
      const { status, body } = await send(port, { method: "GET", target: "/svc_status" });
      expect({ status, body }).toEqual({ status: 200, body: "Held\tOK\n" });
    });
  });
}

function toTitle({ method, target, headers = {}, body }: Sent): string {
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`);
  const shown = [
    `${method} ${target.slice(0, 60)}`,
    ...lines,
    ...(body === undefined ? [] : ["with a body"]),
  ];
  return shown.join(", ");
}

async function answerOf(
  views: StatusService,
  { method, target, headers = {} }: Sent,
): Promise<StatusResponse | undefined> {
  const header = (name: string): string | undefined => headers[name]?.toString();
  return views({ method, target, header, remoteAddress: "127.0.0.1", raw: undefined });
}

function withLowerCaseNames({ status, headers, body }: StatusResponse): StatusResponse {
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { status, body, headers: Object.fromEntries(lowerCase) };
}

/**
 * The page says since when the probe is in service, and each application has a probe of its own; another thread has a
 * clock of its own, too, and by it the handlers were asked long ago. Each page still has the length that it says.
 */
function withoutTimes({ status, body, headers }: StatusResponse): StatusResponse {
  if (!headers["content-type"]?.startsWith("text/html")) return { status, body, headers };
  const timeless = body
    .replace(/<time .*?<\/time>/g, "<time>")
    .replace(/ data-now="\d+"/, "")
    .replaceAll("<div><dt>Checked</dt><dd><time></dd></div>", "");
  const hasItsLength = headers["content-length"] === String(Buffer.byteLength(body));
  return { status, body: timeless, headers: { ...headers, "content-length": `right: ${hasItsLength}` } };
}

/** A registry whose handler answers when it is let go. */
interface HeldRegistry {
  readonly registry: StatusRegistry;
  /** How often the handler was called. */
  readonly calls: number;
  /** Settles when the report has been asked for so many times. */
  reports(count: number): Promise<void>;
  release(): void;
}

function createHeldRegistry(): HeldRegistry {
  const registry = createStatusRegistry();
  const events = new EventEmitter();
  let reports = 0;
  let calls = 0;
  let isReleased = false;
  registry.addStatusHandler("Held", async () => {
    calls += 1;
    if (!isReleased) await once(events, "release");
    return { state: "OK" };
  });
  return {
    registry: {
      ...registry,
      getReport(options) {
        reports += 1;
        events.emit("report");
        return registry.getReport(options);
      },
    },
    get calls() {
      return calls;
    },
    async reports(count) {
      while (reports < count) await once(events, "report");
    },
    release() {
      isReleased = true;
      events.emit("release");
    },
  };
}

/** What tells a client that may know it which instance answers. */
const IDENTITY = {
  "svc-status-instance": expect.stringMatching(/^[!-~]+:\d+$/),
  "svc-status-started": expect.stringMatching(/^[\d-]+T[\d:.]+Z$/),
  "svc-status-probe": expect.stringMatching(/^(?:in-service|decommissioned)$/),
};

/** Whether it comes from this machine without a proxy, or has the token. */
function isKnown({ headers = {} }: Sent): boolean {
  const isForwarded = "x-forwarded-for" in headers || "forwarded" in headers;
  return !isForwarded || headers["authorization"] === "Bearer s3cret";
}
