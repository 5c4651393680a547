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

/** Calls again and again for each handler whose state stays bad. */
export interface Reminders {
  /** A handler's state has changed: its pause begins anew, or is over. */
  note(name: string, state: State): void;
  close(): void;
}

export function createReminders({ registry, clock, repeatMs, isBad, remind }: RemindersSetup): Reminders {
  const timers = new Map<string, () => void>();
  const changes = registry.changes()[Symbol.asyncIterator]();

  function note(name: string, state: State): void {
    timers.get(name)?.();
    timers.delete(name);
    if (isBad(state)) start(name);
  }

  function start(name: string): void {
    const cancelTimer = clock.startTimer(repeatMs, () => void askAndRemind(name, cancelTimer), {
      background: true,
    });
    timers.set(name, cancelTimer);
  }

  /** The handler is asked first. If its state has changed, that was told as a change meanwhile. */
  async function askAndRemind(name: string, own: () => void): Promise<void> {
    const entry = await findEntry(name);
    if (timers.get(name) !== own) return;
    timers.delete(name);
    if (entry === undefined) return;
    remind(entry);
    start(name);
  }

  /** `undefined` for a handler that was removed. */
  async function findEntry(name: string): Promise<Entry | undefined> {
    try {
      const report = await registry.getReport({ names: [name] });
      return report.entries[0];
    } catch {
      return undefined;
    }
  }

  /** What a closed registry says is not worth a reminder. */
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
  return { note, close };
}
