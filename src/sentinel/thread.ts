import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { describeError } from "../util/describe-error.ts";
import type { Logger } from "../util/logger.ts";
import { logOrWarn } from "../util/trouble.ts";
import { type Hearers, hear } from "../wire/hearers.ts";
import { processNow } from "./counters.ts";
import type { ThreadData, ToMain, ToSentinel } from "./protocol.ts";
import { listenForSilence, type Silence } from "./silence.ts";

export interface ThreadSetup {
  readonly url: URL;
  readonly data: ThreadData;
  /** A number that the thread changes every `BEAT_MS`. */
  readonly getTicks: () => number;
  /** What is done about what the thread says, beside what is about the thread itself. */
  readonly hearers: Omit<Hearers<ToMain>, "listening" | "failed">;
  /** A thread has begun in place of one that ended. */
  readonly onRestart: () => void;
  readonly getLogger: () => Logger | undefined;
}

/** A thread that is started again whenever it ends or hangs. */
export interface Thread {
  /** Where it listens. Rejects where it could not begin. */
  readonly listening: Promise<AddressInfo>;
  send(message: ToSentinel): void;
  /** Looks whether it hangs. To be called every `BEAT_MS`. */
  look(): void;
  close(): Promise<void>;
}

/** How long it takes until a thread that has ended is started again: this, and then twice as long each time. */
export const MIN_RESTART_MS = 100;
export const MAX_RESTART_MS = 30_000;

/** A thread that has given no sign of life for so long is ended. It is time that the main thread has seen pass. */
export const HUNG_AFTER_MS = 10_000;

/** The most that the heap of the thread may be, in MiB. One that needs more ends; the process goes on. */
export const MAX_HEAP_MEBIBYTES = 256;
/** A small one: there are hardly any objects that live for long, and memory is not given back. */
const MAX_YOUNG_MEBIBYTES = 4;

export function keepThread({ url, data, getTicks, hearers, onRestart, getLogger }: ThreadSetup): Thread {
  const first = createFirstWord();
  let running: RunningThread | undefined;
  let address: AddressInfo | undefined;
  let restartMs = MIN_RESTART_MS;
  let restarting: NodeJS.Timeout | undefined;
  let isClosed = false;

  function start(): RunningThread {
    const worker = startWorker(url, { ...data, port: address?.port ?? data.port });
    const startedAt = performance.now();
    let cause = "without a word";
    let isOver = false;

    /** Without waiting for its exit: a thread that hangs in a call of the system never comes to it. */
    function end(why: string): void {
      if (isOver) return;
      isOver = true;
      void worker.terminate();
      first.reject(new Error(`the sentinel's thread ended before it listened: ${why}`));
      if (performance.now() - startedAt > MAX_RESTART_MS) restartMs = MIN_RESTART_MS;
      startAgainLater(why);
    }

    const ownHearers: Hearers<ToMain> = {
      ...hearers,
      listening(message) {
        address = message.address;
        first.resolve(address);
      },
      failed({ message, code }) {
        first.reject(Object.assign(new Error(message), { code }));
        end(message);
      },
    };
    worker.on("message", (message: ToMain) => hear(message, ownHearers));
    worker.on("error", (error) => {
      cause = describeError(error);
      first.reject(error);
    });
    worker.once("exit", () => end(cause));
    return { worker, silence: listenForSilence({ getCount: getTicks, monotonicNow: processNow }), end };
  }

  /** One that never listened is not started again: whoever waits for it has been told. */
  function startAgainLater(cause: string): void {
    running = undefined;
    if (isClosed || address === undefined) return;
    logOrWarn(
      getLogger(),
      "the sentinel's thread ended",
      `the sentinel's thread ended: ${cause}; the next one begins in ${restartMs} ms`,
    );
    restarting = setTimeout(startAgain, restartMs).unref();
    restartMs = Math.min(restartMs * 2, MAX_RESTART_MS);
  }

  function startAgain(): void {
    try {
      running = start();
      running.worker.unref();
      onRestart();
    } catch (error) {
      startAgainLater(describeError(error));
    }
  }

  function look(): void {
    if (running === undefined) return;
    running.silence.look();
    if (running.silence.ms >= HUNG_AFTER_MS) running.end(`no sign of life for ${HUNG_AFTER_MS / 1_000} s`);
  }

  running = start();
  // Only who waits for it to listen keeps the process alive for it.
  const listening = first.promise.finally(() => running?.worker.unref());

  return {
    listening,
    send: (message) => running?.worker.postMessage(message),
    look,
    async close() {
      isClosed = true;
      clearTimeout(restarting);
      await running?.worker.terminate();
    },
  };
}

interface RunningThread {
  readonly worker: Worker;
  readonly silence: Silence;
  end(why: string): void;
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
