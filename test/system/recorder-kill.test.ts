import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { recordStatus } from "../../src/recorder/record-status.ts";

const FLAPPING = join(import.meta.dirname, "../fixtures/recorder/flapping.mjs");
const KILLS = 500;
/** Number of folders, each with its own processes, one after the other. */
const SIDE_BY_SIDE = 4;
/** `flushMs`, the time of a write, and a processor that others use too. */
const MAX_LOST_MS = 2_000;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "svc-status-kill-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Killed {
  /** When the process made its last changes, as far as it came to say so. */
  readonly lastChangeAt: number;
  readonly errors: string;
}

/** Runs the process until it has flapped some times, and kills it at a random moment after that. */
function runAndKill(directory: string): Promise<Killed> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [FLAPPING, directory]);
    let output = "";
    let errors = "";
    let isDoomed = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (isDoomed || output.length < 140) return;
      isDoomed = true;
      setTimeout(() => child.kill("SIGKILL"), Math.random() * 100);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    child.once("error", reject);
    child.once("close", () => {
      const lastChangeAt = Number(output.trim().split("\n").at(-1));
      resolve({ lastChangeAt, errors });
    });
  });
}

function readLines(directory: string): readonly string[] {
  return readdirSync(directory)
    .sort()
    .flatMap((name) => readFileSync(join(directory, name), "utf8").split("\n"));
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === "object";
  } catch {
    return false;
  }
}

test(`${KILLS} processes are killed at random moments: at most the last line of each is torn`, async () => {
  const lostMs: number[] = [];

  async function killAll(directory: string): Promise<void> {
    for (let count = 0; count < KILLS / SIDE_BY_SIDE; count += 1) {
      const { lastChangeAt, errors } = await runAndKill(directory);
      // The start neither fails nor finds damage.
      expect(errors).toBe("");
      const lines = readLines(directory);
      const torn = lines.filter((line) => line !== "" && !isJson(line));
      const ends = lines.filter(
        (line, index) => line !== "" && !isJson(line) && (lines[index + 1] ?? "") === "",
      );
      expect(torn).toEqual(ends);
      const lastRecordedAt = Math.max(...lines.filter(isJson).map((line) => JSON.parse(line).t));
      lostMs.push(lastChangeAt - lastRecordedAt);
    }
  }

  const directories = Array.from({ length: SIDE_BY_SIDE }, (_, index) => join(folder, String(index)));
  await Promise.all(directories.map(killAll));

  expect(lostMs).toHaveLength(KILLS);
  lostMs.sort((one, other) => one - other);
  console.log(`lost at most ${lostMs.at(-1)} ms, in the median ${lostMs[KILLS / 2]} ms`);
  expect(lostMs.at(-1)).toBeLessThan(MAX_LOST_MS);

  for (const directory of directories) {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Handler 1", () => ({ state: "OK" }));
    const recorder = recordStatus(registry, { directory });
    await recorder.ready;
    // The files hold the last changes only; the counts have survived every kill.
    expect((await recorder.history("Handler 1")).length).toBeGreaterThan(0);
    expect(registry.changeCounts("Handler 1").RED).toBeGreaterThan(KILLS / SIDE_BY_SIDE / 4);
    await recorder.close();
  }
}, 600_000);
