/** A pending timer. */
export interface Timer {
  readonly dueAt: number;
  /** Timers for the same moment fire in the order in which they started. */
  readonly order: number;
  readonly run: () => void;
}

/** A queue of timers, the next one first. */
export interface TimerQueue {
  readonly size: number;
  /** Adds a timer. Returns a function that removes it. */
  add(dueAt: number, run: () => void): () => void;
  /** Removes and returns the next timer if it is due by then. */
  takeDue(by: number): Timer | undefined;
}

/** A binary heap, so that tests can use registries with ten thousand handlers. */
export function createTimerQueue(): TimerQueue {
  const waiting = new Set<Timer>();
  let heap: Timer[] = [];
  let started = 0;

  function remove(timer: Timer): void {
    waiting.delete(timer);
    // A removed timer stays in the heap until it is due, or until half of the heap consists of removed
    // timers.
    if (heap.length > MIN_LENGTH && heap.length > 2 * waiting.size) heap = [...waiting].sort(compareTimers);
  }

  return {
    get size() {
      return waiting.size;
    },
    add(dueAt, run) {
      started += 1;
      const timer = { dueAt, order: started, run };
      waiting.add(timer);
      addToHeap(heap, timer);
      return () => remove(timer);
    },
    takeDue(by) {
      for (let next = heap[0]; next !== undefined && next.dueAt <= by; next = heap[0]) {
        removeFirst(heap);
        if (waiting.delete(next)) return next;
      }
      return undefined;
    },
  };
}

const MIN_LENGTH = 64;

function compareTimers(one: Timer, other: Timer): number {
  return one.dueAt - other.dueAt || one.order - other.order;
}

function addToHeap(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || compareTimers(parent, timer) <= 0) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = timer;
}

function removeFirst(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (let child = toNextChild(heap, index); child !== undefined; child = toNextChild(heap, index)) {
    if (compareTimers(last, child.timer) <= 0) break;
    heap[index] = child.timer;
    index = child.index;
  }
  heap[index] = last;
}

function toNextChild(
  heap: readonly Timer[],
  parentIndex: number,
): { readonly timer: Timer; readonly index: number } | undefined {
  const index = 2 * parentIndex + 1;
  const [left, right] = [heap[index], heap[index + 1]];
  if (left === undefined) return undefined;
  if (right === undefined || compareTimers(left, right) < 0) return { timer: left, index };
  return { timer: right, index: index + 1 };
}
