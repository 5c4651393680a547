import cluster, { type Worker } from "node:cluster";
import { defaultProbe, type Probe } from "../core/probe.ts";
import { expectKnownKeys, expectMethods, expectNumber, expectObject } from "../options/expect.ts";
import type { Hearers } from "../wire/hearers.ts";
import type { SentEntry } from "../wire/sent-entry.ts";
import { hearPacked, pack, type ToPrimary, type ToWorker, type WorkerAnswer } from "./protocol.ts";

/** How the primary keeps its workers together. */
export interface PrimaryOptions {
  /**
   * The primary's own probe: changing it changes it in every worker.
   * @default defaultProbe
   */
  readonly probe?: Probe;
  /**
   * How long a worker may take to tell its entries. After it, it is reported as RED. It should be longer than the
   * longest `timeoutMs` of a handler.
   * @default 6000
   */
  readonly timeoutMs?: number;
}

/** A worker's question to all. */
interface Question {
  readonly answers: Map<number, readonly SentEntry[] | undefined>;
  readonly finish: () => void;
}

let isCoordinating = false;

/**
 * The primary's part: whatever changes the probe of one worker changes it in all, in one order; a new worker begins
 * in the state of the others; and a worker can ask for the entries of all. Call it before the first fork.
 *
 * @example
 * if (cluster.isPrimary) {
 *   coordinateWorkers();
 *   cluster.fork();
 *   cluster.fork();
 * }
 * @returns A function that ends it.
 * @throws TypeError for a mistake in the options, in a worker, and when it is called again before it was ended.
 */
export function coordinateWorkers(options: PrimaryOptions = {}): () => void {
  expectObject("options", options);
  expectKnownKeys("options", options, ["probe", "timeoutMs"]);
  const { probe = defaultProbe, timeoutMs = 6_000 } = options;
  expectMethods("probe", probe, ["decommission", "commission", "on"]);
  expectNumber("timeoutMs", timeoutMs, { min: 1 });
  if (cluster.isWorker) throw new TypeError("coordinateWorkers() is for the primary, and this is a worker");
  if (isCoordinating) throw new TypeError("coordinateWorkers() was called already");
  isCoordinating = true;
  const members = new Set<Worker>();
  const listening = new WeakSet<Worker>();
  const leaving = new WeakSet<Worker>();
  const questions = new Map<number, Question>();
  let lastId = 0;

  function hear(worker: Worker, packed: unknown): void {
    hearPacked<ToPrimary>(packed, toHearers(worker));
  }

  function toHearers(worker: Worker): Hearers<ToPrimary> {
    return {
      hello() {
        members.add(worker);
        leaving.delete(worker);
        tell(worker, { kind: "welcome", body: probe.body, timeoutMs });
      },
      bye: () => forget(worker),
      body: ({ body }) => setBody(body),
      ask: ({ id, names }) => askAll(worker, id, names),
      entries: ({ id, entries }) => noteEntries(worker, id, entries),
      leave({ id }) {
        leaving.add(worker);
        tell(worker, { kind: "left", id, isCovered: isCovered() });
      },
    };
  }

  /** Everybody is told in the same order, the one who began it too: the last word is the same everywhere. */
  function setBody(body: string): void {
    if (body === probe.body) broadcast();
    else if (body === "OK") probe.commission();
    else probe.decommission(body);
  }

  function broadcast(): void {
    for (const worker of members) tell(worker, { kind: "body", body: probe.body });
  }

  /** Whether there is somebody to whom the connections of those who leave can go. */
  function isCovered(): boolean {
    const isServing = (worker: Worker): boolean => listening.has(worker) && !leaving.has(worker);
    return probe.commissioned && [...members].some(isServing);
  }

  function askAll(asking: Worker, askingId: number, names: readonly string[] | undefined): void {
    lastId += 1;
    const id = lastId;
    const answers = new Map(Array.from(members, (worker) => [worker.id, undefined]));
    const timer = setTimeout(finish, timeoutMs);
    questions.set(id, { answers, finish });
    for (const worker of members) tell(worker, { kind: "ask", id, ...(names && { names }) });

    function finish(): void {
      clearTimeout(timer);
      questions.delete(id);
      tell(asking, { kind: "answers", id: askingId, answers: Array.from(answers, toAnswer) });
    }
  }

  function noteEntries(worker: Worker, id: number, entries: readonly SentEntry[]): void {
    const question = questions.get(id);
    if (!question?.answers.has(worker.id)) return;
    question.answers.set(worker.id, entries);
    finishIfComplete(question);
  }

  /** A worker that has gone cannot answer, and there is nothing to know about it any more. */
  function forget(worker: Worker): void {
    members.delete(worker);
    for (const question of [...questions.values()]) {
      question.answers.delete(worker.id);
      finishIfComplete(question);
    }
  }

  function noteListening(worker: Worker): void {
    listening.add(worker);
  }

  const stopListening = probe.on("change", broadcast);
  cluster.on("message", hear).on("disconnect", forget).on("listening", noteListening);
  // Those who are there already have said hello to nobody.
  for (const worker of Object.values(cluster.workers ?? {})) if (worker) tell(worker, { kind: "hello" });

  return function stopCoordinating() {
    if (!isCoordinating) return;
    isCoordinating = false;
    stopListening();
    cluster.off("message", hear).off("disconnect", forget).off("listening", noteListening);
    for (const question of [...questions.values()]) question.finish();
    for (const worker of members) tell(worker, { kind: "bye" });
  };
}

/** A worker may have gone at this very moment; its `disconnect` says the rest. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(pack(message), () => {});
}

function finishIfComplete({ answers, finish }: Question): void {
  if ([...answers.values()].every((entries) => entries !== undefined)) finish();
}

function toAnswer([worker, entries]: [number, readonly SentEntry[] | undefined]): WorkerAnswer {
  return { worker, ...(entries && { entries }) };
}
