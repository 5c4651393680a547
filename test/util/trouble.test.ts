import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import type { LogEvent } from "../../src/util/log-events.ts";
import {
  createTrouble,
  MAX_TROUBLE_LINES_PER_MINUTE,
  TROUBLE_FORGOTTEN_AFTER_MS,
} from "../../src/util/trouble.ts";
import { createRecordingLogger } from "../support/registry.ts";

function createScene() {
  const clock = createFakeClock();
  const logger = createRecordingLogger();
  const trouble = createTrouble({
    event: "status-request",
    what: "asking failed",
    recovery: "asking works again",
    getLogger: () => logger,
    clock,
  });
  const fail = (message: string) => trouble.failed(new Error(message));
  return { clock, trouble, fail, lines: logger.lines };
}

describe("trouble", () => {
  test("that comes each time is logged once", () => {
    const { fail, lines } = createScene();
    for (let count = 0; count < 1_000; count += 1) fail("no idea");
    expect(lines).toEqual(["error: SVC007 asking failed: no idea"]);
  });

  test("is logged again when its message is another one", () => {
    const { fail, lines } = createScene();
    for (const message of ["no idea", "no idea", "no memory", "no memory"]) fail(message);
    expect(lines).toEqual(["error: SVC007 asking failed: no idea", "error: SVC007 asking failed: no memory"]);
  });

  test("is logged when it ends, and when it begins again", () => {
    const { trouble, fail, lines } = createScene();
    trouble.worked();
    fail("no idea");
    trouble.worked();
    trouble.worked();
    fail("no idea");
    expect(lines).toEqual([
      "error: SVC007 asking failed: no idea",
      "info: SVC007 asking works again",
      "error: SVC007 asking failed: no idea",
    ]);
  });

  test.each([
    [TROUBLE_FORGOTTEN_AFTER_MS - 1, 1],
    [TROUBLE_FORGOTTEN_AFTER_MS, 2],
  ])("that comes back after %i ms is in %i lines", async (pauseMs, count) => {
    const { clock, fail, lines } = createScene();
    fail("no idea");
    await clock.advance(pauseMs);
    fail("no idea");
    expect(lines).toHaveLength(count);
  });

  test("that goes on is not logged again, however long it does", async () => {
    const { clock, fail, lines } = createScene();
    for (let count = 0; count < 100; count += 1) {
      fail("no idea");
      await clock.advance(TROUBLE_FORGOTTEN_AFTER_MS / 2);
    }
    expect(lines).toHaveLength(1);
  });

  test.each([
    [
      "with another message each time",
      (fail: (message: string) => void, index: number) => fail(`no ${index}`),
    ],
    [
      "every other time",
      (fail: (message: string) => void, index: number, worked: () => void) =>
        index % 2 === 0 ? fail("no idea") : worked(),
    ],
  ])("that comes %s is bounded by lines in a minute", async (_, happen) => {
    const { clock, trouble, fail, lines } = createScene();
    for (let index = 0; index < 10_000; index += 1) happen(fail, index, trouble.worked);
    expect(lines).toHaveLength(MAX_TROUBLE_LINES_PER_MINUTE);
    await clock.advance(60_000);
    fail("no end");
    expect(lines).toHaveLength(MAX_TROUBLE_LINES_PER_MINUTE + 1);
    expect(lines.at(-1)).toMatch(
      /^error: SVC007 asking failed: no end \(lines not logged before this one: \d+\)$/,
    );
  });

  test("that could not be logged is logged when there is room again", async () => {
    const { clock, fail, lines } = createScene();
    for (let index = 0; index < MAX_TROUBLE_LINES_PER_MINUTE; index += 1) fail(`no ${index}`);
    fail("no idea");
    await clock.advance(60_000);
    fail("no idea");
    expect(lines.at(-1)).toBe("error: SVC007 asking failed: no idea (lines not logged before this one: 1)");
  });

  test("is watched: what works is given, and what throws or rejects is undefined", async () => {
    const { trouble, lines } = createScene();
    expect(await trouble.watch(() => false)).toBe(false);
    expect(await trouble.watch(() => Promise.reject(new Error("no idea")))).toBeUndefined();
    const throwNow = (): never => {
      throw new Error("no memory");
    };
    expect(await trouble.watch(throwNow)).toBeUndefined();
    expect(await trouble.watch(async () => 5)).toBe(5);
    expect(lines).toEqual([
      "error: SVC007 asking failed: no idea",
      "error: SVC007 asking failed: no memory",
      "info: SVC007 asking works again",
    ]);
  });
});

describe("trouble without a logger", () => {
  const emitWarning = vi.fn();

  beforeEach(() => {
    vi.resetModules();
    emitWarning.mockReset();
    vi.stubGlobal("process", { emitWarning });
  });
  afterEach(() => void vi.unstubAllGlobals());

  /** A fresh copy, as in a process in which nothing has happened yet. */
  async function load() {
    const { createTrouble: create } = await import("../../src/util/trouble.ts");
    const { warnOnce, MAX_WARNED_KINDS } = await import("../../src/util/warn-once.ts");
    const fail = (event: LogEvent, message: string) =>
      create({ event, what: `${event} failed`, getLogger: () => undefined }).failed(new Error(message));
    return { fail, warnOnce, MAX_WARNED_KINDS };
  }

  test("is a process warning the first time for each kind, whatever the instance and the message", async () => {
    const { fail } = await load();
    fail("status-request", "no idea");
    fail("status-request", "no memory");
    fail("page-updates", "no\u001b idea");
    expect(emitWarning.mock.calls).toEqual([
      ["status-request failed: no idea", expect.objectContaining({ type: "SvcStatusWarning" })],
      ["page-updates failed: no  idea", expect.objectContaining({ type: "SvcStatusWarning" })],
    ]);
  });

  test("is bounded by a number of kinds", async () => {
    const { warnOnce, MAX_WARNED_KINDS } = await load();
    for (let index = 0; index <= MAX_WARNED_KINDS; index += 1) warnOnce(`kind ${index}`, "trouble");
    expect(emitWarning).toHaveBeenCalledTimes(MAX_WARNED_KINDS);
  });

  test.each([
    ["is missing", undefined],
    ["has no warnings", {}],
    [
      "refuses warnings",
      {
        emitWarning() {
          throw new Error("no");
        },
      },
    ],
  ])("disturbs nobody where the process %s", async (_, process) => {
    vi.stubGlobal("process", process);
    const { fail } = await load();
    expect(() => fail("status-request", "no idea")).not.toThrow();
  });
});
