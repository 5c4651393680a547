import cluster, { type Worker } from "node:cluster";
import { findIdentity } from "../core/identity.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import { toSettingText } from "../core/probe-setting.ts";
import { createSharedStandings } from "../core/readiness/shared-standings.ts";
import { readOptions } from "../options/read-options.ts";
import { methods, PERIOD_MS } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import type { Receivers } from "../wire/dispatch.ts";
import { createGathering } from "./gathering.ts";
import {
  dispatchPacked,
  pack,
  type SentIdentity,
  type SentSetting,
  type ToPrimary,
  type ToWorker,
} from "./protocol.ts";
import { applySetting, readSetting } from "./share-setting.ts";

/** Options for the primary. */
export interface PrimaryOptions {
  /**
   * The primary's probe. A change applies to every worker.
   * @default defaultProbe
   */
  readonly probe?: Probe;
  /**
   * Timeout for a worker's entries. After the timeout, the report shows the worker as RED. Set it higher than the
   * longest `timeoutMs` of a handler.
   * @default 6000
   */
  readonly timeoutMs?: number;
}

const PRIMARY_OPTIONS: OptionShapes<PrimaryOptions> = {
  probe: { ...methods("decommission", "commission", "on"), default: defaultProbe },
  timeoutMs: { ...PERIOD_MS, default: 6_000 },
};

let isCoordinating = false;

/**
 * Coordinates the workers from the primary: a change of one worker's probe applies to all workers, in the
 * same order; a new worker starts with the state of the others; and each worker can request the entries of
 * all. Call it before the first fork.
 *
 * @example
 * if (cluster.isPrimary) {
 *   coordinateWorkers();
 *   cluster.fork();
 *   cluster.fork();
 * }
 * @returns A function that ends the coordination.
 * @throws TypeError for invalid options, in a worker, or if coordination is already active.
 */
export function coordinateWorkers(options: PrimaryOptions = {}): () => void {
  const { probe, timeoutMs } = readOptions(PRIMARY_OPTIONS, options);
  if (cluster.isWorker) throw new TypeError("coordinateWorkers(): expected the primary, got a worker");
  if (isCoordinating) throw new TypeError("coordinateWorkers() has already been called");
  isCoordinating = true;
  const members = new Set<Worker>();
  const listening = new WeakSet<Worker>();
  const leaving = new WeakSet<Worker>();
  /** Outlives the workers, so that a new one starts with the standings that the others saw. */
  const standings = createSharedStandings(() => performance.now());
  const gathering = createGathering({ members, timeoutMs, send });

  function receive(worker: Worker, packed: unknown): void {
    dispatchPacked<ToPrimary>(packed, toReceivers(worker));
  }

  function toReceivers(worker: Worker): Receivers<ToPrimary> {
    return {
      hello() {
        members.add(worker);
        leaving.delete(worker);
        for (const name of standings.names) sendStanding(worker, name);
        send(worker, { kind: "welcome", ...readSetting(probe), timeoutMs, identity: getIdentity() });
      },
      bye: () => forget(worker),
      body: ({ kind: _, ...setting }) => take(setting),
      ask: ({ id, names }) => gathering.requestAll(worker, id, names),
      entries: ({ id, entries }) => gathering.record(worker, id, entries),
      standing({ name, standing }) {
        if (!standings.add(name, standing)) return;
        for (const member of members) sendStanding(member, name);
      },
      leave({ id }) {
        leaving.add(worker);
        send(worker, { kind: "left", id, isCovered: isCovered() });
      },
    };
  }

  function sendStanding(worker: Worker, name: string): void {
    const standing = standings.find(name);
    if (standing !== undefined) send(worker, { kind: "standing", name, standing });
  }

  /** Sends changes to all workers, including the sender, in the same order, so that all end in the same state. */
  function take(setting: SentSetting): void {
    if (toSettingText(setting) === toSettingText(readSetting(probe))) broadcast();
    else applySetting(probe, setting);
  }

  function getIdentity(): SentIdentity {
    const { instance, startedAt } = findIdentity(probe);
    return { instance, startedAt: startedAt.getTime() };
  }

  function broadcast(): void {
    for (const worker of members) send(worker, { kind: "body", ...readSetting(probe) });
  }

  /** Whether another worker can take the connections of the workers that leave. */
  function isCovered(): boolean {
    const isServing = (worker: Worker): boolean => listening.has(worker) && !leaving.has(worker);
    return probe.commissioned && [...members].some(isServing);
  }

  /** Removes a worker that has left or exited, and no longer waits for its entries. */
  function forget(worker: Worker): void {
    members.delete(worker);
    gathering.forget(worker);
  }

  function recordListening(worker: Worker): void {
    listening.add(worker);
  }

  const stopListening = probe.on("change", broadcast);
  cluster.on("message", receive).on("disconnect", forget).on("listening", recordListening);
  // Running workers sent their hello before this listener existed, so they are asked to send it again.
  for (const worker of Object.values(cluster.workers ?? {})) if (worker) send(worker, { kind: "hello" });

  return function stopCoordinating() {
    if (!isCoordinating) return;
    isCoordinating = false;
    stopListening();
    cluster.off("message", receive).off("disconnect", forget).off("listening", recordListening);
    gathering.finish();
    for (const worker of members) send(worker, { kind: "bye" });
  };
}

/** Ignores errors: the worker may just have exited, and the `disconnect` listener handles that. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(pack(message), () => {});
}
