import { describe, expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { State } from "../../src/core/state.ts";
import { FIRST_PAUSE_MS, MAX_ATTEMPTS, MAX_PAUSE_MS } from "../../src/notify/attempts.ts";
import { MAX_WAITING } from "../../src/notify/delivery.ts";
import {
  type Notifier,
  type NotifyCommonOptions,
  notify,
  type StatusNotification,
} from "../../src/notify/notify.ts";
import { createFakeHandler, type FakeHandler } from "../../src/testing/fake-handler.ts";
import type { Logger } from "../../src/util/logger.ts";
import { createWatchedClock, type WatchedClock } from "../support/watched-clock.ts";

interface Scene {
  readonly clock: WatchedClock;
  readonly registry: StatusRegistry;
  readonly handler: FakeHandler;
  readonly notifier: Notifier;
  /** What was sent, whether it arrived or not. */
  readonly sent: readonly StatusNotification[];
  /** What the notifier told the logger, each line behind its level. */
  readonly lines: readonly string[];
  /** From now on `send` does this. */
  sendBy(send: (signal: AbortSignal) => unknown): void;
  /** The handler `Queue` reports this state, a report is made, and what follows from it happens. */
  become(state: State, properties?: Record<string, unknown>): Promise<void>;
}

/** A handler whose changes go to a `send` that works, until the test says otherwise. */
function createScene(options: NotifyCommonOptions = {}): Scene {
  const clock = createWatchedClock();
  const sent: StatusNotification[] = [];
  const lines: string[] = [];
  const note = (level: string) => (line: string) => {
    if (line.includes(" notifications to ")) lines.push(`${level}: ${line}`);
  };
  const logger: Logger = { info: note("info"), warn: note("warn"), error: note("error") };
  const registry = createStatusRegistry({ clock, logger });
  const handler = createFakeHandler();
  registry.addStatusHandler("Queue", handler);
  let run: (signal: AbortSignal) => unknown = () => {};
  const notifier = notify(registry, {
    clock,
    instance: "web:1",
    send(notification, { signal }) {
      sent.push(notification);
      return run(signal);
    },
    ...options,
  });
  return {
    clock,
    registry,
    handler,
    notifier,
    sent,
    lines,
    sendBy(send) {
      run = send;
    },
    async become(state, properties) {
      handler.report(state, properties);
      await registry.getReport();
      await clock.advance(0);
    },
  };
}

function fail(): never {
  throw new Error("no network");
}

describe("what is told", () => {
  test.each<[options: NotifyCommonOptions, told: string[]]>([
    [{}, ["null -> YELLOW", "YELLOW -> RED", "RED -> YELLOW", "YELLOW -> OK"]],
    [{ minState: "YELLOW" }, ["null -> YELLOW", "YELLOW -> RED", "RED -> YELLOW", "YELLOW -> OK"]],
    [{ minState: "RED" }, ["YELLOW -> RED", "RED -> YELLOW"]],
  ])("is each change from or to a state as bad as minState: %o", async (options, told) => {
    const { sent, become } = createScene(options);
    for (const state of ["YELLOW", "YELLOW", "RED", "YELLOW", "OK", "OK"] as const) await become(state);
    expect(sent.map(({ from, to }) => `${from} -> ${to}`)).toEqual(told);
  });

  test("says that it was a first result, how long a state was held, and why it is not OK", async () => {
    const { clock, sent, become } = createScene();
    await become("YELLOW", { detail: "3 jobs wait" });
    await clock.advance(41_000);
    await become("OK");
    expect(sent).toEqual([
      {
        text: "YELLOW Queue: 3 jobs wait (first result) on web:1",
        instance: "web:1",
        event: "change",
        name: "Queue",
        from: null,
        to: "YELLOW",
        reason: "reported",
        detail: "3 jobs wait",
        at: "2026-01-01T00:00:00.000Z",
        heldMs: 0,
      },
      {
        text: "OK Queue (was YELLOW for 41 s) on web:1",
        instance: "web:1",
        event: "change",
        name: "Queue",
        from: "YELLOW",
        to: "OK",
        at: "2026-01-01T00:00:41.000Z",
        heldMs: 41_000,
      },
    ]);
  });

  test.each([
    [250, "250 ms"],
    [1_000, "1 s"],
    [61_000, "1 min 1 s"],
    [3_600_000, "1 h"],
    [90_061_000, "1 d 1 h"],
  ])("says %i ms as %s", async (ms, text) => {
    const { clock, sent, become } = createScene();
    await become("RED");
    await clock.advance(ms);
    await become("OK");
    expect(sent[1]?.text).toBe(`OK Queue (was RED for ${text}) on web:1`);
  });

  test("mentions nobody in a chat, whatever a detail says", async () => {
    const { sent, become } = createScene();
    await become("RED", { detail: "<!channel> @here @Everyone <https://example.org|click>" });
    expect(sent[0]?.text).toBe(
      "RED Queue: ‹!channel› @\u200bhere @\u200bEveryone ‹https://example.org|click› (first result) on web:1",
    );
    expect(sent[0]?.detail).toBe("<!channel> @here @Everyone <https://example.org|click>");
  });

  test("holds the first line of a detail, without passwords, and no other property", async () => {
    const { sent, become } = createScene();
    await become("RED", { detail: "no login with password=hunter2\nat Login", rows: [1, 2] });
    expect(sent[0]?.detail).toBe("no login with password=***");
    expect(JSON.stringify(sent)).not.toMatch(/hunter2|rows|at Login/);
  });

  test.each([7, "", { why: "x" }, null])("leaves out a detail that is no text: %o", async (detail) => {
    const { sent, become } = createScene();
    await become("RED", { detail });
    expect(sent[0]).not.toHaveProperty("detail");
    expect(sent[0]?.text).toBe("RED Queue (first result) on web:1");
  });
});

describe("a notification that fails", () => {
  test("is tried again with pauses that double, up to a minute, and given up after ten attempts", async () => {
    const { clock, sent, lines, sendBy, become } = createScene();
    sendBy(fail);
    await become("RED");
    await clock.advance(3_600_000);
    const pauses = clock.started.map(({ delayMs }) => delayMs).filter((delayMs) => delayMs !== 5_000);
    expect(pauses).toEqual([750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000]);
    expect(sent).toHaveLength(MAX_ATTEMPTS);
    expect(lines).toEqual([
      "warn: SVC040 notifications to send: one failed and will be retried: no network",
      "error: SVC041 notifications to send: one dropped after 10 attempts: no network",
    ]);
  });

  test.each([
    [0, 0.5],
    [0.999, 0.9995],
  ])("is tried again after a pause that chance makes shorter: %d", async (random, share) => {
    const clock = createWatchedClock();
    Object.assign(clock, { random: () => random });
    const { sendBy, become } = createScene({ clock });
    sendBy(fail);
    await become("RED");
    await clock.advance(0);
    expect(clock.started.at(-1)?.delayMs).toBeCloseTo(FIRST_PAUSE_MS * share, 6);
    expect(FIRST_PAUSE_MS).toBeLessThan(MAX_PAUSE_MS);
  });

  test("holds back those behind it, and they come in order", async () => {
    const { clock, sent, sendBy, become } = createScene();
    sendBy(fail);
    for (const state of ["RED", "YELLOW", "OK"] as const) await become(state);
    expect(sent.map(({ to }) => to)).toEqual(["RED"]);
    sendBy(() => {});
    await clock.advance(750);
    expect(sent.map(({ to }) => to)).toEqual(["RED", "RED", "YELLOW", "OK"]);
  });

  test("is told with the next one that arrives, once", async () => {
    const { clock, sent, sendBy, become } = createScene();
    sendBy(() => ({ status: 404 }));
    await become("RED");
    await become("YELLOW");
    sendBy(() => {});
    await become("RED");
    await become("OK");
    await clock.advance(0);
    expect(sent.map(({ missed }) => missed)).toEqual([undefined, 1, 2, undefined]);
    expect(sent[1]?.text).toMatch(/ \[lost before this one: 1 notification\]$/);
    expect(sent[2]?.text).toMatch(/ \[lost before this one: 2 notifications\]$/);
  });

  test.each<[how: string, send: () => unknown]>([
    ["throws", fail],
    ["rejects with undefined", () => Promise.reject(undefined)],
    ["resolves with a response of 500", () => Promise.resolve(new Response("oh", { status: 500 }))],
    ["resolves with a response of 429", () => Promise.resolve({ status: 429 })],
  ])("is one whose send %s", async (_, send) => {
    const { clock, sent, sendBy, become } = createScene();
    sendBy(send);
    await become("RED");
    sendBy(() => {});
    await clock.advance(750);
    expect(sent).toHaveLength(2);
  });

  test.each<[how: string, send: () => unknown]>([
    ["resolves with a response of 204", () => Promise.resolve(new Response(null, { status: 204 }))],
    [
      "resolves with a response whose body was read",
      () => new Response("ok").text().then(() => new Response("ok")),
    ],
    ["returns a state", () => ({ status: "sent" })],
    ["returns a number that is no code", () => ({ status: 1 })],
    ["returns null", () => null],
  ])("is not one whose send %s", async (_, send) => {
    const { clock, sent, sendBy, become } = createScene();
    sendBy(send);
    await become("RED");
    await clock.advance(60_000);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ["false", () => false, "send returned false"],
    [
      "{ ok: false }, as Slack answers with a 200",
      async () => ({ ok: false, error: "x" }),
      "send returned ok: false",
    ],
    ["{ success: false }", () => ({ success: false }), "send returned success: false"],
  ])("is one whose send returns %s", async (_, send, why) => {
    const { clock, sent, lines, sendBy, become } = createScene();
    sendBy(send);
    await become("RED");
    await clock.advance(750);
    expect(sent).toHaveLength(2);
    expect(lines).toEqual([`warn: SVC040 notifications to send: one failed and will be retried: ${why}`]);
  });

  test("is one whose send never settles and looks at no signal", async () => {
    const { clock, sent, lines, sendBy, become } = createScene({ timeoutMs: 1_000 });
    sendBy(() => new Promise(() => {}));
    await become("RED");
    await clock.advance(1_000);
    sendBy(() => {});
    await clock.advance(750);
    expect(sent).toHaveLength(2);
    expect(lines).toEqual([
      "warn: SVC040 notifications to send: one failed and will be retried: timed out after 1000 ms",
      "info: SVC042 notifications to send: are delivered again",
    ]);
  });

  test("is told to the logger again where it fails in another way", async () => {
    const { clock, lines, sendBy, become } = createScene();
    sendBy(fail);
    await become("RED");
    await clock.advance(750);
    sendBy(() => ({ status: 500 }));
    await clock.advance(1_500);
    expect(lines.map((line) => line.replace(/.*: /, ""))).toEqual(["no network", "answered 500"]);
  });

  test("disturbs nobody where the logger throws or is missing", async () => {
    const { clock, registry, sent, sendBy, become } = createScene();
    registry.logger = { info: fail, warn: fail, error: fail };
    sendBy(fail);
    await become("RED");
    registry.logger = undefined;
    await clock.advance(750);
    sendBy(() => {});
    await clock.advance(1_500);
    expect(sent).toHaveLength(3);
  });
});

describe("the queue", () => {
  test("drops the oldest when it is full, says so once, and tells the receiver how many", async () => {
    const { clock, sent, lines, sendBy, become } = createScene();
    sendBy(() => new Promise(() => {}));
    const states = ["RED", "YELLOW"] as const;
    const count = 1 + MAX_WAITING + 3;
    for (let index = 0; index < count; index += 1)
      await become(states[index % 2] ?? "OK", { detail: `${index}` });
    expect(lines).toEqual(["warn: SVC038 notifications to send: 100 are waiting, the oldest are dropped"]);
    sendBy(() => {});
    await clock.advance(5_750);
    const arrived = sent.slice(1);
    expect(arrived.map(({ detail }) => Number(detail))).toEqual([
      0,
      ...Array.from({ length: MAX_WAITING }, (_, index) => index + 4),
    ]);
    expect(arrived.map(({ missed }) => missed).filter((missed) => missed !== undefined)).toEqual([3]);
    expect(arrived[1]).toMatchObject({ missed: 3 });
  });

  test("delays no listener: a notification is sent after all of them were told", async () => {
    const { registry, handler, sendBy } = createScene();
    const order: string[] = [];
    sendBy(() => void order.push("sent"));
    registry.on("change", () => void order.push("told"));
    handler.report("RED");
    await registry.getReport();
    await Promise.resolve();
    expect(order).toEqual(["told", "sent"]);
  });
});

describe("a reminder", () => {
  test("comes again and again while the state stays bad, with what the handler says then", async () => {
    const { clock, handler, sent, become } = createScene({ repeatMs: 600_000 });
    await become("RED", { detail: "down" });
    handler.report("RED", { detail: "still down" });
    await clock.advance(1_200_000);
    expect(sent.slice(1)).toEqual([
      {
        text: "still RED Queue: still down (for 10 min) on web:1",
        instance: "web:1",
        event: "reminder",
        name: "Queue",
        from: "RED",
        to: "RED",
        reason: "reported",
        detail: "still down",
        at: "2026-01-01T00:10:00.000Z",
        heldMs: 600_000,
      },
      expect.objectContaining({
        text: "still RED Queue: still down (for 20 min) on web:1",
        heldMs: 1_200_000,
      }),
    ]);
  });

  test("never comes by default", async () => {
    const { clock, sent, become } = createScene();
    await become("RED");
    await clock.advance(86_400_000);
    expect(sent).toHaveLength(1);
  });

  test("never comes once it is OK, also where nobody had asked: then the recovery is told", async () => {
    const { clock, handler, sent, become } = createScene({ repeatMs: 600_000 });
    await become("RED");
    handler.report("OK");
    await clock.advance(1_800_000);
    expect(sent.map(({ event, to }) => `${event} ${to}`)).toEqual(["change RED", "change OK"]);
  });

  test("never comes for a state better than minState", async () => {
    const { clock, sent, become } = createScene({ repeatMs: 600_000, minState: "RED" });
    await become("YELLOW");
    await clock.advance(1_800_000);
    expect(sent).toEqual([]);
  });

  test("comes its time after the last change", async () => {
    const { clock, sent, become } = createScene({ repeatMs: 600_000 });
    await become("RED");
    await clock.advance(590_000);
    await become("YELLOW");
    await clock.advance(590_000);
    expect(sent.map(({ event }) => event)).toEqual(["change", "change"]);
    await clock.advance(10_000);
    expect(sent.at(-1)).toMatchObject({ event: "reminder", to: "YELLOW" });
  });

  test("never comes for a handler that was removed", async () => {
    const { clock, registry, sent, become } = createScene({ repeatMs: 600_000 });
    await become("RED");
    registry.removeStatusHandler("Queue");
    await clock.advance(1_800_000);
    expect(sent).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("never comes beside a change that is found when the handler is asked for it", async () => {
    const { clock, handler, sent, become } = createScene({ repeatMs: 600_000 });
    await become("RED");
    handler.report("YELLOW");
    await clock.advance(600_000);
    expect(sent.map(({ event, to }) => `${event} ${to}`)).toEqual(["change RED", "change YELLOW"]);
    await clock.advance(600_000);
    expect(sent.at(-1)).toMatchObject({ event: "reminder", to: "YELLOW" });
  });

  test("never comes from a registry that is closed", async () => {
    const { clock, registry, sent, become } = createScene({ repeatMs: 600_000 });
    await become("RED");
    registry.close();
    await clock.advance(1_800_000);
    expect(sent).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test("drives no change out: it is left out while anything waits", async () => {
    const { clock, sent, sendBy, become } = createScene({ repeatMs: 60_000 });
    sendBy(fail);
    await become("RED");
    await clock.advance(120_000);
    expect(new Set(sent.map(({ event }) => event))).toEqual(new Set(["change"]));
    const tried = sent.length;
    sendBy(() => {});
    await clock.advance(120_000);
    expect(sent.slice(tried).map(({ event }) => event)).toEqual(["change", "reminder", "reminder"]);
  });

  test("is not sent when the state changes while the handler is asked for it", async () => {
    const { clock, registry, handler, sent, become } = createScene({ repeatMs: 60_000 });
    await become("RED");
    handler.hang();
    await clock.advance(60_000);
    registry.addStatusHandler("Queue", () => ({ state: "OK" }));
    await registry.getReport();
    handler.release();
    await clock.advance(0);
    expect(sent.map(({ event, to }) => `${event} ${to}`)).toEqual(["change RED", "change OK"]);
  });
});

describe("close", () => {
  test("ends everything: no timer is left, and nothing is sent any more", async () => {
    const { clock, notifier, sent, lines, sendBy, become } = createScene({ repeatMs: 60_000 });
    sendBy(fail);
    for (const state of ["RED", "YELLOW"] as const) await become(state);
    notifier.close();
    notifier.close();
    await become("OK");
    expect(clock.pendingTimers).toBe(0);
    expect(sent).toHaveLength(1);
    expect(lines.slice(1)).toEqual(["warn: SVC039 notifications to send: 2 were not sent: closed"]);
  });

  test("aborts what is on its way", async () => {
    const { notifier, sendBy, become } = createScene();
    let signal: AbortSignal | undefined;
    sendBy((given) => {
      signal = given;
      return new Promise(() => {});
    });
    await become("RED");
    expect(signal?.aborted).toBe(false);
    notifier.close();
    expect(signal?.aborted).toBe(true);
  });

  test("leaves no listener behind, also where it has reminders", async () => {
    const registry = createStatusRegistry();
    const iterator = registry.changes()[Symbol.asyncIterator]();
    let isEnded = false;
    const end = (): ReturnType<NonNullable<typeof iterator.return>> => {
      isEnded = true;
      return Promise.resolve({ done: true, value: undefined });
    };
    const watched = { next: () => iterator.next(), return: end };
    const given: StatusRegistry = Object.assign(Object.create(registry), {
      changes: () => ({ [Symbol.asyncIterator]: () => watched }),
    });
    notify(given, { send() {}, repeatMs: 60_000 }).close();
    expect(isEnded).toBe(true);
  });

  test("says nothing where nothing was waiting", async () => {
    const { notifier, lines, become } = createScene();
    await become("RED");
    notifier.close();
    expect(lines).toEqual([]);
  });

  test("is what `using` calls", async () => {
    const { notifier, sent, become } = createScene();
    notifier[Symbol.dispose]();
    await become("RED");
    expect(sent).toEqual([]);
  });
});

test("no timer keeps the process alive", async () => {
  const { clock, sendBy, become } = createScene({ repeatMs: 60_000 });
  sendBy(fail);
  await become("RED");
  await clock.advance(60_000);
  expect(clock.started.length).toBeGreaterThan(4);
  expect(clock.started.filter(({ background }) => !background)).toEqual([]);
});

describe("notify", () => {
  const registry = createStatusRegistry();
  const send = (): void => {};

  test.each<[options: unknown, message: string]>([
    [undefined, "options: expected an object, got undefined"],
    [{}, "options: expected url or send, got neither"],
    [{ url: undefined }, "options: expected url or send, got neither"],
    [{ url: "https://example.org", send }, "options: expected url or send, got both"],
    [{ send: "x" }, 'send: expected a function, got "x"'],
    [{ send, minState: "OK" }, 'minState: expected "YELLOW" or "RED", got "OK"'],
    [{ send, repeatMs: 60 }, "repeatMs: expected a number from 1000 to 2147483647, got 60"],
    [{ send, timeoutMs: 0 }, "timeoutMs: expected a number from 1 to 2147483647, got 0"],
    [{ send, clock: {} }, "clock: expected an object with now(), random(), startTimer(), got an object"],
    [
      { send, retries: 3 },
      'options: unknown option "retries", expected one of url, send, minState, repeatMs, timeoutMs, instance, clock',
    ],
  ])("refuses %o", (options, message) => {
    expect(() => notify(registry, options as never)).toThrow(new TypeError(message));
  });

  test("refuses what is no registry", () => {
    expect(() => notify({} as never, { send })).toThrow(
      new TypeError("registry: expected an object with on(), changes(), getReport(), got an object"),
    );
  });
});
