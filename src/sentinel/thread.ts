import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { describeError } from "../util/describe-error.ts";
import type { Logger } from "../util/logger.ts";
import { logOrWarn } from "../util/trouble.ts";
import { dispatch, type Receivers } from "../wire/dispatch.ts";
import { processNow } from "./counters.ts";
import type { ThreadData, ToMain, ToSentinel } from "./protocol.ts";
import { listenForSilence, type Silence } from "./silence.ts";

export interface ThreadSetup {
  readonly url: URL;
  readonly data: ThreadData;
  /** A number that the thread changes every `BEAT_MS`. */
  readonly getTicks: () => number;
  /** Listeners for the thread's messages, except those about the thread itself. */
  readonly receivers: Omit<Receivers<ToMain>, "listening" | "failed">;
  /** Called when a new thread has replaced one that ended. */
  readonly onRestart: () => void;
  readonly getLogger: () => Logger | undefined;
}

/** A thread that is restarted whenever it ends or hangs. */
export interface Thread {
  /** Resolves with the address that it listens on. Rejects if it cannot start. */
  readonly listening: Promise<AddressInfo>;
  send(message: ToSentinel): void;
  /** Checks whether it hangs. Call it every `BEAT_MS`. */
  look(): void;
  close(): Promise<void>;
}

/** The pause before the first restart of a thread. It doubles with each further restart. */
export const MIN_RESTART_MS = 100;
export const MAX_RESTART_MS = 30_000;

/** A thread without a sign of life for this long is ended. Measured while the main thread runs. */
export const HUNG_AFTER_MS = 10_000;

/** Maximum heap of the thread in MiB. A thread that exceeds it ends, but the process continues. */
export const MAX_HEAP_MEBIBYTES = 256;
/** Small, because few objects live long and the memory is never released. */
const MAX_YOUNG_MEBIBYTES = 4;

export function keepThread({ url, data, getTicks, receivers, onRestart, getLogger }: ThreadSetup): Thread {
  const first = createFirstWord();
  let running: RunningThread | undefined;
  let address: AddressInfo | undefined;
  let restartMs = MIN_RESTART_MS;
  let restarting: NodeJS.Timeout | undefined;
  let isClosed = false;

  function start(): RunningThread {
    const startedAt = performance.now();
    return startThread({
      url,
      data: { ...data, port: address?.port ?? data.port },
      getTicks,
      receivers: {
        ...receivers,
        listening(message) {
          address = message.address;
          first.resolve(address);
        },
      },
      onFailure: first.reject,
      onEnd(why) {
        if (performance.now() - startedAt > MAX_RESTART_MS) restartMs = MIN_RESTART_MS;
        startAgainLater(why);
      },
    });
  }

  /** Does not restart a thread that never listened. In that case `listening` has rejected. */
  function startAgainLater(cause: string): void {
    running = undefined;
    if (isClosed || address === undefined) return;
    logOrWarn(
      getLogger(),
      "sentinel-ended",
      `the sentinel's thread ended: ${cause}; restarting it in ${restartMs} ms`,
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
    if (running.silence.ms >= HUNG_AFTER_MS) running.end(`no heartbeat for ${HUNG_AFTER_MS / 1_000} s`);
  }

  running = start();
  // The thread keeps the process alive only until it listens.
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
  /** Does not wait for the exit, because a thread that hangs in a system call never exits. */
  end(why: string): void;
}

interface StartSetup extends Pick<ThreadSetup, "url" | "data" | "getTicks"> {
  readonly receivers: Omit<Receivers<ToMain>, "failed">;
  readonly onFailure: (error: unknown) => void;
  /** Called once. */
  readonly onEnd: (why: string) => void;
}

function startThread({ url, data, getTicks, receivers, onFailure, onEnd }: StartSetup): RunningThread {
  const worker = startWorker(url, data);
  let cause = "without an error";
  let isOver = false;

  function end(why: string): void {
    if (isOver) return;
    isOver = true;
    void worker.terminate();
    onFailure(new Error(`the sentinel's thread ended before it listened: ${why}`));
    onEnd(why);
  }

  const ownReceivers: Receivers<ToMain> = {
    ...receivers,
    failed({ message, code }) {
      onFailure(Object.assign(new Error(message), { code }));
      end(message);
    },
  };
  worker.on("message", (message: ToMain) => dispatch(message, ownReceivers));
  worker.on("error", (error) => {
    cause = describeError(error);
    onFailure(error);
  });
  worker.once("exit", () => end(cause));
  return { worker, silence: listenForSilence({ getCount: getTicks, monotonicNow: processNow }), end };
}

/** The result of the first thread: it listens, or it fails. */
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

/**
 * Starts a worker without the process's options and environment, so that it loads no preloads or
 * instrumentation.
 */
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
