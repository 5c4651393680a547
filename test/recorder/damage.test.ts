import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { encode, type Line, type Writer } from "../../src/recorder/lines.ts";
import { recordStatus } from "../../src/recorder/record-status.ts";
import type { Logger } from "../../src/util/logger.ts";

const CHAIN = "00000000000000aa";
/** A process of another container, which ended long ago. */
const WRITER: Writer = { id: "ff", pid: 1, host: `not-${hostname()}`, instance: "orders-1:1" };
const ZERO = { OK: 0, YELLOW: 0, RED: 0 };

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "svc-status-damage-"));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Ten minutes of a process whose database and queue change, and that ends. */
function createLines(): readonly Line[] {
  const start = Date.now() - 600_000;
  return [
    { k: "head", v: 1, t: start, chain: CHAIN, handlers: [] },
    { k: "start", t: start, writer: WRITER },
    { k: "state", t: start + 1, name: "Database", to: "OK" },
    {
      k: "change",
      t: start + 1_000,
      name: "Database",
      from: "OK",
      to: "RED",
      reason: "threw",
      detail: "ECONNREFUSED",
      heldMs: 999,
    },
    { k: "change", t: start + 2_000, name: "Queue ü", to: "YELLOW", reason: "reported", heldMs: 0 },
    { t: start + 30_000 },
    { k: "probe", t: start + 31_000, body: "OFF", state: "decommissioned", by: "10.0.0.1" },
    { k: "change", t: start + 40_000, name: "Database", from: "RED", to: "OK", heldMs: 39_000 },
    { k: "end", t: start + 50_000 },
  ];
}

function toPath(number: number, chain = CHAIN): string {
  return join(directory, `status-${chain}-${String(number).padStart(8, "0")}.jsonl`);
}

/** Writes a segment that nobody has touched for ten minutes. */
function leave(number: number, content: string | Uint8Array): void {
  writeFileSync(toPath(number), content);
  const then = Date.now() / 1_000 - 600 + number;
  utimesSync(toPath(number), then, then);
}

interface Restarted {
  readonly registry: StatusRegistry;
  readonly lines: readonly string[];
  /** The changes of the database that the next reader finds, as states. */
  readonly states: readonly string[];
}

/** Starts a process on what is in the folder, lets it record a change, and ends it. */
async function restart(): Promise<Restarted> {
  const lines: string[] = [];
  const add = (line: unknown): void => void lines.push(String(line));
  const logger: Logger = { info: add, warn: add, error: add };
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: "YELLOW" }));
  const recorder = recordStatus(registry, { directory, logger });
  await recorder.ready;
  await registry.getReport();
  const states = (await recorder.history("Database")).map(({ to }) => to);
  await recorder.close();
  registry.close();
  return { registry, lines, states };
}

function clear(): void {
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
}

test("a segment that ends at any byte is continued without the torn line, and without a word", async () => {
  const texts = createLines().map(encode);
  const whole = Buffer.from(texts.join(""));
  const ends = texts.map((_, index) => Buffer.byteLength(texts.slice(0, index + 1).join("")));
  for (let size = 0; size <= whole.length; size += 1) {
    clear();
    leave(0, whole.subarray(0, size));
    const { states, lines, registry } = await restart();
    // A line is whole even without its newline.
    const known = ends.filter((end) => end - 1 <= size).length;
    const expected = [...(known > 3 ? ["RED"] : []), ...(known > 7 ? ["OK"] : []), "YELLOW"];
    expect({ size, states, lines }).toEqual({ size, states: expected, lines: [] });
    expect(registry.changeCounts("Database").RED).toBe(known > 3 ? 1 : 0);
  }
}, 120_000);

test("a flipped bit does no harm, and is logged at most once for each file", async () => {
  const whole = Buffer.from(createLines().map(encode).join(""));
  for (let index = 0; index < 200; index += 1) {
    clear();
    const damaged = Buffer.from(whole);
    const at = (index * 7_919) % whole.length;
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (index % 8));
    leave(0, damaged);
    const { states, lines } = await restart();
    expect(states.at(-1)).toBe("YELLOW");
    expect(lines.length).toBeLessThanOrEqual(1);
    for (const line of lines)
      expect(line).toMatch(/^SVC044 history: .*(damaged|invalid first line|newer release)/);
  }
}, 120_000);

test("reads on behind a damaged line in the middle", async () => {
  const texts = createLines().map(encode);
  leave(0, [...texts.slice(0, 3), '{"k":"change","t":x}\n', ...texts.slice(3)].join(""));
  const { states, lines } = await restart();
  expect(states).toEqual(["RED", "OK", "YELLOW"]);
  expect(lines).toEqual([`SVC044 history: ${toPath(0)} contains damaged lines, which are skipped`]);
});

test("continues a chain whose newest segment is empty", async () => {
  leave(0, createLines().map(encode).join(""));
  leave(1, "");
  const { states, registry } = await restart();
  expect(states).toEqual(["RED", "OK", "YELLOW"]);
  expect(registry.changeCounts("Database")).toEqual({ ...ZERO, RED: 1, OK: 1, YELLOW: 1 });
});

test("a process that ended without a word leaves a gap that begins with its last line", async () => {
  const lines = createLines().slice(0, -1);
  leave(0, lines.map(encode).join(""));
  const [first] = lines;
  const registry = createStatusRegistry();
  registry.addStatusHandler("Database", () => ({ state: "OK" }));
  const recorder = recordStatus(registry, { directory });
  await recorder.ready;
  const from = new Date(first?.t ?? 0);
  const { OK, RED, unknown } = await recorder.availability("Database", {
    from,
    to: new Date(from.getTime() + 100_000),
  });
  expect(OK).toBeCloseTo(0.00999, 9);
  expect(RED).toBeCloseTo(0.39, 9);
  expect(unknown).toBeCloseTo(0.60001, 9);
  await recorder.close();
});

test("a process that may still run keeps its chain, and both are read", async () => {
  const lines = createLines().slice(0, 4);
  writeFileSync(toPath(0), lines.map(encode).join(""));
  const before = readFileSync(toPath(0), "utf8");
  const registry = createStatusRegistry();
  const own = recordStatus(registry, { directory });
  await own.ready;
  // Written just now by another host: it may still run.
  expect(readFileSync(toPath(0), "utf8")).toBe(before);
  appendFileSync(
    toPath(0),
    encode({ k: "change", t: Date.now(), name: "Database", from: "RED", to: "OK", heldMs: 1 }),
  );
  expect((await own.history("Database")).map(({ to }) => to)).toEqual(["RED", "OK"]);
  expect(registry.changeCounts("Database")).toEqual(ZERO);
  await own.close();
});

test("a clock that jumps a day back and forth leaves the times as they were read", async () => {
  const texts = createLines();
  const day = 86_400_000;
  const jumped = texts.map((line, index) => (index > 3 && index < 7 ? { ...line, t: line.t - day } : line));
  leave(0, jumped.map(encode).join(""));
  const { states } = await restart();
  expect(states).toEqual(["RED", "OK", "YELLOW"]);
});
