import { expectMethods } from "../../options/expect.ts";
import { readOptions } from "../../options/read-options.ts";
import type { Consumer, ResumableOptions } from "./consumer.ts";
import { endedBefore } from "./ended-before.ts";
import { RESUMABLE_OPTIONS } from "./options.ts";

type JobListener = (job: { readonly id?: string } | undefined) => void;

/** A worker of `bullmq`, from version 4 on. */
export interface BullMqWorker {
  readonly name: string;
  pause(doNotWaitActive?: boolean): Promise<void>;
  resume(): void;
  close(force?: boolean): Promise<void>;
  on(event: never, listener: never): unknown;
}

/**
 * Adapts a BullMQ worker for a drain. It stops taking jobs at once and finishes the active ones. Jobs that
 * are still active at the deadline are not finished: BullMQ runs them again when their lock has expired
 * (`lockDuration`, default 30 s), so they must be idempotent. It closes the worker.
 *
 * Create it together with the worker, because it only counts jobs that start afterwards.
 *
 * @example
 * drainOnSignals(server, { consumers: [bullmq(worker)] });
 * @throws TypeError for an invalid worker or option.
 */
export function bullmq(worker: BullMqWorker, options: ResumableOptions = {}): Consumer {
  expectMethods("worker", worker, ["pause", "resume", "close", "on"]);
  const {
    name = `BullMQ ${worker.name}`,
    progress,
    onDecommission,
  } = readOptions(RESUMABLE_OPTIONS, options);
  /** Bounded by the worker's concurrency. */
  const active = new Set<string | undefined>();
  let finished = 0;
  let paused: Promise<void> | undefined;

  const recordEnd: JobListener = function recordEnd(job) {
    // The check for stalled jobs reports jobs of other workers too.
    if (!active.delete(job?.id)) return;
    finished += 1;
    progress?.done();
  };
  const on = worker.on.bind(worker) as (event: string, listener: JobListener) => void;
  on("active", (job) => void active.add(job?.id));
  on("completed", recordEnd);
  on("failed", recordEnd);

  function stop(): void {
    if (paused !== undefined) return;
    finished = 0;
    // Without its argument, it also wakes the connection that waits for the next job.
    paused = worker.pause();
    paused.catch(() => {}); // `finish` reports it
  }

  return {
    name,
    onDecommission,
    stop,
    async finish({ signal }) {
      stop();
      const hasEnded = await endedBefore(signal, paused as Promise<void>);
      const left = hasEnded ? 0 : active.size;
      await worker.close(!hasEnded);
      return { finished, left };
    },
    resume() {
      paused = undefined;
      worker.resume();
    },
  };
}
