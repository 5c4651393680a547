import cluster from "node:cluster";
import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { getProbeSeams, getRegistrySeams } from "../core/seams.ts";
import { MAX_TIMER_MS } from "../util/clock.ts";
import { log } from "../util/logger.ts";
import { createTrouble } from "../util/trouble.ts";
import type { Receivers } from "../wire/dispatch.ts";
import { toSentEntry } from "../wire/sent-entry.ts";
import { createPendingRequests } from "./pending-requests.ts";
import { dispatchPacked, pack, type ToPrimary, type ToWorker, type WorkerAnswer } from "./protocol.ts";
import { shareSetting } from "./share-setting.ts";
import { getOwnEntries } from "./shared-report.ts";

/** Extra time for the primary's own response, after the timeout for the workers. */
const PATIENCE_MS = 1_000;

/** A worker's membership in the cluster that the primary coordinates. */
export interface Membership {
  readonly isCoordinated: boolean;
  /** Introduces this worker. Resolves with `false` if the primary does not answer in time. */
  begin(timeoutMs: number): Promise<boolean>;
  /** Requests the answers of all workers. Resolves with `undefined` if the primary does not answer. */
  requestAll(names: readonly string[] | undefined): Promise<readonly WorkerAnswer[] | undefined>;
  end(): void;
}

export function createMembership(registry: StatusRegistry, probe: Probe): Membership {
  const reports = createPendingRequests<readonly WorkerAnswer[]>();
  const leaves = createPendingRequests<boolean>();
  const welcomes = createPendingRequests<true>();
  const seams = getProbeSeams(probe);
  /** The timeout for reports; `undefined` if the primary does not coordinate. */
  let reportTimeoutMs: number | undefined;
  const shared = shareSetting(probe, (setting) => {
    if (reportTimeoutMs !== undefined) send({ kind: "body", ...setting });
  });
  const sendEntries = createEntriesSender(registry);
  const { shareStandings, inheritStanding, getRegistration } = getRegistrySeams(registry);

  /** Skips `local` handlers, because they check only this process. */
  function sendStanding(name: string): void {
    const registration = getRegistration(name);
    if (registration?.isKnown !== true || reportTimeoutMs === undefined) return;
    const isLocal = registry.handlers.some((handler) => handler.name === name && handler.scope === "local");
    if (!isLocal) send({ kind: "standing", name, standing: registration.standing });
  }

  const receivers: Receivers<ToWorker> = {
    hello: () => send({ kind: "hello" }),
    bye() {
      log(registry.logger, "warn", "cluster-ended", `the primary stopped coordinating: ${ALONE}`);
      standAlone();
    },
    welcome({ kind: _, timeoutMs, identity, ...setting }) {
      reportTimeoutMs = Math.min(timeoutMs + PATIENCE_MS, MAX_TIMER_MS);
      if (identity !== undefined) seams.identity = { ...identity, startedAt: new Date(identity.startedAt) };
      seams.peers = { leave: requestLeave, alone: shared.alone };
      shared.take(setting);
      shareStandings(sendStanding);
      for (const name of registry.names) sendStanding(name);
      welcomes.answer(FIRST, true);
    },
    body: ({ kind: _, ...setting }) => shared.take(setting),
    standing: ({ name, standing }) => inheritStanding(name, standing),
    ask: ({ id, names }) => void sendEntries(id, names),
    answers: ({ id, answers }) => reports.answer(id, answers),
    left: ({ id, isCovered }) => leaves.answer(id, isCovered),
  };

  function receive(packed: unknown): void {
    dispatchPacked(packed, receivers);
  }

  async function requestLeave(): Promise<boolean> {
    const isCovered = await leaves.request(PATIENCE_MS, (id) => send({ kind: "leave", id }));
    return isCovered === true;
  }

  function standAlone(): void {
    reportTimeoutMs = undefined;
    seams.peers = undefined;
    shareStandings(() => {});
    reports.cancel();
    leaves.cancel();
  }

  return {
    get isCoordinated() {
      return reportTimeoutMs !== undefined;
    },
    async begin(timeoutMs) {
      process.on("message", receive).on("disconnect", standAlone);
      return (await welcomes.request(timeoutMs, () => send({ kind: "hello" }))) === true;
    },
    requestAll: (names) =>
      reports.request(reportTimeoutMs ?? 0, (id) => send({ kind: "ask", id, ...(names && { names }) })),
    end() {
      shared.stop();
      process.off("message", receive).off("disconnect", standAlone);
      if (reportTimeoutMs !== undefined) send({ kind: "bye" });
      standAlone();
    },
  };
}

/** The id of the worker's only hello. */
const FIRST = 1;

export const ALONE = "the probe and the report cover this process only";

/** Sends the entries of this worker to the primary. */
function createEntriesSender(
  registry: StatusRegistry,
): (id: number, names: readonly string[] | undefined) => Promise<void> {
  const trouble = createTrouble({
    event: "cluster-entries",
    what: "sending the status to the primary failed",
    getLogger: () => registry.logger,
  });

  return async function sendEntries(id, names) {
    try {
      const entries = await getOwnEntries(registry, names);
      send({ kind: "entries", id, entries: entries.map(toSentEntry) });
      trouble.worked();
    } catch (error) {
      trouble.failed(error);
    }
  };
}

function send(message: ToPrimary): void {
  if (cluster.isWorker && process.connected) process.send?.(pack(message), undefined, undefined, () => {});
}
