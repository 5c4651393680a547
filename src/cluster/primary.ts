import cluster, { type Worker } from "node:cluster";
import { defaultProbe, type Probe } from "../core/probe.ts";
import { expectKnownKeys, expectMethods, expectNumber, expectObject } from "../options/expect.ts";
import type { Hearers } from "../wire/hearers.ts";
import type { SentEntry } from "../wire/sent-entry.ts";
import { hearPacked, pack, type ToPrimary, type ToWorker, type WorkerAnswer } from "./protocol.ts";

/** Options for the primary. */
export interface PrimaryOptions {
  /**
   * The primary's probe. A change applies to every worker.
   * @default defaultProbe
   */
  readonly probe?: Probe;
  /**
   * Time-out for a worker's entries. After it, the report shows the worker as RED. Set it higher than the
   * longest `timeoutMs` of a handler.
   * @default 6000
   */
  readonly timeoutMs?: number;
}

/** A worker's request for the entries of all workers. */
interface Question {
  readonly answers: Map<number, readonly SentEntry[] | undefined>;
  readonly finish: () => void;
}

let isCoordinating = false;

/**
 * Coordinates the workers from the primary: a change of one worker's probe applies to all workers, in one
 * order; a new worker starts with the state of the others; and each worker can request the entries of all.
 * Call it before the first fork.
 *
 * @example
 * if (cluster.isPrimary) {
 *   coordinateWorkers();
 *   cluster.fork();
 *   cluster.fork();
 * }
 * @returns A function that ends the coordination.
 * @throws TypeError for invalid options, in a worker, or if coordination is already active.
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

  /** Sends changes to all workers in the same order, including the sender, so that all end in one state. */
  function setBody(body: string): void {
    if (body === probe.body) broadcast();
    else if (body === "OK") probe.commission();
    else probe.decommission(body);
  }

  function broadcast(): void {
    for (const worker of members) tell(worker, { kind: "body", body: probe.body });
  }

  /** Whether another worker can take over the connections of the workers that leave. */
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

  /** Removes a worker that has left or exited, and no longer waits for its entries. */
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
  // Workers that already run sent their hello before there was a listener.
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

/** Ignores errors: the worker may just have exited, and its `disconnect` event handles that. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(pack(message), () => {});
}

function finishIfComplete({ answers, finish }: Question): void {
  if ([...answers.values()].every((entries) => entries !== undefined)) finish();
}

function toAnswer([worker, entries]: [number, readonly SentEntry[] | undefined]): WorkerAnswer {
  return { worker, ...(entries && { entries }) };
}
