import { type Entry, toEffectiveState } from "../core/report.ts";
import { RED, STATE_NUMBERS } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { toEntries } from "../wire/sent-entry.ts";
import type { WorkerAnswer } from "./protocol.ts";

/**
 * Merges the entries into one per name: the worst of all workers, with the result of each worker in
 * `entries`. `waitedMs` is the time spent waiting for the workers.
 */
export function mergeAnswers(answers: readonly WorkerAnswer[], now: number, waitedMs = 0): readonly Entry[] {
  const byName = new Map<string, Map<number, Entry>>();
  for (const { worker, entries } of answers) {
    const sent = entries && toEntries(entries);
    for (const entry of sent ?? [toSilentEntry(`worker ${worker}`, now, waitedMs)]) {
      const said = byName.get(entry.name) ?? new Map<number, Entry>();
      byName.set(entry.name, said.set(worker, entry));
    }
  }
  return Array.from(byName.values(), mergeEntries);
}

/**
 * The entry for a process that does not answer. It is busy or stuck, and the state of its handlers is
 * unknown.
 */
export function toSilentEntry(name: string, now: number, waitedMs: number): Entry {
  const at = new Date(now);
  const status = Object.freeze({ state: RED, detail: "did not report in time" });
  return {
    name,
    status,
    rawStatus: status,
    critical: true,
    scope: "local",
    checkedAt: at,
    durationMs: waitedMs,
    since: at,
    reason: "timeout",
    dependsOn: [],
  };
}

function mergeEntries(said: ReadonlyMap<number, Entry>): Entry {
  const worst = [...said.values()].reduce(toWorse);
  const entries = Object.fromEntries(
    Array.from(said, ([worker, { status }]): [number, Status] => [worker, status]),
  );
  return { ...worst, status: Object.freeze({ ...worst.status, entries }) };
}

/** If the states are equal, a critical entry wins: workers may differ in which handlers are critical. */
function toWorse(one: Entry, other: Entry): Entry {
  const difference =
    STATE_NUMBERS[other.status.state] - STATE_NUMBERS[one.status.state] ||
    STATE_NUMBERS[toEffectiveState(other)] - STATE_NUMBERS[toEffectiveState(one)];
  return difference > 0 ? other : one;
}
