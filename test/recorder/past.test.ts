import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encode, type Line } from "../../src/recorder/lines.ts";
import { createReader } from "../../src/recorder/reader.ts";
import { compactSpells, MAX_TURNS, type Spell } from "../../src/recorder/spells.ts";

const COUNTS = { OK: 0, YELLOW: 0, RED: 0 };
const MINUTE_MS = 60_000;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "svc-status-past-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

function writer(id: string) {
  return { id, pid: 1, host: "elsewhere", instance: `orders-${id}` };
}

/** Writes a segment. Times are in minutes. */
function write(chain: string, number: number, lines: readonly Line[]): void {
  const name = `status-${chain.repeat(16)}-${String(number).padStart(8, "0")}.jsonl`;
  const inMs = lines.map((line) => encode({ ...line, t: line.t * MINUTE_MS }));
  writeFileSync(join(directory, name), inMs.join(""));
}

const at = (minute: number): Date => new Date(minute * MINUTE_MS);

function read() {
  return createReader({
    directory,
    onDamage: () => {},
    now: () => 1_000 * MINUTE_MS,
    flush: async () => {},
  });
}

/** The database is RED from 10 to 20. The process is killed after 40, and another one starts at 50. */
function writeOutage(): void {
  const chain = "a".repeat(16);
  write("a", 0, [
    { k: "head", v: 1, t: 0, chain, handlers: [] },
    { k: "start", t: 0, writer: writer("one") },
    { k: "state", t: 1, name: "Database", to: "OK" },
    {
      k: "change",
      t: 10,
      name: "Database",
      from: "OK",
      to: "RED",
      reason: "reported",
      detail: "away",
      heldMs: 0,
    },
  ]);
  const red = { name: "Database", state: "RED", since: 10 * MINUTE_MS, counts: COUNTS } as const;
  write("a", 1, [
    { k: "head", v: 1, t: 15, chain, writer: writer("one"), handlers: [red] },
    { k: "change", t: 20, name: "Database", from: "RED", to: "OK", heldMs: 10 * MINUTE_MS },
    { t: 40 },
    { k: "start", t: 50, writer: writer("two") },
    { k: "state", t: 50, name: "Database", to: "OK" },
    { k: "end", t: 60 },
  ]);
}

describe("the turns of a period", () => {
  test("are those of each handler, with the gaps and the starts", async () => {
    writeOutage();
    const { handlers, starts } = await read().getTurns({ from: at(0), to: at(100) });
    expect(handlers.get("Database")).toEqual([
      { at: 0, mark: "unknown" },
      { at: at(1).getTime(), mark: "OK" },
      { at: at(10).getTime(), mark: "RED" },
      { at: at(20).getTime(), mark: "OK" },
      { at: at(40).getTime(), mark: "unknown" },
      { at: at(50).getTime(), mark: "OK" },
      { at: at(60).getTime(), mark: "unknown" },
    ]);
    expect(starts).toEqual([at(0), at(50)].map(Number));
  });

  test("are those of the period alone", async () => {
    writeOutage();
    const { handlers, starts } = await read().getTurns({ from: at(12), to: at(18) });
    expect(handlers.get("Database")).toEqual([{ at: at(12).getTime(), mark: "RED" }]);
    expect(starts).toEqual([]);
  });

  test("are the worst of several processes", async () => {
    writeOutage();
    write("b", 0, [
      { k: "head", v: 1, t: 0, chain: "b".repeat(16), handlers: [] },
      { k: "start", t: 0, writer: writer("three") },
      { k: "state", t: 5, name: "Database", to: "YELLOW" },
      { k: "end", t: 15 },
    ]);
    const { handlers } = await read().getTurns({ from: at(6), to: at(21) });
    expect(handlers.get("Database")?.map(({ mark }) => mark)).toEqual(["YELLOW", "RED", "OK"]);
  });

  test("are limited, with the same time in each state", async () => {
    const changes = Array.from({ length: 3_000 }, (_, index): Line => {
      const to = index % 2 === 0 ? "RED" : "OK";
      return { k: "change", t: 10 + index, name: "Database", to, heldMs: 0 };
    });
    write("a", 0, [
      { k: "head", v: 1, t: 0, chain: "a".repeat(16), handlers: [] },
      { k: "start", t: 0, writer: writer("one") },
      ...changes,
      { k: "end", t: 3_010 },
    ]);
    const period = { from: at(0), to: at(4_000) };
    const turns = (await read().getTurns(period)).handlers.get("Database") ?? [];
    expect(turns.length).toBeLessThanOrEqual(MAX_TURNS);
    const redMs = turns.reduce(
      (sum, { at: from, mark }, index) => sum + (mark === "RED" ? (turns[index + 1]?.at ?? 0) - from : 0),
      0,
    );
    expect(redMs / MINUTE_MS).toBeCloseTo(1_500, 3);
  });

  test("compacting twice changes nothing", () => {
    const spells = Array.from({ length: 500 }, (_, index): Spell => {
      return { state: index % 3 === 0 ? "RED" : "OK", from: index * 10, to: index * 10 + 7 };
    });
    const once = compactSpells(spells, 0, 6_000);
    expect(once.length).toBeLessThanOrEqual(180);
    const sum = (each: readonly Spell[]): number => each.reduce((ms, { from, to }) => ms + to - from, 0);
    expect(sum(once)).toBeCloseTo(3_500, 6);
    expect(sum(compactSpells(once, 0, 6_000))).toBeCloseTo(3_500, 6);
  });
});

describe("a moment", () => {
  test("has each state with its detail, also from an earlier segment, and the changes beside it", async () => {
    writeOutage();
    const state = { name: "Database", state: "RED", since: at(10), reason: "reported", detail: "away" };
    const around = { earlier: at(10), later: at(20) };
    expect(await read().getMoment(at(12))).toEqual({ states: [state], ...around });
    expect(await read().getMoment(at(17))).toEqual({ states: [state], ...around });
    expect(await read().getMoment(at(10))).toEqual({ states: [state], later: at(20) });
    const ok = { name: "Database", state: "OK", since: at(20) };
    expect(await read().getMoment(at(20))).toEqual({ states: [ok], earlier: at(10) });
  });

  test("knows nothing before the first process, while none ran, and after the last one", async () => {
    writeOutage();
    expect(await read().getMoment(at(-5))).toEqual({ states: [], later: at(10) });
    expect(await read().getMoment(at(45))).toEqual({ states: [], earlier: at(20) });
    expect(await read().getMoment(at(70))).toEqual({ states: [], earlier: at(20) });
  });
});
