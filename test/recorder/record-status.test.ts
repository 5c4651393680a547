import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { getRegistrySeams } from "../../src/core/seams.ts";
import { StateHandler } from "../../src/core/state-handler.ts";
import { MAX_READS } from "../../src/recorder/reader.ts";
import {
  RecorderBusyError,
  type RecorderOptions,
  recordStatus,
  type StatusRecorder,
} from "../../src/recorder/record-status.ts";
import type { Logger } from "../../src/util/logger.ts";

let directory: string;
const open: { close(): unknown }[] = [];

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), "svc-status-recorder-")), "history");
});

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  rmSync(join(directory, ".."), { recursive: true, force: true });
});

function createLines(): { readonly lines: string[]; readonly logger: Logger } {
  const lines: string[] = [];
  const add = (line: unknown): void => void lines.push(String(line));
  return { lines, logger: { info: add, warn: add, error: add } };
}

interface Recorded {
  readonly registry: StatusRegistry;
  readonly database: StateHandler;
  readonly recorder: StatusRecorder;
  set(state: "OK" | "YELLOW" | "RED", detail?: string): Promise<void>;
}

/** A process with a handler "Database" that is recorded. */
function start(options: Partial<RecorderOptions> = {}, registry = createStatusRegistry()): Recorded {
  const database = new StateHandler();
  database.setState("OK");
  registry.addStatusHandler("Database", database);
  const recorder = recordStatus(registry, { directory, ...options });
  open.push(recorder, registry);
  return {
    registry,
    database,
    recorder,
    async set(state, detail) {
      database.setState(state, detail === undefined ? {} : { detail });
      await registry.getStatus("Database");
    },
  };
}

function readFiles(): string {
  return readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), "utf8"))
    .join("");
}

describe("recordStatus", () => {
  test("continues since, history and counts after a restart", async () => {
    const first = start();
    await first.set("OK");
    await first.set("RED", "connect ECONNREFUSED 10.1.2.3:5432");
    const [{ since } = { since: undefined }] = (await first.registry.getReport()).entries;
    await first.recorder.close();

    const second = start();
    second.database.setState("RED", { detail: "still" });
    await second.recorder.ready;
    const [entry] = (await second.registry.getReport()).entries;

    expect(entry?.since).toEqual(since);
    expect(second.registry.changeCounts("Database")).toEqual({ OK: 0, YELLOW: 0, RED: 1 });
    expect(second.registry.history("Database")).toMatchObject([
      { from: "OK", to: "RED", reason: "reported", status: { detail: "connect ECONNREFUSED 10.1.2.3:5432" } },
    ]);
    await second.set("OK");
    expect(second.registry.history("Database")).toMatchObject([{ to: "RED" }, { from: "RED", to: "OK" }]);
    const changes = await second.recorder.history("Database");
    expect(changes).toMatchObject([
      { from: "OK", to: "RED", detail: "connect ECONNREFUSED 10.1.2.3:5432" },
      { from: "RED", to: "OK" },
    ]);
    expect(changes[0]?.detail).toBe("connect ECONNREFUSED 10.1.2.3:5432");
  });

  test("does not take the earlier state for a result", async () => {
    const first = start();
    await first.set("OK");
    await first.recorder.close();

    const second = start();
    await second.recorder.ready;
    const standing = getRegistrySeams(second.registry).getRegistration("Database")?.standing;
    expect(standing?.hasBeenUp).toBe(false);
    await second.set("OK");
    expect(getRegistrySeams(second.registry).getRegistration("Database")?.standing.hasBeenUp).toBe(true);
  });

  test("reports a first result that differs from the earlier state as a change", async () => {
    const first = start();
    await first.set("RED");
    await first.recorder.close();
    const second = start();
    const changes: unknown[] = [];
    second.registry.on("change", (change) => changes.push(change));
    await second.recorder.ready;
    await second.set("OK");
    expect(changes).toMatchObject([{ from: "RED", to: "OK" }]);
  });

  test("continues a handler that is registered after the start", async () => {
    const first = start();
    await first.set("RED");
    await first.recorder.close();
    const registry = createStatusRegistry();
    const recorder = recordStatus(registry, { directory });
    open.push(recorder, registry);
    await recorder.ready;
    registry.addStatusHandler("Database", () => ({ state: "RED" }));
    expect(registry.history("Database")).toMatchObject([{ to: "RED" }]);
  });

  test("never restores the state of the probe, but records it", async () => {
    const probe = createProbe();
    const first = start({ probe });
    probe.decommission("OFF", { reason: "upgrade", by: "10.0.0.9" });
    await first.recorder.close();
    const later = createProbe();
    const second = start({ probe: later });
    await second.recorder.ready;
    expect(later.commissioned).toBe(true);
    const past = getRegistrySeams(second.registry).recordedPast;
    const all = { from: new Date(0), to: new Date(Date.now() + 1_000), limit: 100 };
    const { events } = (await past?.getEvents(all)) ?? {};
    expect(events?.map(({ kind }) => kind)).toEqual(["start", "probe", "end", "start"]);
    expect(events?.[1]).toMatchObject({
      body: "OFF",
      reason: "upgrade",
      by: "10.0.0.9",
      state: "decommissioned",
    });
  });

  test("creates the folder and the files for this user only", async () => {
    const { recorder } = start();
    await recorder.ready;
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory))
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toHaveLength(1);
  });

  test("refuses a symbolic link in the place of the folder, and says so once", async () => {
    const other = mkdtempSync(join(tmpdir(), "svc-status-other-"));
    symlinkSync(other, directory);
    const { lines, logger } = createLines();
    const { recorder, set } = start({ logger });
    await recorder.ready;
    await set("RED");
    await recorder.flush();
    expect(readdirSync(other)).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/SVC043 recording the history failed.*symbolic link/);
    rmSync(other, { recursive: true });
  });

  test("ignores foreign files, and a segment of a newer release with a warning", async () => {
    const first = start();
    await first.set("RED");
    await first.recorder.close();
    writeFileSync(join(directory, "notes.txt"), "mine");
    writeFileSync(
      join(directory, "status-00000000000000ff-00000000.jsonl"),
      '{"k":"head","v":2,"t":1,"chain":"x","handlers":[]}\n',
    );
    const { lines, logger } = createLines();
    const second = start({ logger });
    await second.recorder.ready;
    expect(second.registry.changeCounts("Database").RED).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/SVC044 .*newer release/);
  });

  test("stores what the handler says without secrets, in one line", async () => {
    const { set, recorder } = start();
    await set("RED", "postgres://app:hunter2@db/orders failed\nsecond line");
    await recorder.flush();
    expect(readFiles()).not.toMatch(/hunter2|second line/);
    expect(await recorder.history("Database")).toMatchObject([{ detail: "postgres://***@db/orders failed" }]);
  });

  test("tells the shares of time, unknown apart", async () => {
    const { set, recorder } = start();
    await set("OK");
    await set("RED");
    const to = new Date(Date.now() + 1);
    const { OK, YELLOW, RED, unknown } = await recorder.availability("Database", {
      from: new Date(to.getTime() - 60_000),
      to,
    });
    expect(OK + YELLOW + RED + unknown).toBeCloseTo(1, 9);
    expect(unknown).toBeGreaterThan(0.9);
    expect(await recorder.availability("Nobody")).toMatchObject({ OK: 0, YELLOW: 0, RED: 0, unknown: 1 });
  });

  test.each([
    [{ from: "yesterday" }, /from: expected a valid Date/],
    [{ from: new Date(2), to: new Date(1) }, /from: expected a time before to/],
    [{ limit: 0 }, /limit: expected an integer/],
  ])("rejects the range %j", async (range, message) => {
    const { recorder } = start();
    await expect(recorder.history("Database", range as never)).rejects.toThrow(message);
  });

  test("refuses set-up mistakes at once", () => {
    const registry = createStatusRegistry();
    expect(() => recordStatus(registry, {} as never)).toThrow(/directory/);
    expect(() => recordStatus(registry, { directory, maxBytes: 5 })).toThrow(/maxBytes: expected an integer/);
    expect(() => recordStatus({ on: () => () => {} } as never, { directory })).toThrow(/registry/);
  });

  test("leaves no listener behind", async () => {
    const before = process.listenerCount("exit");
    const { recorder } = start();
    expect(process.listenerCount("exit")).toBe(before + 1);
    await recorder.close();
    await recorder.close();
    expect(process.listenerCount("exit")).toBe(before);
  });
});

describe("reading", () => {
  test("runs at most MAX_READS reads, and rejects the next one", async () => {
    const { set, recorder } = start();
    await set("RED");
    const reads = Array.from({ length: MAX_READS }, () => recorder.history("Database"));
    await expect(recorder.history("Database")).rejects.toThrow(RecorderBusyError);
    expect(await Promise.all(reads)).toHaveLength(MAX_READS);
    expect(await recorder.history("Database")).toHaveLength(1);
  });

  test("finds changes over many segments, of which the oldest are deleted", async () => {
    const { database, registry, recorder } = start({ maxBytes: 100_000 });
    for (let index = 0; index < 2_000; index += 1) {
      database.setState(index % 2 === 0 ? "RED" : "OK", { detail: `number ${index}` });
      if (index % 50 === 0) await recorder.flush();
    }
    await recorder.flush();
    const sizes = readdirSync(directory).map((name) => statSync(join(directory, name)).size);
    expect(sizes.length).toBeGreaterThan(5);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(130_000);
    const newest = await recorder.history("Database", { limit: 300 });
    expect(newest.map(({ detail }) => detail).filter((detail) => detail !== undefined)).toEqual(
      Array.from({ length: 300 }, (_, index) => `number ${1_700 + index}`),
    );
    expect(registry.changeCounts("Database").RED).toBe(1_000);
  });

  test("goes on within about a second after the folder was deleted", async () => {
    const { database, recorder } = start();
    await recorder.ready;
    rmSync(directory, { recursive: true });
    database.setState("RED");
    await vi.waitFor(
      async () => {
        database.setState("YELLOW");
        database.setState("RED");
        await recorder.flush();
        expect(readdirSync(directory)).toHaveLength(1);
      },
      { timeout: 25_000, interval: 200 },
    );
    expect((await recorder.history("Database")).length).toBeGreaterThan(0);
  });
});
