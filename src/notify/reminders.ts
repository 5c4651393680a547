import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Entry } from "../core/report.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../util/clock.ts";

export interface RemindersSetup {
  readonly registry: StatusRegistry;
  readonly clock: Clock;
  readonly repeatMs: number;
  readonly isBad: (state: State) => boolean;
  readonly remind: (entry: Entry) => void;
}

/** Calls a function at intervals for each handler whose state stays bad. */
export interface Reminders {
  /** Call it when a handler's state has changed. It restarts or ends the handler's interval. */
  record(name: string, state: State): void;
  close(): void;
}

export function createReminders({ registry, clock, repeatMs, isBad, remind }: RemindersSetup): Reminders {
  const timers = new Map<string, () => void>();
  const changes = registry.changes()[Symbol.asyncIterator]();

  function record(name: string, state: State): void {
    timers.get(name)?.();
    timers.delete(name);
    if (isBad(state)) start(name);
  }

  function start(name: string): void {
    const cancelTimer = clock.startTimer(repeatMs, () => void checkAndRemind(name, cancelTimer), {
      background: true,
    });
    timers.set(name, cancelTimer);
  }

  /**
   * Runs the handler first. If its state has changed, a change was already queued and no reminder follows.
   */
  async function checkAndRemind(name: string, own: () => void): Promise<void> {
    const entry = await findEntry(name);
    if (timers.get(name) !== own) return;
    timers.delete(name);
    if (entry === undefined) return;
    remind(entry);
    start(name);
  }

  /** Returns `undefined` for a removed handler. */
  async function findEntry(name: string): Promise<Entry | undefined> {
    try {
      const report = await registry.getReport({ names: [name] });
      return report.entries[0];
    } catch {
      return undefined;
    }
  }

  /** Ends reminders when the registry closes. */
  async function closeWithRegistry(): Promise<void> {
    let step = await changes.next();
    while (!step.done) step = await changes.next();
    close();
  }

  function close(): void {
    void changes.return?.();
    for (const cancelTimer of timers.values()) cancelTimer();
    timers.clear();
  }

  void closeWithRegistry();
  return { record, close };
}
