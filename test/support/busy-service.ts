import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { type Answer, ask, type Question } from "./http.ts";
import { type Program, startProgram } from "./program.ts";
import { type Wanted, waitForAnswer } from "./sentinel.ts";

/** A service in a process of its own, whose main thread can be blocked. */
export interface BusyService extends Program {
  /** Where its main thread listens, and its sentinel. */
  readonly port: number;
  readonly sentinelPort: number;
  /** Blocks the main thread, by one of the ways that the fixture knows. */
  block(way: "loop" | "regex" | "wait" | "read", by?: string): Promise<void>;
  ask(target: string, question?: Question): Promise<Answer>;
  waitFor(target: string, wanted: Wanted): Promise<Answer>;
}

export interface BusyCommand {
  /** @default this Node.js */
  readonly node?: string;
  readonly nodeOptions?: readonly string[];
  /** What comes before `node` on the command line. */
  readonly prefix?: readonly string[];
}

const SERVICE = join(import.meta.dirname, "../fixtures/sentinel/service.mjs");

/** A pipe that nobody writes to, to be read by a main thread until somebody does. */
export function makePipe(): string {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  return path;
}

/** Starts test/fixtures/sentinel/service.mjs, and waits until its sentinel has published. */
export async function startBusyService(
  options: object = {},
  { node = process.execPath, nodeOptions = [], prefix = [] }: BusyCommand = {},
): Promise<BusyService> {
  const [first = node, ...args] = [...prefix, node, ...nodeOptions, SERVICE, JSON.stringify(options)];
  const program = startProgram(first, args);
  const line = await program.waitForLine(/^listening /);
  const [port = 0, sentinelPort = 0] = line.split(" ").slice(1).map(Number);
  await waitForAnswer(sentinelPort, "/svc_status", "Database\tOK\n");
  return {
    ...program,
    port,
    sentinelPort,
    async block(way, by = "") {
      await ask(port, `/block?way=${way}&by=${encodeURIComponent(by)}`);
      await program.waitForLine(/^blocked/);
    },
    ask: (target, question) => ask(sentinelPort, target, question),
    waitFor: (target, wanted) => waitForAnswer(sentinelPort, target, wanted),
  };
}

/** What an orchestrator waits for an answer. */
const PROBE_TIMEOUT_MS = 1_000;

/** It waits in steps: an answer is not lost that came while this process could not run. */
const STEPS = 20;

/** Asks like an orchestrator, but more often, until it is stopped; gives what was answered, a loss as `lost`. */
export function startAsking(port: number, target: string): { stop(): Promise<readonly string[]> } {
  const answers: string[] = [];
  let isStopped = false;

  async function run(): Promise<void> {
    while (!isStopped) answers.push(await askInTime(port, target));
  }

  const running = run();
  return {
    async stop() {
      isStopped = true;
      await running;
      return answers;
    },
  };
}

function askInTime(port: number, target: string): Promise<string> {
  const answer = ask(port, target).then(
    ({ status, body }) => `${status} ${body}`,
    () => "lost",
  );
  return Promise.race([answer, loseInTime()]);
}

async function loseInTime(): Promise<string> {
  for (let step = 0; step < STEPS; step += 1)
    await sleep(PROBE_TIMEOUT_MS / STEPS, undefined, { ref: false });
  return "lost";
}
