import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readHeldUpMs } from "../support/held-up.ts";
import { type Answer, ask } from "../support/http.ts";
import { run } from "../support/run.ts";

const root = join(import.meta.dirname, "../..");

const REQUESTS = 1_000;
/** All requests come before the first of them is answered, also on a busy machine. */
const TIMEOUT_MS = 2_000;
/** What the answer may take beyond the deadline of the handler: to send, ask, render and read all of them. */
const MARGIN_MS = 200;
/** Each with a handler that hangs anew. The memory must not grow from the first to the last. */
const ROUNDS = 5;
const WARM_UP_ROUNDS = 3;
/** 200 bytes for each request of the rounds; one that is held takes several thousand. */
const MAX_GROWTH_BYTES = 1_000_000;

interface Round {
  readonly answers: readonly Answer[];
  readonly slowestMs: number;
  /** Of that, the time after the deadline in which other programs had the processor. */
  readonly heldUpMs: number;
  readonly calls: number;
}

let folder = "";
let server: ChildProcess;
let port = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "svc-status-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
  const built = await run(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", folder], root);
  expect(built).toEqual({ code: 0, stdout: "", stderr: "" });
  server = fork(join(import.meta.dirname, "hanging-server.mjs"), [folder, String(TIMEOUT_MS)], {
    execArgv: ["--expose-gc"],
  });
  port = await receive("listening");
});

afterAll(async () => {
  if (server?.exitCode === null) {
    server.kill();
    await once(server, "exit");
  }
  rmSync(folder, { recursive: true, force: true });
});

async function receive(name: string): Promise<number> {
  const [message] = (await once(server, "message")) as [{ name: string; result: number }];
  expect(message.name).toBe(name);
  return message.result;
}

function tell(name: "addHangingHandler" | "getCalls" | "getUsedBytes"): Promise<number> {
  server.send(name);
  return receive(name);
}

/** 1,000 requests at once, each over a connection that is open already: what is measured is the answer. */
async function askAtOnce(): Promise<Round> {
  const agent = new Agent({ keepAlive: true });
  const askAll = (target: string) =>
    Promise.all(
      Array.from({ length: REQUESTS }, async () => {
        const startedAt = performance.now();
        const answer = await ask(port, target, { agent });
        return { answer, ms: performance.now() - startedAt };
      }),
    );
  try {
    await askAll("/probe_status");
    const pids = [process.pid, server.pid ?? 0];
    let heldUpBefore = 0;
    setTimeout(() => {
      heldUpBefore = readHeldUpMs(...pids);
    }, TIMEOUT_MS);
    const measured = await askAll("/svc_status");
    return {
      answers: measured.map(({ answer }) => answer),
      slowestMs: Math.max(...measured.map(({ ms }) => ms)),
      heldUpMs: readHeldUpMs(...pids) - heldUpBefore,
      calls: await tell("getCalls"),
    };
  } finally {
    agent.destroy();
  }
}

describe(`with a handler that hangs and a deadline of ${TIMEOUT_MS} ms`, () => {
  const rounds: Round[] = [];
  let usedBefore = 0;
  let usedAfter = 0;

  beforeAll(async () => {
    // A service that has been running: server and client have compiled what they use.
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await askAtOnce();
    usedBefore = await tell("getUsedBytes");
    for (let round = 0; round < ROUNDS; round += 1) {
      await tell("addHangingHandler");
      rounds.push(await askAtOnce());
    }
    usedAfter = await tell("getUsedBytes");
  });

  test(`${REQUESTS} requests at once make one call of it`, () => {
    expect(rounds.map(({ calls }) => calls)).toEqual(Array(ROUNDS).fill(1));
  });

  test("each of them is answered in full, with the other handlers", () => {
    for (const { answers } of rounds) {
      expect(answers).toHaveLength(REQUESTS);
      const different = new Set(answers.map(({ status, body }) => `${status} ${body}`));
      expect(different).toEqual(new Set(["200 Fine\tOK\nHanging\tRED\n"]));
    }
  });

  // Whatever else the machine does can only add to the time: the best of the rounds is the code's own.
  test(`each of them is answered within the deadline plus ${MARGIN_MS} ms`, () => {
    expect(Math.min(...rounds.map(({ slowestMs }) => slowestMs))).toBeGreaterThanOrEqual(TIMEOUT_MS);
    const own = rounds.map(({ slowestMs, heldUpMs }) => slowestMs - heldUpMs);
    expect(Math.min(...own)).toBeLessThanOrEqual(TIMEOUT_MS + MARGIN_MS);
  });

  test("the memory is back where it was", () => {
    expect(usedAfter - usedBefore).toBeLessThan(MAX_GROWTH_BYTES);
  });
});
