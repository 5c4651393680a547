import { onAbort } from "../../util/abort.ts";
import type { Change } from "../change.ts";
import type { Ending } from "./ending.ts";

/** Maximum number of unread changes. A consumer that falls further behind loses the oldest ones. */
export const MAX_QUEUED_CHANGES = 1_000;

/** A change as `registry.changes()` yields it. */
export interface ObservedChange extends Change {
  /** Number of changes before this one that were dropped because the consumer did not read them in time. */
  readonly missed?: number;
}

export interface ObserveSetup {
  readonly listen: (listener: (change: Change) => void) => () => void;
  readonly ending: Ending;
  readonly signal: AbortSignal | undefined;
}

/** Makes the changes iterable. None is queued before the loop begins, and a limited number after that. */
export function observeChanges(setup: ObserveSetup): AsyncIterable<ObservedChange> {
  return { [Symbol.asyncIterator]: () => createIterator(setup) };
}

function createIterator({ listen, ending, signal }: ObserveSetup): AsyncIterator<ObservedChange> {
  const queue: Change[] = [];
  const waiting: ((result: IteratorResult<ObservedChange>) => void)[] = [];
  let missed = 0;
  let isOver = false;

  const stopListening = listen(function queueChange(change) {
    const reader = waiting.shift();
    if (reader !== undefined) return reader({ done: false, value: change });
    queue.push(change);
    if (queue.length <= MAX_QUEUED_CHANGES) return;
    queue.shift();
    missed += 1;
  });
  const stopWaitingForClose = ending.onClose(endAfterQueue);
  const stopWaitingForAbort = onAbort(signal, end);
  if (signal?.aborted || ending.isClosed) end();

  function end(): void {
    queue.length = 0;
    endAfterQueue();
  }

  /** Changes from before the registry was closed can still be read. */
  function endAfterQueue(): void {
    isOver = true;
    stopListening();
    stopWaitingForClose();
    if (queue.length === 0) stopWaitingForAbort();
    for (const reader of waiting.splice(0)) reader(DONE);
  }

  function takeOldest(change: Change): ObservedChange {
    const observed = missed > 0 ? { ...change, missed } : change;
    missed = 0;
    return observed;
  }

  return {
    next() {
      const change = queue.shift();
      if (change !== undefined) return Promise.resolve({ done: false, value: takeOldest(change) });
      if (!isOver) return new Promise((resolve) => void waiting.push(resolve));
      end();
      return Promise.resolve(DONE);
    },
    return() {
      end();
      return Promise.resolve(DONE);
    },
  };
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
