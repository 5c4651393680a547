import { get } from "node:http";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Preset } from "../../src/drain/presets.ts";
import { ask } from "../support/http.ts";
import { type Program, startProgram } from "../support/program.ts";

const SERVICE = join(import.meta.dirname, "../fixtures/drain/platform.mjs");

interface Platform {
  readonly preset: Preset;
  readonly graceMs: number;
  readonly slowMs: number;
  readonly hookMs: number;
  readonly signal?: NodeJS.Signals;
  /** Whether the grace period is longer than the slow request and the hook. */
  readonly isEnough?: boolean;
}

async function start(options: object): Promise<Program & { readonly port: number }> {
  const program = startProgram(process.execPath, [SERVICE, JSON.stringify(options)]);
  const line = await program.waitForLine(/^listening /);
  return { ...program, port: Number(line.split(" ")[1]) };
}

/** A client that reads a stream for as long as there is one. */
function openStream(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get({ port, host: "127.0.0.1", path: "/stream", agent: false }, (response) => {
      response.on("error", () => {}).resume();
      resolve();
    });
    request.on("error", reject);
    onTestFinished(() => void request.on("error", () => {}).destroy());
  });
}

/** Kills it as the platform does, and tells how it ended and after how many milliseconds. */
async function stop(program: Program, { signal = "SIGTERM", graceMs }: Platform) {
  const startedAt = performance.now();
  program.kill(signal);
  const timer = setTimeout(() => program.kill("SIGKILL"), graceMs);
  const exit = await program.exit;
  clearTimeout(timer);
  return { exit, tookMs: performance.now() - startedAt };
}

describe.each<Platform>([
  { preset: "docker", graceMs: 10_000, slowMs: 4_000, hookMs: 1_000 },
  { preset: "cloud-run", graceMs: 10_000, slowMs: 4_000, hookMs: 1_000 },
  { preset: "pm2", graceMs: 1_600, slowMs: 4_000, hookMs: 1_000, signal: "SIGINT", isEnough: false },
  // A fifth of the real times.
  { preset: "kubernetes", graceMs: 6_000, slowMs: 800, hookMs: 200 },
  { preset: "ecs", graceMs: 6_000, slowMs: 800, hookMs: 200 },
  { preset: "heroku", graceMs: 6_000, slowMs: 800, hookMs: 200 },
  { preset: "systemd", graceMs: 18_000, slowMs: 800, hookMs: 200 },
])("stopped as by $preset after $graceMs ms", (platform) => {
  const { preset, graceMs, slowMs, hookMs, signal = "SIGTERM", isEnough = true } = platform;

  test.concurrent("a service calls onClose, and ends before it is killed", async () => {
    const program = await start({ drain: { preset, graceMs }, slowMs, hookMs });
    await openStream(program.port);
    const answer = ask(program.port, "/slow").catch((error: Error) => error.message);
    await program.waitForLine(/^begun/);
    const { exit, tookMs } = await stop(program, platform);
    expect(exit).toEqual({ code: null, signal });
    expect(tookMs).toBeLessThan(0.95 * graceMs);
    expect(program.lines).toContain("hook began");
    expect(await answer).toEqual(
      isEnough ? expect.objectContaining({ body: "answered\n" }) : "socket hang up",
    );
    if (isEnough) expect(program.lines).toEqual(expect.arrayContaining(["hook ended", "hook hangs"]));
  });
});

test("without a preset, a service would be killed by docker before onClose, so the test can fail", async () => {
  const platform: Platform = { preset: "docker", graceMs: 2_000, slowMs: 0, hookMs: 100 };
  const program = await start({ hookMs: 100 });
  const { exit } = await stop(program, platform);
  expect(exit).toEqual({ code: null, signal: "SIGKILL" });
  expect(program.lines).not.toContain("hook began");
});

describe("triggers", () => {
  const drain = { fixedMs: 50, triggers: ["uncaughtException", "unhandledRejection", "beforeExit"] };

  test("drain after an uncaught exception, log the error redacted, and end with 1", async () => {
    const program = await start({ drain });
    expect(await ask(program.port, "/throw")).toMatchObject({ body: "thrown\n" });
    expect(await program.exit).toEqual({ code: 1, signal: null });
    expect(program.lines).toContain("hook began");
    expect(program.lines).toContain("error: SVC024 uncaughtException: password=*** is wrong");
    expect(program.lines.at(-1)).toMatch(
      /^error: SVC020 drained in .*, after an error: password=\*\*\* is wrong$/,
    );
  });

  test("drain after an unhandled rejection", async () => {
    const program = await start({ drain, trouble: "rejection" });
    expect(await program.exit).toEqual({ code: 1, signal: null });
    expect(program.lines).toContain("hook began");
    expect(program.lines.at(-1)).toMatch(/after an error: nobody caught it$/);
  });

  test("drain at once when nothing keeps the process alive", async () => {
    const program = await start({ drain: { ...drain, fixedMs: 20_000 }, trouble: "idle" });
    expect(await program.exit).toEqual({ code: 0, signal: null });
    expect(program.lines.at(-1)).toMatch(
      /^info: SVC020 drained in \d\.\d s: .*, nothing kept the process alive$/,
    );
    expect(program.lines).toContain("hook began");
  });

  test("are opt-in", async () => {
    const program = await start({ drain: { fixedMs: 50 }, trouble: "idle" });
    expect(await program.exit).toEqual({ code: 0, signal: null });
    expect(program.lines).not.toContain("hook began");
  });
});

describe("a second signal", () => {
  test.each([
    ["ignore", "hook began"],
    ["function", "second SIGTERM"],
  ])("goes as told: %s", async (onSecondSignal, line) => {
    const program = await start({ drain: { fixedMs: 500, onSecondSignal } });
    program.kill("SIGTERM");
    await program.waitForLine(/decommissioned, waiting/);
    program.kill("SIGTERM");
    expect(await program.exit).toEqual({ code: null, signal: "SIGTERM" });
    expect(program.lines).toContain(line);
    expect(program.lines).toContain("hook began");
  });
});
