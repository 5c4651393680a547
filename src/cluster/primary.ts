import cluster, { type Worker } from "node:cluster";
import { expectKnownKeys, expectMethods, expectNumber, expectObject } from "../core/expect.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import {
  pack,
  type SentEntry,
  type ToPrimary,
  type ToWorker,
  unpack,
  type WorkerAnswer,
} from "./protocol.ts";

/** How the primary keeps its workers together. */
export interface PrimaryOptions {
  /**
   * The primary's own probe: changing it changes it in every worker.
   * @default defaultProbe
   */
  readonly probe?: Probe;
  /**
   * How long a worker may take to tell its entries. After it, it is reported as RED.
   * @default 6000
   */
  readonly timeoutMs?: number;
}

interface Question {
  readonly answers: Map<number, readonly SentEntry[] | undefined>;
  readonly finish: () => void;
}

/**
 * The primary's part: whatever changes the probe of one worker changes it in all, in one order; a new worker begins
 * in the state of the others; and a worker can ask for the entries of all. Call it before the first fork.
 *
 * @returns A function that ends it.
 * @throws TypeError for a mistake in the options.
 */
export function coordinateWorkers(options: PrimaryOptions = {}): () => void {
  expectObject("options", options);
  expectKnownKeys("options", options, ["probe", "timeoutMs"]);
  const { probe = defaultProbe, timeoutMs = 6_000 } = options;
  expectMethods("probe", probe, ["decommission", "commission"]);
  expectNumber("timeoutMs", timeoutMs, { min: 1 });
  const questions = new Map<number, Question>();
  let lastId = 0;

  function hear(worker: Worker, packed: unknown): void {
    const message = unpack<ToPrimary>(packed);
    if (message === undefined) return;
    if (message.kind === "hello") tell(worker, { kind: "body", body: probe.body });
    else if (message.kind === "body") setBody(message.body);
    else if (message.kind === "ask") askAll(worker, message.id, message.names);
    else answer(worker, message.id, message.entries);
  }

  /** Everybody is told in the same order, the one who began it too: the last word is the same everywhere. */
  function setBody(body: string): void {
    if (body === probe.body) broadcast();
    else if (body === "OK") probe.commission();
    else probe.decommission(body);
  }

  function broadcast(): void {
    for (const worker of getWorkers()) tell(worker, { kind: "body", body: probe.body });
  }

  function askAll(asking: Worker, askingId: number, names: readonly string[] | undefined): void {
    lastId += 1;
    const id = lastId;
    const workers = getWorkers();
    const timer = setTimeout(finish, timeoutMs);
    questions.set(id, { answers: new Map(workers.map((worker) => [worker.id, undefined])), finish });
    for (const worker of workers) tell(worker, { kind: "ask", id, ...(names && { names }) });

    function finish(): void {
      clearTimeout(timer);
      const answers = Array.from(questions.get(id)?.answers ?? [], toAnswer);
      questions.delete(id);
      tell(asking, { kind: "answers", id: askingId, answers });
    }
  }

  function answer(worker: Worker, id: number, entries: readonly SentEntry[]): void {
    const question = questions.get(id);
    question?.answers.set(worker.id, entries);
    finishIfComplete(question);
  }

  /** A worker that has ended cannot answer, and is no worker any more. */
  function forget(worker: Worker): void {
    for (const question of questions.values()) {
      question.answers.delete(worker.id);
      finishIfComplete(question);
    }
  }

  function finishIfComplete(question: Question | undefined): void {
    if (question === undefined) return;
    if ([...question.answers.values()].every((entries) => entries !== undefined)) question.finish();
  }

  const stopListening = probe.on("change", broadcast);
  cluster.on("message", hear);
  cluster.on("exit", forget);
  return function stopCoordinating() {
    stopListening();
    cluster.off("message", hear);
    cluster.off("exit", forget);
    for (const question of [...questions.values()]) question.finish();
  };
}

function getWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected() === true) as Worker[];
}

/** A worker may have gone at this very moment; its `exit` says the rest. */
function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(pack(message), () => {});
}

function toAnswer([worker, entries]: [number, readonly SentEntry[] | undefined]): WorkerAnswer {
  return { worker, ...(entries && { entries }) };
}
