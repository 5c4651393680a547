import type { Entry } from "../core/report.ts";
import { RED, STATE_NUMBERS } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { toEntry, type WorkerAnswer } from "./protocol.ts";

/** One entry for each name: the worst of all workers, with what each of them says in `entries`. */
export function mergeAnswers(answers: readonly WorkerAnswer[], now: number): readonly Entry[] {
  const byName = new Map<string, Map<number, Entry>>();
  for (const { worker, entries } of answers) {
    for (const entry of entries?.map(toEntry) ?? [toSilentEntry(worker, now)]) {
      const said = byName.get(entry.name) ?? new Map<number, Entry>();
      byName.set(entry.name, said.set(worker, entry));
    }
  }
  return Array.from(byName.values(), mergeEntries);
}

function mergeEntries(said: ReadonlyMap<number, Entry>): Entry {
  const worst = [...said.values()].reduce(toWorse);
  const entries = Object.fromEntries(
    Array.from(said, ([worker, { status }]): [number, Status] => [worker, status]),
  );
  return { ...worst, status: Object.freeze({ ...worst.status, entries }) };
}

function toWorse(one: Entry, other: Entry): Entry {
  return STATE_NUMBERS[other.status.state] > STATE_NUMBERS[one.status.state] ? other : one;
}

/** A worker that does not answer is busy or stuck: nobody knows how its handlers are. */
function toSilentEntry(worker: number, now: number): Entry {
  const at = new Date(now);
  const status = Object.freeze({ state: RED, detail: "has not told its status in time" });
  return {
    name: `worker ${worker}`,
    status,
    rawStatus: status,
    critical: true,
    scope: "local",
    checkedAt: at,
    durationMs: 0,
    since: at,
    reason: "timeout",
    dependsOn: [],
  };
}
