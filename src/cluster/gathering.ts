import type { Worker } from "node:cluster";
import type { SentEntry } from "../wire/sent-entry.ts";
import type { ToWorker, WorkerAnswer } from "./protocol.ts";

export interface GatheringSetup {
  readonly members: ReadonlySet<Worker>;
  /** Timeout for the entries of a worker. */
  readonly timeoutMs: number;
  readonly send: (worker: Worker, message: ToWorker) => void;
}

/** Gathers the entries of all workers, for the workers that request them. */
export interface Gathering {
  /** Requests the entries of all workers, and sends them to the asking one under its own id. */
  askAll(asking: Worker, askingId: number, names: readonly string[] | undefined): void;
  record(worker: Worker, id: number, entries: readonly SentEntry[]): void;
  /** No longer waits for the entries of a worker. */
  forget(worker: Worker): void;
  /** Answers all pending requests with the entries known so far. */
  finish(): void;
}

/** A worker's request for the entries of all workers. */
interface Question {
  readonly answers: Map<number, readonly SentEntry[] | undefined>;
  readonly finish: () => void;
}

export function createGathering({ members, timeoutMs, send }: GatheringSetup): Gathering {
  const questions = new Map<number, Question>();
  let lastId = 0;

  return {
    askAll(asking, askingId, names) {
      lastId += 1;
      const id = lastId;
      const answers = new Map(Array.from(members, (worker) => [worker.id, undefined]));
      const timer = setTimeout(finish, timeoutMs);
      questions.set(id, { answers, finish });
      for (const worker of members) send(worker, { kind: "ask", id, ...(names && { names }) });

      function finish(): void {
        clearTimeout(timer);
        questions.delete(id);
        send(asking, { kind: "answers", id: askingId, answers: Array.from(answers, toAnswer) });
      }
    },
    record(worker, id, entries) {
      const question = questions.get(id);
      if (!question?.answers.has(worker.id)) return;
      question.answers.set(worker.id, entries);
      finishIfComplete(question);
    },
    forget(worker) {
      for (const question of [...questions.values()]) {
        question.answers.delete(worker.id);
        finishIfComplete(question);
      }
    },
    finish() {
      for (const question of [...questions.values()]) question.finish();
    },
  };
}

function finishIfComplete({ answers, finish }: Question): void {
  if ([...answers.values()].every((entries) => entries !== undefined)) finish();
}

function toAnswer([worker, entries]: [number, readonly SentEntry[] | undefined]): WorkerAnswer {
  return { worker, ...(entries && { entries }) };
}
