import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createJournal, type Journal } from "../../src/recorder/journal.ts";
import type { Line } from "../../src/recorder/lines.ts";
import { MAX_PENDING_BYTES, MAX_UNMADE_LINES } from "../../src/recorder/pending-lines.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createTrouble } from "../../src/util/trouble.ts";

type Write = (bytes: Buffer) => Promise<number>;

/** A disk whose writes the test decides. */
function createScene() {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-journal-"));
  const path = join(folder, "segment");
  writeFileSync(path, "");
  const clock = createFakeClock();
  const written: string[] = [];
  const lines: string[] = [];
  const lost: number[] = [];
  let write: Write = async (bytes) => bytes.length;
  let opened = 0;
  const add = (line: unknown): void => void lines.push(String(line));
  const trouble = createTrouble({
    event: "recorder-failed",
    what: "failed",
    recovery: "works",
    getLogger: () => ({ info: add, warn: add, error: add }),
    clock,
  });
  const handle = {
    async write(bytes: Buffer, offset: number) {
      const rest = bytes.subarray(offset);
      const bytesWritten = await write(rest);
      written.push(rest.toString("utf8", 0, bytesWritten));
      return { bytesWritten };
    },
    stat: () => stat(path),
    async close() {},
  };
  const journal: Journal = createJournal({
    clock,
    flushMs: 20,
    isSynced: false,
    trouble,
    async openSegment() {
      opened += 1;
      const segment = { path, chain: "aa", number: opened };
      return { segment, handle: handle as unknown as FileHandle, size: 0, maxSize: 1_000_000, isTorn: false };
    },
    onWritten: () => {},
    onLost: (count) => lost.push(count),
  });
  return {
    clock,
    journal,
    written,
    lines,
    lost,
    remove: () => rmSync(folder, { recursive: true }),
    writeBy(by: Write) {
      write = by;
    },
  };
}

const LINE: Line = { k: "state", t: 1, name: "Database", to: "OK" };
const TEXT = `${JSON.stringify(LINE)}\n`;

let scene: ReturnType<typeof createScene>;

beforeEach(() => {
  scene = createScene();
});

afterEach(() => {
  scene.remove();
});

function fail(code: string): Write {
  return () => Promise.reject(Object.assign(new Error(`${code}: no room`), { code }));
}

test("writes what comes within flushMs at once", async () => {
  const { journal, clock, written } = scene;
  journal.push(LINE);
  journal.push(LINE);
  expect(written).toEqual([]);
  await clock.advance(20);
  await expect.poll(() => written).toEqual([TEXT + TEXT]);
});

test("has one write in flight, and writes the rest after it", async () => {
  const { journal, written, writeBy } = scene;
  let inFlight = 0;
  let most = 0;
  writeBy(async (bytes) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await Promise.resolve();
    inFlight -= 1;
    return bytes.length;
  });
  journal.push(LINE);
  const first = journal.flush();
  journal.push(LINE);
  await Promise.all([first, journal.flush()]);
  expect(most).toBe(1);
  expect(written.join("")).toBe(TEXT + TEXT);
});

describe("while lines come with each write", () => {
  const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  /** The first attempts fail. */
  function startChurn(failures = 0) {
    let calls = 0;
    scene.writeBy(async (bytes) => {
      calls += 1;
      scene.journal.push(LINE);
      await nextTurn();
      return calls <= failures ? fail("EROFS")(bytes) : bytes.length;
    });
    scene.journal.push(LINE);
  }

  test("flush() ends when those before it are written, also if a write is in flight", async () => {
    const { journal, written } = scene;
    startChurn();
    const first = journal.flush();
    await expect.poll(() => written.length).toBe(1);
    journal.push({ t: 2 });
    await Promise.all([first, journal.flush()]);
    expect(written.slice(0, 2)).toEqual([TEXT, `${TEXT}{"t":2}\n`]);
    expect(written.length).toBeLessThan(5);
  });

  test("the others are written within flushMs", async () => {
    const { journal, clock, written } = scene;
    startChurn();
    await journal.flush();
    expect(written).toEqual([TEXT]);
    await clock.advance(20);
    await expect.poll(() => written).toEqual([TEXT, TEXT]);
  });

  test("the end of a failure is logged, which is retried no sooner", async () => {
    const { journal, clock, lines, written } = scene;
    startChurn(1);
    await journal.flush();
    expect(lines).toEqual(["SVC043 failed: EROFS: no room"]);
    await clock.advance(999);
    expect(written).toEqual([]);
    await clock.advance(1);
    await expect.poll(() => lines.at(-1)).toBe("SVC043 works");
  });
});

test("goes on with the rest of a batch that the disk took in part", async () => {
  const { journal, written, writeBy } = scene;
  writeBy(async (bytes) => Math.min(7, bytes.length));
  journal.push(LINE);
  await journal.flush();
  expect(written.join("")).toBe(TEXT);
});

test("repeats a torn line after a full disk, and logs one line for it and one for its end", async () => {
  const { journal, clock, written, writeBy, lines } = scene;
  let calls = 0;
  writeBy(async (bytes) => {
    calls += 1;
    if (calls === 1) return TEXT.length + 5;
    if (calls <= 4) return fail("ENOSPC")(bytes);
    return bytes.length;
  });
  journal.push(LINE);
  journal.push(LINE);
  await journal.flush();
  for (const delayMs of [1_000, 2_000, 4_000]) {
    await clock.advance(delayMs);
    await journal.flush();
  }
  expect(written.join("")).toBe(`${TEXT}${TEXT.slice(0, 5)}\n\n${TEXT}`);
  expect(lines).toEqual(["SVC043 failed: ENOSPC: no room", "SVC043 works"]);
});

test("keeps at most MAX_PENDING_BYTES while the disk hangs, counts the rest, and says that it is slow", async () => {
  const { journal, clock, writeBy, lost, lines, written } = scene;
  let release: (() => void) | undefined;
  writeBy((bytes) => new Promise((resolve) => (release = () => resolve(bytes.length))));
  journal.push(LINE);
  const flushing = journal.flush();
  await expect.poll(() => release).toBeDefined();
  const fitting = Math.floor(MAX_PENDING_BYTES / TEXT.length);
  for (let index = 0; index < fitting + 3; index += 1) journal.push(LINE);
  await clock.advance(5_001);
  journal.push(LINE);
  expect(lines).toEqual(["SVC043 failed: a write takes longer than 5 s"]);
  writeBy(async (bytes) => bytes.length);
  release?.();
  await flushing;
  await journal.flush();
  expect(lost).toEqual([4]);
  expect(written.join("").length).toBe((fitting + 1) * TEXT.length);
  expect(lines.at(-1)).toBe("SVC043 works");
});

test("waits longer after each failure, at most 30 s, and never throws", async () => {
  const { journal, clock, writeBy } = scene;
  let calls = 0;
  writeBy((bytes) => {
    calls += 1;
    return fail("EIO")(bytes);
  });
  journal.push(LINE);
  await journal.flush();
  const seen: number[] = [];
  for (let minute = 0; minute < 4; minute += 1) {
    const before = calls;
    for (let second = 0; second < 60; second += 1) {
      await clock.advance(1_000);
      // After a failure there is always a timer for the next attempt.
      await expect.poll(() => clock.pendingTimers, { interval: 1 }).toBe(1);
    }
    seen.push(calls - before);
  }
  expect(seen[0]).toBeLessThanOrEqual(6);
  expect(seen.at(-1)).toBe(2);
});

test("close() writes what is left, and later lines are ignored", async () => {
  const { journal, written } = scene;
  journal.push(LINE);
  await journal.close();
  journal.push(LINE);
  await journal.flush();
  expect(written.join("")).toBe(TEXT);
});

describe("a line that is made later", () => {
  test("is made when it is written, not when it is pushed", async () => {
    const toLine = vi.fn(() => LINE);
    scene.journal.pushLater(toLine);
    expect(toLine).not.toHaveBeenCalled();
    await scene.clock.advance(20);
    await expect.poll(() => scene.written).toEqual([TEXT]);
  });

  test("is made within flushMs even if the disk hangs, and at once if many wait", async () => {
    scene.writeBy(() => new Promise(() => {}));
    scene.journal.push(LINE);
    await scene.clock.advance(20);
    const toLine = vi.fn(() => LINE);
    scene.journal.pushLater(toLine);
    await scene.clock.advance(20);
    expect(toLine).toHaveBeenCalledTimes(1);
    for (let count = 0; count < MAX_UNMADE_LINES; count += 1) scene.journal.pushLater(toLine);
    expect(toLine).toHaveBeenCalledTimes(1 + MAX_UNMADE_LINES);
  });

  test("keeps its place", async () => {
    scene.journal.pushLater(() => LINE);
    scene.journal.push({ t: 2 });
    await scene.journal.flush();
    expect(scene.written.join("")).toBe(`${TEXT}{"t":2}\n`);
  });
});
