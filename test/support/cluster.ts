import { type ChildProcess, fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import type { Status } from "../../src/core/status.ts";
import { makePipe } from "./busy-service.ts";
import { type Answer, ask, type Question } from "./http.ts";

/** How a worker of test/fixtures/cluster begins. */
export interface WorkerSettings {
  /** By name: what the handler returns, or the name of one that the fixture has. */
  readonly handlers?: Readonly<
    Record<string, string | { readonly status: Status; readonly options?: HandlerOptions }>
  >;
  /** `null`: it does not join. */
  readonly join?: { readonly timeoutMs?: number } | null;
  /** `false`: not on the port that all share. */
  readonly listens?: boolean;
  /** Given: it drains at SIGTERM and SIGINT, with these options. */
  readonly drain?: object;
  /** How long its `onClose` blocks it. */
  readonly blocksAtEndMs?: number;
  /** A file that it writes when it closes its server, whether the primary reads or not. */
  readonly closingFile?: string;
}

export interface ClusterSettings {
  /** Those that run when it has started; they have the ids 1, 2, 3 and so on. */
  readonly workers: readonly WorkerSettings[];
  readonly serialization?: "json" | "advanced";
  /** @default true */
  readonly isCoordinating?: boolean;
  readonly timeoutMs?: number;
}

interface Happening {
  readonly event: string;
  readonly worker: number;
  readonly [property: string]: unknown;
}

/** A real cluster: a primary process and its workers. */
export interface TestCluster {
  readonly sharedPort: number;
  /** Asks one worker, over a port of its own. */
  ask(worker: number, target: string, question?: Question): Promise<Answer>;
  /** Asks over the port that all workers share. */
  askAny(target: string, question?: Question): Promise<Answer>;
  /** What the probes of these workers answer now: `503 OFF`. */
  getVerdicts(...workers: number[]): Promise<string[]>;
  /** Starts another worker and gives its id when it listens. */
  fork(settings?: WorkerSettings): Promise<number>;
  /** Has the primary do something. */
  order(order: string, details?: object): void;
  /** Has a worker do something. */
  tell(worker: number, order: string, details?: object): void;
  /** The first thing of that kind that happens to a worker, or has happened. */
  find(event: string, worker: number): Promise<Happening>;
  /** Blocks a worker, or the primary as 0, for some time that has begun. */
  block(worker: number, ms: number): Promise<void>;
  /** Blocks the primary until the returned function is called. */
  blockPrimary(): Promise<() => void>;
  /** What a worker says of itself now. */
  getState(worker: number): Promise<Happening>;
  /** What the primary's own probe says now. */
  getPrimaryBody(): Promise<unknown>;
  /** What a worker's logger has been told. */
  logOf(worker: number): readonly unknown[];
}

const PRIMARY = join(import.meta.dirname, "../fixtures/cluster/primary.mjs");

/** Starts a cluster that ends with the test. It runs what was built: dist. */
export async function startCluster(settings: ClusterSettings): Promise<TestCluster> {
  const { workers, isCoordinating = true, timeoutMs = 5_000, serialization } = settings;
  const primary = fork(PRIMARY, [], {
    env: {
      ...process.env,
      PRIMARY_SETTINGS: JSON.stringify({ isCoordinating, timeoutMs, serialization }),
    },
  });
  onTestFinished(() => end(primary));
  const happenings: Happening[] = [];
  primary.on("message", (message) => void happenings.push(message as Happening));
  let lastWorker = 0;

  function waitFor(isIt: (happening: Happening) => boolean): Promise<Happening> {
    return vi.waitFor(
      () => {
        const found = happenings.find(isIt);
        if (found === undefined) throw new Error(`has not happened, only ${JSON.stringify(happenings)}`);
        return found;
      },
      { timeout: 20_000, interval: 10 },
    );
  }

  function find(event: string, worker: number): Promise<Happening> {
    return waitFor((happening) => happening.event === event && happening.worker === worker);
  }

  function order(name: string, details: object = {}): void {
    primary.send({ order: name, ...details });
  }

  function tell(worker: number, name: string, details: object = {}): void {
    order("tell", { worker, message: { order: name, ...details } });
  }

  async function forkWorker(workerSettings: WorkerSettings = {}): Promise<number> {
    lastWorker += 1;
    const id = lastWorker;
    order("fork", { settings: workerSettings });
    await find("ready", id);
    return id;
  }

  async function askOne(worker: number, target: string, question?: Question): Promise<Answer> {
    const { own } = await find("ready", worker);
    return ask(Number(own), target, question);
  }

  await waitFor(({ event }) => event === "started");
  await Promise.all(workers.map(forkWorker));
  const sharedPort = Number(happenings.find(({ event }) => event === "ready")?.["shared"]);

  return {
    sharedPort,
    ask: askOne,
    askAny: (target, question) => ask(sharedPort, target, question),
    getVerdicts: (...ids) =>
      Promise.all(
        ids.map(async (id) => {
          const { status, body } = await askOne(id, "/probe_status");
          return `${status} ${body}`;
        }),
      ),
    fork: forkWorker,
    order,
    tell,
    find,
    async blockPrimary() {
      const pipe = makePipe();
      order("blockUntil", { pipe });
      await find("blocked", 0);
      return () => writeFileSync(pipe, "");
    },
    async block(worker, ms) {
      if (worker === 0) order("block", { ms });
      else tell(worker, "block", { ms });
      await find("blocked", worker);
    },
    getState(worker) {
      const seen = happenings.length;
      tell(worker, "tellState");
      return waitFor(
        (happening) =>
          happening.event === "state" && happening.worker === worker && happenings.indexOf(happening) >= seen,
      );
    },
    async getPrimaryBody() {
      const seen = happenings.length;
      order("tellBody");
      const { body } = await waitFor(
        (happening) => happening.event === "body" && happenings.indexOf(happening) >= seen,
      );
      return body;
    },
    logOf: (worker) =>
      happenings
        .filter((happening) => happening.event === "log" && happening.worker === worker)
        .map(({ line }) => line),
  };
}

function end(primary: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (primary.exitCode !== null || primary.signalCode !== null) return resolve();
    primary.once("exit", () => resolve());
    primary.kill("SIGKILL");
  });
}
