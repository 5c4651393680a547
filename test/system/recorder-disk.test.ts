import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { StateHandler } from "../../src/core/state-handler.ts";
import { recordStatus, type StatusRecorder } from "../../src/recorder/record-status.ts";
import { measureGrowth } from "../support/heap.ts";
import { findProgram } from "../support/system.ts";

const required = process.env["SVC_STATUS_REQUIRE_SYSTEM"] === "1";

/** More changes than the memory for changes that wait for the disk can hold. */
const MANY_CHANGES = 5_000;

/** A change that is kept takes more. */
const MAX_BYTES_PER_CHANGE = 100;

/** All but a few pages of the file system. */
const FILLING_BYTES = 20 * 1_024 ** 2 - 100_000;

/** An empty folder, and a folder inside it to mount a file system at. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-disk-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function mountTmpfs(folder: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=20m", "tmpfs", folder], { stdio: "pipe" });
}

/** Whether this user may mount file systems. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-disk-"));
  try {
    mountTmpfs(folder);
    execFileSync("umount", [folder]);
    return true;
  } catch {
    return required;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Recorded {
  readonly registry: StatusRegistry;
  readonly recorder: StatusRecorder;
  /** The lines about recording, without times and paths. */
  readonly lines: readonly string[];
  /** Changes the state so many times. Each report must come at once, whatever the disk does. */
  flap(times: number): Promise<void>;
  /** Changes the state until there is this number of lines. */
  flapUntilLines(count: number): Promise<void>;
}

function record(directory: string): Recorded {
  const registry = createStatusRegistry();
  const database = new StateHandler();
  database.setState("OK");
  registry.addStatusHandler("Database", database);
  const lines: string[] = [];
  const add = (line: unknown): void => void lines.push(String(line));
  const logger = { info: add, warn: add, error: add };
  const recorder = recordStatus(registry, { directory, flushMs: 1, logger });
  onTestFinished(async () => {
    await recorder.close();
    await registry.close();
  });
  let count = 0;

  async function flap(times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      count += 1;
      database.setState(count % 2 === 0 ? "OK" : "RED", { detail: `change ${count} ${"x".repeat(150)}` });
      await registry.getStatus("Database");
    }
  }

  return {
    registry,
    recorder,
    lines,
    flap,
    async flapUntilLines(expected) {
      while (lines.length < expected) {
        await flap(10);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

async function readLastDetail({ recorder }: Recorded): Promise<string | undefined> {
  await recorder.flush();
  return (await recorder.history("Database", { limit: 1 })).at(-1)?.detail;
}

describe.runIf(canMount())("recording on a real disk", () => {
  test("that is full loses what does not fit in memory, and goes on when there is room", async () => {
    const folder = makeFolder();
    mountTmpfs(folder);
    onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(FILLING_BYTES));
    const recorded = record(join(folder, "history"));
    await recorded.recorder.ready;
    await recorded.flapUntilLines(1);
    expect(recorded.lines[0]).toMatch(/^SVC043 recording the history failed, retrying: ENOSPC/);

    expect(await measureGrowth(MANY_CHANGES, () => recorded.flap(1))).toBeLessThan(MAX_BYTES_PER_CHANGE);
    expect(recorded.lines).toHaveLength(1);

    rmSync(ballast);
    await recorded.flapUntilLines(2);
    expect(recorded.lines[1]).toMatch(/^SVC043 the history is recorded again/);
    await recorded.flap(2);
    expect(await readLastDetail(recorded)).toMatch(/^change \d+ x+$/);
    expect(recorded.lines).toHaveLength(2);
  });

  test("that becomes read-only, and writable again", async () => {
    const folder = makeFolder();
    mountTmpfs(folder);
    onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
    const directory = join(folder, "history");
    mkdirSync(directory, { mode: 0o700 });
    execFileSync("mount", ["-o", "remount,ro", folder]);
    const recorded = record(directory);
    await recorded.flapUntilLines(1);
    expect(recorded.lines[0]).toMatch(/^SVC043 recording the history failed, retrying: EROFS/);
    await recorded.flap(100);
    expect(recorded.lines).toHaveLength(1);

    execFileSync("mount", ["-o", "remount,rw", folder]);
    await recorded.flapUntilLines(2);
    expect(recorded.lines[1]).toMatch(/^SVC043 the history is recorded again/);
    expect(await readLastDetail(recorded)).toMatch(/^change \d+ x+$/);
  });

  test("whose folder is deleted makes it again", async () => {
    const folder = makeFolder();
    const directory = join(folder, "history");
    const recorded = record(directory);
    await recorded.flap(2);
    await recorded.recorder.flush();
    rmSync(directory, { recursive: true });
    while (!existsSync(directory)) {
      await recorded.flap(10);
      await recorded.recorder.flush();
    }
    await recorded.flap(2);
    expect(await readLastDetail(recorded)).toMatch(/^change \d+ x+$/);
  });
});

/** A file system of a process that can be stopped: each call then waits until it continues. */
async function mountStoppable(source: string, folder: string): Promise<ChildProcess> {
  const child = spawn("bindfs", ["-f", source, folder], { stdio: "inherit" });
  onTestFinished(() => {
    child.kill("SIGCONT");
    execFileSync("umount", ["--lazy", folder]);
    child.kill("SIGKILL");
  });
  writeFileSync(join(source, "mounted"), "");
  await vi.waitUntil(() => existsSync(join(folder, "mounted")), { timeout: 10_000, interval: 20 });
  return child;
}

describe.runIf(canMount() && (required || findProgram("bindfs") !== undefined))(
  "recording on a disk that hangs",
  () => {
    test("delays no report, holds little memory, and goes on with the disk", async () => {
      const folder = makeFolder();
      const [source, mounted] = [join(folder, "source"), join(folder, "mounted")];
      mkdirSync(source);
      mkdirSync(mounted);
      const disk = await mountStoppable(source, mounted);
      const recorded = record(join(mounted, "history"));
      await recorded.recorder.ready;
      await recorded.flap(2);
      await recorded.recorder.flush();

      disk.kill("SIGSTOP");
      expect(await measureGrowth(MANY_CHANGES, () => recorded.flap(1))).toBeLessThan(MAX_BYTES_PER_CHANGE);

      disk.kill("SIGCONT");
      await recorded.recorder.flush();
      await recorded.flap(2);
      expect(await readLastDetail(recorded)).toMatch(/^change \d+ x+$/);
    });
  },
);
