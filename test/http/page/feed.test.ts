import { describe, expect, onTestFinished, test } from "vitest";
import { createProbe } from "../../../src/core/probe.ts";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import type { Report } from "../../../src/core/report.ts";
import { getProbeSeams } from "../../../src/core/seams.ts";
import { StateHandler } from "../../../src/core/state-handler.ts";
import type { Status } from "../../../src/core/status.ts";
import { createPageEvents } from "../../../src/http/page/events.ts";
import {
  PAGE_HEARTBEAT_MS,
  PAGE_READ_EVERY_MS,
  PAGE_RETURN_MS,
  PAGE_SETTLE_MS,
} from "../../../src/http/page/feed.ts";
import { PAGE_BYTES_PER_S, PAGE_MAX_GAP_MS, PAGE_MIN_GAP_MS } from "../../../src/http/page/pace.ts";
import { MAX_KNOWN_PICTURES } from "../../../src/http/page/pictures.ts";
import {
  MAX_PAGE_PIECE_BYTES,
  PAGE_STREAM_GRACE_MS,
  PAGE_STREAM_LIFETIME_MS,
} from "../../../src/http/page/reader.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";
import { createPageSetup, FULL_VIEW } from "../../support/page-scene.ts";
import { readText } from "../../support/read-text.ts";
import { createRecordingLogger } from "../../support/registry.ts";

/** A page's news, whose time the test moves. `Job` is set by the test; `Asked` counts how often it is asked. */
function createSubject() {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const registry = createStatusRegistry({ clock, logger });
  const probe = createProbe();
  const job = new StateHandler();
  job.setState("OK");
  let asked = 0;
  registry.addStatusHandler("Job", job);
  registry.addStatusHandler("Asked", () => {
    asked += 1;
    return { state: "OK" };
  });
  const answer = createPageEvents({ ...createPageSetup(registry, { probe }), clock });

  async function open(view = FULL_VIEW, seen?: string) {
    const ask = () => registry.getReport(view.names.length === 0 ? {} : { names: view.names });
    const answered = await answer(view, ask, { seen });
    const cuts: string[] = [];
    const stream = answered.stream?.(() => void cuts.push("cut")) ?? expect.unreachable("no stream");
    onTestFinished(stream.cancel);
    return { stream, cuts };
  }

  /** Reads whatever comes, as a browser does. */
  async function read(view = FULL_VIEW, seen?: string) {
    const { stream, cuts } = await open(view, seen);
    const pieces: string[] = [];
    let isOver = false;
    void (async () => {
      for (let text = await readText(stream); text !== undefined; text = await readText(stream))
        pieces.push(text);
      isOver = true;
    })();
    await clock.advance(0);
    return {
      stream,
      cuts,
      pieces,
      get pictures() {
        const events = pieces.join("").split("\n\n").slice(0, -1);
        return events.filter((event) => event.startsWith("event: picture")).map(toNews);
      },
      /** The id of the last picture. */
      get seen() {
        return [...pieces.join("").matchAll(/^id: (.*)$/gm)].at(-1)?.[1];
      },
      get isOver() {
        return isOver;
      },
    };
  }

  return { clock, logger, registry, probe, job, answer, open, read, asked: () => asked };
}

interface News {
  readonly order?: readonly string[];
  readonly moves?: readonly (readonly [key: string, after: string | false])[];
  readonly gone?: readonly string[];
  readonly parts: readonly (readonly [key: string, html: string])[];
}

function toNews(piece: string): News {
  return JSON.parse(/^event: picture\ndata: (.*)$/m.exec(piece)?.[1] ?? "") as News;
}

const keysOf = ({ parts }: News): readonly string[] => parts.map(([key]) => key);

describe("a reader", () => {
  test("gets the whole page first, and then only what has changed", async () => {
    const { clock, job, read } = createSubject();
    const reader = await read();
    expect(reader.pictures.map(keysOf)).toEqual([["head", "handler:Asked", "handler:Job"]]);
    expect(reader.pictures[0]?.order).toEqual(["handler:Asked", "handler:Job"]);
    await clock.advance(1);
    job.setState("RED", { detail: "stopped" });
    await clock.advance(PAGE_READ_EVERY_MS);
    const change = reader.pictures[1];
    expect(change && keysOf(change)).toEqual(["head", "handler:Job"]);
    expect(change?.moves).toEqual([["handler:Job", false]]);
  });

  test("is not sent what it has already, and hears each second that somebody is there", async () => {
    const { clock, read } = createSubject();
    const reader = await read();
    await clock.advance(10 * PAGE_HEARTBEAT_MS);
    expect(reader.pictures).toHaveLength(1);
    expect(reader.pieces.slice(1)).toHaveLength(1 + 10);
    const { at, now } = JSON.parse(/^event: read\ndata: (.*)$/m.exec(reader.pieces.at(-1) ?? "")?.[1] ?? "");
    expect(now - Date.parse(at)).toBeLessThanOrEqual(PAGE_READ_EVERY_MS);
  });

  test("hears of the probe at once", async () => {
    const { clock, probe, read } = createSubject();
    const reader = await read();
    probe.decommission("moving");
    await clock.advance(0);
    expect(reader.pictures.slice(1).map(keysOf)).toEqual([["head"]]);
    expect(JSON.stringify(reader.pictures[1])).toContain("moving");
  });

  test("is told behind each picture when that was read, though there may be a newer one", async () => {
    const { clock, probe, open } = createSubject();
    const { stream } = await open();
    const readAt = clock.now();
    await readText(stream);
    await clock.advance(PAGE_READ_EVERY_MS);
    probe.decommission();
    await clock.advance(PAGE_READ_EVERY_MS);
    const dated = (await readText(stream)) ?? "";
    expect(dated).toContain(JSON.stringify({ at: new Date(readAt), now: clock.now() }));
    expect(await readText(stream)).toMatch(/^event: picture\n/);
  });

  test.each([
    ["a few pictures behind gets what has changed since", MAX_KNOWN_PICTURES - 1, ["head"]],
    ["further behind gets the whole page", MAX_KNOWN_PICTURES, ["head", "handler:Asked", "handler:Job"]],
  ])("who is %s, and none of those between", async (_, behind, keys) => {
    const { clock, probe, open } = createSubject();
    const { stream } = await open();
    await readText(stream);
    for (let step = 1; step <= behind; step += 1) {
      probe.decommission(`step ${step}`);
      await clock.advance(PAGE_READ_EVERY_MS);
    }
    expect(await readText(stream)).toMatch(/^event: read\n/);
    const piece = (await readText(stream)) ?? "";
    expect(keysOf(toNews(piece))).toEqual(keys);
    expect(piece).toContain(`step ${behind}`);
    expect(piece).not.toContain(`step ${behind - 1}`);
  });

  test(`gets a picture in pieces of at most ${MAX_PAGE_PIECE_BYTES} bytes`, async () => {
    const { registry, open } = createSubject();
    registry.addStatusHandler("Long", () => ({
      state: "OK",
      text: "é".repeat(20_000),
      more: "é".repeat(20_000),
    }));
    const { stream } = await open();
    const pieces: Uint8Array[] = [];
    while (!Buffer.concat(pieces).includes("\n\n"))
      pieces.push((await stream.next()) ?? expect.unreachable());
    expect(pieces.map(({ byteLength }) => byteLength)).toEqual([MAX_PAGE_PIECE_BYTES, expect.any(Number)]);
    expect(keysOf(toNews(Buffer.concat(pieces).toString()))).toContain("handler:Long");
  });

  test("is let go after a while, with a word that it may come again", async () => {
    const { clock, read } = createSubject();
    const reader = await read();
    await clock.advance(PAGE_STREAM_LIFETIME_MS - 1);
    expect(reader.isOver).toBe(false);
    await clock.advance(PAGE_HEARTBEAT_MS);
    expect(reader.isOver).toBe(true);
    expect(reader.pieces.at(-1)).toBe("event: again\ndata:\n\n");
  });

  test("who is in the middle of a picture then reads it to its end first", async () => {
    const { clock, open } = createSubject();
    const { stream, cuts } = await open();
    await readText(stream);
    await clock.advance(PAGE_STREAM_LIFETIME_MS + PAGE_STREAM_GRACE_MS - 1);
    expect(await readText(stream)).toBe("event: again\ndata:\n\n");
    expect(await stream.next()).toBeUndefined();
    await clock.advance(PAGE_RETURN_MS);
    expect({ timers: clock.pendingTimers, cuts }).toEqual({ timers: 0, cuts: [] });
  });

  describe("whose stream has ended", () => {
    test("returns, and gets only what has changed since", async () => {
      const { clock, job, read } = createSubject();
      const first = await read();
      await clock.advance(PAGE_STREAM_LIFETIME_MS);
      expect({ isOver: first.isOver, timers: clock.pendingTimers }).toEqual({ isOver: true, timers: 1 });
      job.setState("RED");
      await clock.advance(PAGE_RETURN_MS - 1);
      const second = await read(FULL_VIEW, first.seen);
      expect(second.pieces[0]).toMatch(/^event: read\n/);
      await clock.advance(PAGE_MIN_GAP_MS);
      expect(second.pictures.map(keysOf)).toEqual([["head", "handler:Job"]]);
      job.setState("YELLOW");
      await clock.advance(PAGE_READ_EVERY_MS);
      expect(second.pictures.map(keysOf).at(-1)).toEqual(["head", "handler:Job"]);
    });

    test("gets the whole page if it returns late, or with an unknown id", async () => {
      const { clock, read } = createSubject();
      const first = await read();
      await clock.advance(PAGE_STREAM_LIFETIME_MS);
      const unknown = await read(FULL_VIEW, "unknown.1");
      expect(unknown.pictures.map(keysOf)).toEqual([["head", "handler:Asked", "handler:Job"]]);
      unknown.stream.cancel();
      await clock.advance(0);
      expect(clock.pendingTimers).toBe(0);
      const late = await read(FULL_VIEW, first.seen);
      expect(late.pictures.map(keysOf)).toEqual([["head", "handler:Asked", "handler:Job"]]);
    });

    test("leaves nothing behind if it does not return", async () => {
      const { clock, read } = createSubject();
      const first = await read();
      await clock.advance(PAGE_STREAM_LIFETIME_MS);
      await clock.advance(PAGE_RETURN_MS);
      expect({ isOver: first.isOver, timers: clock.pendingTimers }).toEqual({ isOver: true, timers: 0 });
    });

    test("never gets an update of another view of the page", async () => {
      const { clock, read } = createSubject();
      const first = await read();
      await clock.advance(PAGE_STREAM_LIFETIME_MS);
      const other = await read({ ...FULL_VIEW, details: false }, first.seen);
      expect(other.pictures.map(keysOf)).toEqual([["head", "handler:Asked", "handler:Job"]]);
    });
  });

  test("who does not read it is let go soon after, with what was not sent yet", async () => {
    const { clock, open } = createSubject();
    const { stream, cuts } = await open();
    await stream.next();
    await clock.advance(PAGE_STREAM_LIFETIME_MS + PAGE_STREAM_GRACE_MS - 1);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(PAGE_HEARTBEAT_MS);
    expect({ timers: clock.pendingTimers, cuts }).toEqual({ timers: 0, cuts: ["cut"] });
    expect(await stream.next()).toBeUndefined();
  });

  test("is let go when the servers close", async () => {
    const { clock, probe, read } = createSubject();
    const readers = [await read(), await read()];
    getProbeSeams(probe).closing.emit();
    await clock.advance(0);
    expect(readers.map(({ isOver }) => isOver)).toEqual([true, true]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("a change", () => {
  test("for the worse is shown at once, though another handler is slow to answer", async () => {
    const { clock, registry, read } = createSubject();
    let answer = (): void => {};
    const checked = { state: "OK" as const, at: 0 };
    registry.addStatusHandler("Slow", async () => {
      if (checked.at > 0) await new Promise<void>((resolve) => (answer = resolve));
      return { state: "OK" };
    });
    const pushed = { state: "OK" as "OK" | "RED" };
    registry.addStatusHandler("Background", () => ({ ...pushed }), { intervalMs: 500 });
    const reader = await read();
    checked.at = 1;
    await clock.advance(PAGE_READ_EVERY_MS);
    pushed.state = "RED";
    await clock.advance(1_000);
    const last = reader.pictures.at(-1);
    expect(last && keysOf(last)).toEqual(["head", "handler:Background"]);
    expect(JSON.stringify(last)).toContain('data-title=\\"RED');
    answer();
    await clock.advance(0);
  });

  test("for the better is shown when the handlers have been asked again, which is soon", async () => {
    const { clock, registry, read } = createSubject();
    const pushed = { state: "RED" as "OK" | "RED" };
    registry.addStatusHandler("Background", () => ({ ...pushed }), { intervalMs: 700 });
    const reader = await read();
    pushed.state = "OK";
    await clock.advance(700 + PAGE_MIN_GAP_MS);
    expect(JSON.stringify(reader.pictures.at(-1))).toContain('data-title=\\"OK');
  });

  test("makes its handler and its dependants run, but no others", async () => {
    const { clock, registry, job, read, asked } = createSubject();
    registry.addStatusHandler("Dependant", () => ({ state: "RED" }), { dependsOn: ["Job"] });
    const reader = await read();
    const before = asked();
    await clock.advance(1);
    job.setState("RED");
    await clock.advance(0);
    const [, change] = reader.pictures;
    expect(change && keysOf(change)).toEqual(["head", "handler:Job"]);
    expect(change?.gone).toEqual(["handler:Dependant"]);
    expect(JSON.stringify(change)).toContain("because Job is RED");
    await clock.advance(1);
    job.setState("OK");
    await clock.advance(PAGE_MIN_GAP_MS);
    expect(reader.pictures[2]?.moves).toEqual([
      ["handler:Dependant", false],
      ["handler:Job", "handler:Asked"],
    ]);
    expect(asked() - before).toBe(0);
  });

  test(`for the worse waits at most ${PAGE_SETTLE_MS} ms for a dependant that is slow to answer`, async () => {
    const { clock, registry, job, read } = createSubject();
    let isSlow = false;
    const slow = () =>
      new Promise<Status>((resolve) => clock.startTimer(3_000, () => resolve({ state: "RED" })));
    registry.addStatusHandler("Slow", () => (isSlow ? slow() : { state: "OK" }), { dependsOn: ["Job"] });
    const reader = await read();
    isSlow = true;
    await clock.advance(1);
    job.setState("RED");
    await clock.advance(PAGE_SETTLE_MS - 1);
    expect(reader.pictures).toHaveLength(1);
    await clock.advance(1);
    expect(reader.pictures.slice(1).map(keysOf)).toEqual([["head", "handler:Job"]]);
    await clock.advance(3_000);
    expect(JSON.stringify(reader.pictures.at(-1))).toContain("because Job is RED");
  });

  test("of a handler that is removed at once makes all the others run", async () => {
    const { clock, registry, logger, job, read } = createSubject();
    const reader = await read();
    await clock.advance(1);
    job.setState("RED");
    registry.removeStatusHandler("Job");
    await clock.advance(PAGE_READ_EVERY_MS);
    expect(reader.pictures.at(-1)?.gone).toEqual(["handler:Job"]);
    expect(reader.isOver).toBe(false);
    expect(logger.lines.filter((line) => line.includes("SVC013"))).toEqual([]);
  });

  test(`and those that follow it within ${PAGE_MIN_GAP_MS} ms are shown together`, async () => {
    const { clock, probe, read } = createSubject();
    const reader = await read();
    await clock.advance(1);
    for (let step = 0; step < 100; step += 1) {
      probe.decommission(`step ${step}`);
      await clock.advance(10);
    }
    expect(reader.pictures.length).toBeGreaterThanOrEqual(5);
    expect(reader.pictures.length).toBeLessThanOrEqual(7);
  });

  test.each([
    ["one reader, as soon as may be", 1, () => PAGE_MIN_GAP_MS],
    [
      "some readers, when that sends no more bytes than may be",
      24,
      (bytes: number) => (24 * bytes * 1_000) / PAGE_BYTES_PER_S,
    ],
    ["many readers, not later than may be", 200, () => PAGE_MAX_GAP_MS],
  ])("that follows a long one is shown to %s", async (_, count, toExpectedMs) => {
    const { clock, registry, probe, read } = createSubject();
    let text = "a";
    for (let index = 0; index < 20; index += 1)
      registry.addStatusHandler(`Long${index}`, () => ({ state: "OK", text: text.repeat(19_000) }));
    const [reader] = await Promise.all(Array.from({ length: count }, () => read()));
    text = "b";
    while ((reader?.pictures.length ?? 0) < 2) await clock.advance(10);
    const shownAt = clock.now();
    const bytes = Buffer.byteLength(JSON.stringify(reader?.pictures[1]));
    probe.decommission();
    while ((reader?.pictures.length ?? 0) < 3) await clock.advance(10);
    expect(Math.abs(clock.now() - shownAt - toExpectedMs(bytes))).toBeLessThanOrEqual(10);
  });

  test("that the question itself brings does not make it ask again and again", async () => {
    const { clock, registry, read, asked } = createSubject();
    let isOk = false;
    registry.addStatusHandler("Flaps", () => {
      isOk = !isOk;
      return { state: isOk ? "OK" : "RED" };
    });
    await read();
    const before = asked();
    await clock.advance(10 * PAGE_READ_EVERY_MS);
    expect(asked() - before).toBe(10);
  });
});

describe("all readers of the same page", () => {
  test("are given the same bytes", async () => {
    const { clock, job, open } = createSubject();
    const [one, other] = [await open(), await open()];
    const first = await one.stream.next();
    expect(await other.stream.next()).toEqual(first);
    expect((await (await open()).stream.next())?.buffer).toBe(first?.buffer);
    await Promise.all([one.stream.next(), other.stream.next()]);
    await clock.advance(1);
    job.setState("RED");
    await clock.advance(PAGE_MIN_GAP_MS);
    expect((await one.stream.next())?.buffer).toBe((await other.stream.next())?.buffer);
  });

  test("may come when the last of the others has just gone: then the handlers are asked", async () => {
    const { clock, registry, open, answer, asked } = createSubject();
    const last = await open();
    const answered = await answer(FULL_VIEW, registry.getReport);
    last.stream.cancel();
    const before = asked();
    const stream = answered.stream?.(() => {}) ?? expect.unreachable("no stream");
    onTestFinished(stream.cancel);
    const first = readText(stream);
    await clock.advance(0);
    expect(await first).toContain('"order":["handler:Asked","handler:Job"]');
    expect(asked() - before).toBe(1);
  });

  test("begin with what is known, which asks no handler again", async () => {
    const { read, asked } = createSubject();
    await read();
    const before = asked();
    const reader = await read();
    expect({ asked: asked() - before, pictures: reader.pictures.length }).toEqual({ asked: 0, pictures: 1 });
  });

  test("share one question, whatever their number", async () => {
    const { clock, read, asked } = createSubject();
    const readers = [];
    for (let count = 0; count < 50; count += 1) readers.push(await read());
    const before = asked();
    await clock.advance(10 * PAGE_READ_EVERY_MS);
    expect(asked() - before).toBe(10);
    expect(clock.pendingTimers).toBe(1);
    for (const { stream } of readers) stream.cancel();
    expect(clock.pendingTimers).toBe(0);
  });

  test("leave nothing behind: no timer, no question, no listener", async () => {
    const { clock, registry, probe, job, read, asked } = createSubject();
    const reader = await read();
    reader.stream.cancel();
    await clock.advance(0);
    const before = asked();
    probe.decommission();
    job.setState("RED");
    await clock.advance(10 * PAGE_READ_EVERY_MS);
    expect({ asked: asked() - before, timers: clock.pendingTimers, isOver: reader.isOver }).toEqual({
      asked: 0,
      timers: 0,
      isOver: true,
    });
    expect(registry.names).toEqual(["Job", "Asked"]);
  });

  test("go on when a picture fails on its way, which is logged", async () => {
    const { clock, registry, probe, job, logger, read } = createSubject();
    const { history } = registry;
    const reader = await read();
    registry.history = () => {
      throw new Error("no history");
    };
    probe.decommission();
    job.setState("RED");
    await clock.advance(PAGE_READ_EVERY_MS);
    expect(logger.lines).toContain("error: SVC013 updating the status pages failed: no history");
    registry.history = history;
    await clock.advance(PAGE_READ_EVERY_MS);
    expect(JSON.stringify(reader.pictures.at(-1))).toContain("Decommissioned");
    reader.stream.cancel();
  });

  test("go on when a report fails, which is logged", async () => {
    const { clock, registry, logger, read } = createSubject();
    const { getReport } = registry;
    const reader = await read();
    registry.getReport = () => Promise.reject(new Error("no report"));
    await clock.advance(PAGE_READ_EVERY_MS);
    expect(logger.lines).toContain("error: SVC013 updating the status pages failed: no report");
    registry.getReport = async () => 5 as unknown as Report;
    await clock.advance(PAGE_READ_EVERY_MS);
    expect(logger.lines.at(-1)).toContain("error: SVC013 updating the status pages failed: Cannot read");
    registry.getReport = getReport;
    registry.removeStatusHandler("Asked");
    await clock.advance(PAGE_READ_EVERY_MS);
    expect(reader.pictures.at(-1)?.gone).toEqual(["handler:Asked"]);
    reader.stream.cancel();
  });
});
