import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { describeError } from "../core/describe-error.ts";
import { type Hearers, hear } from "../core/hearers.ts";
import { type Logger, log } from "../core/logger.ts";
import type { ThreadData, ToMain, ToSentinel } from "./protocol.ts";

export interface ThreadSetup {
  readonly url: URL;
  readonly data: ThreadData;
  /** What is done about what the thread says, beside what is about the thread itself. */
  readonly hearers: Omit<Hearers<ToMain>, "listening" | "failed">;
  /** A thread has begun in place of one that ended. */
  readonly onRestart: () => void;
  readonly getLogger: () => Logger | undefined;
}

/** A thread that is started again whenever it ends. */
export interface Thread {
  /** Where it listens. Rejects where it could not begin. */
  readonly listening: Promise<AddressInfo>;
  send(message: ToSentinel): void;
  close(): Promise<void>;
}

/** How long it takes until a thread that has ended is started again: this, and then twice as long each time. */
export const MIN_RESTART_MS = 100;
export const MAX_RESTART_MS = 30_000;

/** The heap of the thread, in MiB. One that needs more ends; the process goes on. */
export const MAX_HEAP_MEBIBYTES = 64;
/** A small one: there are hardly any objects that live for long, and memory is not given back. */
const MAX_YOUNG_MEBIBYTES = 4;

export function keepThread({ url, data, hearers, onRestart, getLogger }: ThreadSetup): Thread {
  const first = createFirstWord();
  let worker: Worker | undefined;
  let address: AddressInfo | undefined;
  let restartMs = MIN_RESTART_MS;
  let restarting: NodeJS.Timeout | undefined;
  let isClosed = false;

  function start(): Worker {
    const started = startWorker(url, { ...data, port: address?.port ?? data.port });
    const startedAt = performance.now();
    let cause = "without a word";
    const ownHearers: Hearers<ToMain> = {
      ...hearers,
      listening(message) {
        address = message.address;
        first.resolve(address);
      },
      failed({ message, code }) {
        cause = message;
        first.reject(Object.assign(new Error(message), { code }));
        void started.terminate();
      },
    };
    started.on("message", (message: ToMain) => hear(message, ownHearers));
    started.on("error", (error) => {
      cause = describeError(error);
      first.reject(error);
    });
    started.once("exit", () => {
      first.reject(new Error("the sentinel's thread ended before it listened"));
      if (performance.now() - startedAt > MAX_RESTART_MS) restartMs = MIN_RESTART_MS;
      startAgainLater(cause);
    });
    return started;
  }

  /** One that never listened is not started again: whoever waits for it has been told. */
  function startAgainLater(cause: string): void {
    if (isClosed || address === undefined) return;
    log(
      getLogger(),
      "error",
      `the sentinel's thread ended: ${cause}; the next one begins in ${restartMs} ms`,
    );
    restarting = setTimeout(startAgain, restartMs).unref();
    restartMs = Math.min(restartMs * 2, MAX_RESTART_MS);
  }

  function startAgain(): void {
    try {
      worker = start();
      worker.unref();
      onRestart();
    } catch (error) {
      startAgainLater(describeError(error));
    }
  }

  worker = start();
  // Only who waits for it to listen keeps the process alive for it.
  const listening = first.promise.finally(() => worker?.unref());

  return {
    listening,
    send: (message) => worker?.postMessage(message),
    async close() {
      isClosed = true;
      clearTimeout(restarting);
      await worker?.terminate();
    },
  };
}

/** What becomes of the first thread: it listens, or it cannot. */
function createFirstWord(): FirstWord {
  let resolve: FirstWord["resolve"] = () => {};
  let reject: FirstWord["reject"] = () => {};
  const promise = new Promise<AddressInfo>((onListening, onFailure) => {
    resolve = onListening;
    reject = onFailure;
  });
  return { promise, resolve, reject };
}

interface FirstWord {
  readonly promise: Promise<AddressInfo>;
  readonly resolve: (address: AddressInfo) => void;
  readonly reject: (error: unknown) => void;
}

/** Without the options and the environment of the process: what it preloads or instruments is not meant for this. */
function startWorker(url: URL, workerData: ThreadData): Worker {
  return new Worker(url, {
    name: "svc-status sentinel",
    workerData,
    resourceLimits: {
      maxOldGenerationSizeMb: MAX_HEAP_MEBIBYTES,
      maxYoungGenerationSizeMb: MAX_YOUNG_MEBIBYTES,
    },
    execArgv: [],
    env: {},
    stdout: true,
    stderr: true,
  });
}
