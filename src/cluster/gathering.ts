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
  /** Requests the entries of all workers, and sends them to the requesting worker under its own id. */
  requestAll(requester: Worker, requesterId: number, names: readonly string[] | undefined): void;
  record(worker: Worker, id: number, entries: readonly SentEntry[]): void;
  /** No longer waits for the entries of a worker. */
  forget(worker: Worker): void;
  /** Answers all pending requests with the entries known so far. */
  finish(): void;
}

/** A worker's request for the entries of all workers. */
interface OpenRequest {
  readonly answers: Map<number, readonly SentEntry[] | undefined>;
  readonly finish: () => void;
}

export function createGathering({ members, timeoutMs, send }: GatheringSetup): Gathering {
  const requests = new Map<number, OpenRequest>();
  let lastId = 0;

  return {
    requestAll(requester, requesterId, names) {
      lastId += 1;
      const id = lastId;
      const answers = new Map(Array.from(members, (worker) => [worker.id, undefined]));
      const timer = setTimeout(finish, timeoutMs);
      requests.set(id, { answers, finish });
      for (const worker of members) send(worker, { kind: "ask", id, ...(names && { names }) });

      function finish(): void {
        clearTimeout(timer);
        requests.delete(id);
        send(requester, { kind: "answers", id: requesterId, answers: Array.from(answers, toAnswer) });
      }
    },
    record(worker, id, entries) {
      const request = requests.get(id);
      if (!request?.answers.has(worker.id)) return;
      request.answers.set(worker.id, entries);
      finishIfComplete(request);
    },
    forget(worker) {
      for (const request of [...requests.values()]) {
        request.answers.delete(worker.id);
        finishIfComplete(request);
      }
    },
    finish() {
      for (const request of [...requests.values()]) request.finish();
    },
  };
}

function finishIfComplete({ answers, finish }: OpenRequest): void {
  if ([...answers.values()].every((entries) => entries !== undefined)) finish();
}

function toAnswer([worker, entries]: [number, readonly SentEntry[] | undefined]): WorkerAnswer {
  return { worker, ...(entries && { entries }) };
}
