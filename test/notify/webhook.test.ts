import { afterEach, describe, expect, test, vi } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { State } from "../../src/core/state.ts";
import { MAX_RETRY_AFTER_MS } from "../../src/notify/attempts.ts";
import { type NotifyCommonOptions, notify } from "../../src/notify/notify.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";
import type { Logger } from "../../src/util/logger.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { createWatchedClock, type WatchedClock } from "../support/watched-clock.ts";

/** The pause behind the n-th attempt, as a clock whose chance is always 0.5 makes it. */
const PAUSES_MS = [750, 1_500, 3_000];

const SECRET_PATH = "/services/T0/B0/verysecret?token=alsosecret";

interface Scene {
  readonly clock: WatchedClock;
  readonly registry: StatusRegistry;
  readonly lines: readonly string[];
  /** Settles when so many lines were logged. */
  untilLines(count: number): Promise<void>;
  /** The handler `Queue` reports this state, and a report is made. */
  become(state: State, detail?: string): Promise<void>;
}

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A handler whose changes go to the webhook. */
function createScene(port: number, options: NotifyCommonOptions = {}): Scene {
  const clock = createWatchedClock();
  const lines: string[] = [];
  let check = (): void => {};
  const note = (line: string): void => {
    if (line.includes(" notifications to ")) lines.push(line);
    check();
  };
  const logger: Logger = { info: note, warn: note, error: note };
  const registry = createStatusRegistry({ clock, logger });
  const handler = createFakeHandler();
  registry.addStatusHandler("Queue", handler);
  const { close } = notify(registry, {
    url: `http://127.0.0.1:${port}${SECRET_PATH}`,
    clock,
    instance: "web:1",
    ...options,
  });
  closers.push(close);
  return {
    clock,
    registry,
    lines,
    untilLines: (count) =>
      new Promise((resolve) => {
        check = () => void (lines.length >= count && resolve());
        check();
      }),
    async become(state, detail) {
      handler.report(state, detail === undefined ? {} : { detail });
      await registry.getReport();
    },
  };
}

async function waitForPause(clock: WatchedClock, pauseMs: number): Promise<void> {
  await clock.untilTimer(pauseMs);
  await clock.advance(pauseMs);
}

describe("a webhook", () => {
  test("gets a POST with the change as JSON", async () => {
    const receiver = await startReceiver();
    const { clock, become } = createScene(receiver.port);
    await become("OK");
    await clock.advance(7_500_000);
    await become("RED", "connect ECONNREFUSED");
    const { method, path, headers, body, answer } = await receiver.next();
    answer(200);
    expect([method, path]).toEqual(["POST", SECRET_PATH]);
    expect(headers).toMatchObject({ "content-type": "application/json", "user-agent": "svc-status" });
    expect(body).toEqual({
      text: "RED Queue: connect ECONNREFUSED (was OK for 2 h 5 min) on web:1",
      instance: "web:1",
      event: "change",
      name: "Queue",
      from: "OK",
      to: "RED",
      reason: "reported",
      detail: "connect ECONNREFUSED",
      at: "2026-01-01T02:05:00.000Z",
      heldMs: 7_500_000,
    });
  });

  test("gets changes one at a time, in order", async () => {
    const receiver = await startReceiver();
    const { become } = createScene(receiver.port);
    for (const state of ["RED", "YELLOW", "OK"] as const) await become(state);
    const told: unknown[] = [];
    for (let count = 1; count <= 3; count += 1) {
      const { body, answer } = await receiver.next();
      told.push([body["from"], body["to"]]);
      expect(receiver.count).toBe(count);
      answer(204);
    }
    expect(told).toEqual([
      [null, "RED"],
      ["RED", "YELLOW"],
      ["YELLOW", "OK"],
    ]);
  });

  test.each([500, 503, 429])("that answers %i is asked again until it answers 200", async (status) => {
    const receiver = await startReceiver();
    const { clock, lines, untilLines, become } = createScene(receiver.port);
    await become("RED");
    const bodies: unknown[] = [];
    for (const pauseMs of PAUSES_MS) {
      const { body, answer } = await receiver.next();
      bodies.push(body);
      answer(status);
      await waitForPause(clock, pauseMs);
    }
    const { body, answer } = await receiver.next();
    answer(200);
    expect(new Set(bodies.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify(body)]));
    await untilLines(2);
    const label = `notifications to http://127.0.0.1:${receiver.port}`;
    expect(lines).toEqual([
      `SVC040 ${label}: one failed and will be retried: answered ${status}`,
      `SVC042 ${label}: are delivered again`,
    ]);
  });

  test.each([
    ["seconds", "120", 120_000],
    ["a date", "Thu, 01 Jan 2026 00:02:00 GMT", 120_000],
    ["less than the own pause", "0", 750],
    ["what cannot be read", "soon", 750],
    ["a day, of which it gets an hour", "86400", MAX_RETRY_AFTER_MS],
  ])("says when it wants to be asked again: %s", async (_, retryAfter, pauseMs) => {
    const receiver = await startReceiver();
    const { clock, become } = createScene(receiver.port);
    await become("RED");
    (await receiver.next()).answer(429, { "Retry-After": retryAfter });
    await waitForPause(clock, pauseMs);
    expect((await receiver.next()).body["to"]).toBe("RED");
  });

  test("that is down gets the change when it is up again", async () => {
    const down = await startReceiver();
    const { port } = down;
    await down.close();
    const { clock, lines, become } = createScene(port);
    await become("RED");
    await clock.untilTimer(750);
    const receiver = await startReceiver(port);
    await clock.advance(750);
    expect((await receiver.next()).body["name"]).toBe("Queue");
    expect(lines).toEqual([
      `SVC040 notifications to http://127.0.0.1:${port}: one failed and will be retried: ` +
        `fetch failed: connect ECONNREFUSED 127.0.0.1:${port}`,
    ]);
  });

  test("that hangs is asked again after the deadline", async () => {
    const receiver = await startReceiver();
    const { clock, lines, become } = createScene(receiver.port, { timeoutMs: 2_000 });
    await become("RED");
    const first = await receiver.next();
    const closed = new Promise((resolve) => void first.response.on("close", resolve));
    await clock.advance(2_000);
    await closed;
    await waitForPause(clock, 750);
    (await receiver.next()).answer(200);
    expect(lines[0]).toContain("one failed and will be retried: timed out after 2000 ms");
  });

  test("that cuts the connection is asked again", async () => {
    const receiver = await startReceiver();
    const { clock, become } = createScene(receiver.port);
    await become("RED");
    (await receiver.next()).response.destroy();
    await waitForPause(clock, 750);
    (await receiver.next()).answer(200);
    expect(receiver.count).toBe(2);
  });

  test("that never ends its answer has answered, and holds no connection", async () => {
    const receiver = await startReceiver();
    const { become } = createScene(receiver.port);
    await become("RED");
    const { response } = await receiver.next();
    const closed = new Promise((resolve) => void response.on("close", resolve));
    response.writeHead(200).write("ok, and");
    await closed;
    await become("OK");
    expect((await receiver.next()).body["to"]).toBe("OK");
  });

  test.each([301, 302, 307, 308])(
    "that redirects with %i is not followed, and the change is given up",
    async (status) => {
      const elsewhere = await startReceiver();
      const receiver = await startReceiver();
      const { lines, become } = createScene(receiver.port);
      await become("RED");
      (await receiver.next()).answer(status, { Location: `http://127.0.0.1:${elsewhere.port}/` });
      await become("OK");
      const { body, answer } = await receiver.next();
      answer(200);
      expect(body).toMatchObject({ to: "OK", missed: 1 });
      expect(elsewhere.count).toBe(0);
      expect(lines).toEqual([
        `SVC041 notifications to http://127.0.0.1:${receiver.port}: one dropped after 1 attempt: ` +
          `answered ${status}, and redirects are not followed`,
      ]);
    },
  );

  test.each([400, 401, 404, 410])("that answers %i is not asked again for this change", async (status) => {
    const receiver = await startReceiver();
    const { lines, become } = createScene(receiver.port);
    await become("RED");
    (await receiver.next()).answer(status);
    await become("OK");
    expect((await receiver.next()).body["to"]).toBe("OK");
    expect(lines[0]).toContain(`one dropped after 1 attempt: answered ${status}`);
  });

  test("delays no report, no listener and no other notifier while it hangs", async () => {
    const hanging = await startReceiver();
    const working = await startReceiver();
    const { registry, clock, become } = createScene(hanging.port);
    closers.push(notify(registry, { url: `http://127.0.0.1:${working.port}/`, clock }).close);
    const heard: State[] = [];
    registry.on("change", ({ to }) => void heard.push(to));
    await become("RED");
    await hanging.next();
    await become("YELLOW");
    expect(heard).toEqual(["RED", "YELLOW"]);
    (await working.next()).answer(200);
    expect((await working.next()).body["to"]).toBe("YELLOW");
    expect(clock.now()).toBe(Date.parse("2026-01-01T00:00:00Z"));
  });

  test("hears nothing more once it was closed, and its request is cut", async () => {
    const receiver = await startReceiver();
    const { clock, registry, lines, become } = createScene(receiver.port);
    const notifier = notify(registry, { url: `http://127.0.0.1:${receiver.port}/second`, clock });
    await become("RED");
    const requests = [await receiver.next(), await receiver.next()];
    const second = requests.find(({ path }) => path === "/second");
    const cut = new Promise((resolve) => void second?.response.on("close", resolve));
    await become("OK");
    notifier.close();
    await cut;
    expect(lines).toEqual([
      `SVC039 notifications to http://127.0.0.1:${receiver.port}: 2 were not sent: closed`,
    ]);
  });
});

describe("the log", () => {
  async function failInEveryWay(receiver: Receiver): Promise<readonly string[]> {
    const { clock, lines, untilLines, become } = createScene(receiver.port, { timeoutMs: 2_000 });
    await become("RED");
    (await receiver.next()).answer(500);
    await waitForPause(clock, 750);
    (await receiver.next()).response.destroy();
    await waitForPause(clock, 1_500);
    await receiver.next();
    await clock.advance(2_000);
    await waitForPause(clock, 3_000);
    (await receiver.next()).answer(403);
    await untilLines(4);
    return lines;
  }

  test("never shows the path and the query of a webhook", async () => {
    const lines = await failInEveryWay(await startReceiver());
    expect(lines.join("\n")).not.toMatch(/secret|services/);
  });

  test("shows neither where an error names them", async () => {
    vi.stubGlobal("fetch", (url: string) => Promise.reject(new Error(`cannot reach ${url}`)));
    closers.push(() => vi.unstubAllGlobals());
    const { untilLines, lines, become } = createScene(9);
    await become("RED");
    await untilLines(1);
    expect(lines).toEqual([
      "SVC040 notifications to http://127.0.0.1:9: one failed and will be retried: cannot reach http://127.0.0.1:9/***",
    ]);
  });
});

describe("the url", () => {
  const registry = createStatusRegistry();

  test.each([
    ["no URL", "verysecret"],
    ["another scheme", "ftp://example.org/verysecret"],
    ["a path", "/verysecret"],
    ["an object", { href: "verysecret" }],
    ["user and password in it", "https://me:verysecret@example.org/"],
  ])("is refused without being shown: %s", (_, url) => {
    const attempt = (): unknown => notify(registry, { url: url as string });
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(/^url: expected [^\n]*$/);
    expect(attempt).not.toThrow(/verysecret/);
  });

  test("may be a URL object, and stays what it was when that is changed", async () => {
    const receiver = await startReceiver();
    const url = new URL(`http://127.0.0.1:${receiver.port}/first`);
    const handler = createFakeHandler();
    const own = createStatusRegistry();
    own.addStatusHandler("Queue", handler);
    closers.push(notify(own, { url }).close);
    url.pathname = "/second";
    handler.report("RED");
    await own.getReport();
    const { path, answer } = await receiver.next();
    answer(200);
    expect(path).toBe("/first");
  });
});
