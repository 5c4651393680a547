import cluster from "node:cluster";
import { defaultRegistry } from "../core/default-registry.ts";
import { defaultProbe, type Probe, type ProbeChange } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { getProbeSeams } from "../core/seams.ts";
import { expectKnownKeys, expectMethods, expectNumber, expectObject } from "../options/expect.ts";
import { MAX_TIMER_MS } from "../util/clock.ts";
import { log } from "../util/logger.ts";
import { createTrouble } from "../util/trouble.ts";
import type { Hearers } from "../wire/hearers.ts";
import { toSentEntry } from "../wire/sent-entry.ts";
import { hearPacked, pack, type ToPrimary, type ToWorker, type WorkerAnswer } from "./protocol.ts";
import { createQuestions } from "./questions.ts";
import { createSharedRegistry, getOwnEntries } from "./shared-report.ts";

/** Options for a worker. */
export interface WorkerOptions {
  /** @default defaultRegistry */
  readonly registry?: StatusRegistry;
  /** @default defaultProbe */
  readonly probe?: Probe;
  /**
   * Time-out for the primary, which answers at once if it coordinates. After it, this worker starts alone and
   * logs a warning with the registry's logger.
   * @default 2000
   */
  readonly timeoutMs?: number;
}

/** This worker's membership in its cluster. */
export interface ClusterMember {
  /** `false`: the primary does not coordinate, so the probe and the report cover this worker only. */
  readonly isCoordinated: boolean;
  /** The registry whose reports show all workers. Pass it to `serviceStatus({ svcStatus: { registry } })`. */
  readonly registry: StatusRegistry;
  /** Leaves the cluster's coordination. */
  leave(): void;
}

/** Time-out for the primary itself, in addition to the time-out for the workers. */
const PATIENCE_MS = 1_000;

let hasJoined = false;

/**
 * Joins this worker to the cluster: applies the state of the other workers, and from then on shares every
 * change of the probe. Await it before the server listens.
 *
 * @example
 * const { registry } = await joinCluster();
 * createServer(serviceStatus({ svcStatus: { registry } })).listen(8080);
 * @throws TypeError for invalid options, or if you call it again before `leave()`.
 */
export async function joinCluster(options: WorkerOptions = {}): Promise<ClusterMember> {
  expectObject("options", options);
  expectKnownKeys("options", options, ["registry", "probe", "timeoutMs"]);
  const { registry = defaultRegistry, probe = defaultProbe, timeoutMs = 2_000 } = options;
  expectMethods("registry", registry, ["getReport"]);
  expectMethods("probe", probe, ["decommission", "commission", "on"]);
  expectNumber("timeoutMs", timeoutMs, { min: 1 });
  if (hasJoined) throw new TypeError("joinCluster() was called already: leave() first");
  hasJoined = true;
  const reports = createQuestions<readonly WorkerAnswer[]>();
  const leaves = createQuestions<boolean>();
  const trouble = createTrouble({
    what: "the primary could not be told the status",
    getLogger: () => registry.logger,
  });
  let reportTimeoutMs: number | undefined;
  let tellWelcomed = (): void => {};
  let taking: string | undefined;
  let isChangingAlone = false;
  let hasLeft = false;

  const hearers: Hearers<ToWorker> = {
    hello: () => send({ kind: "hello" }),
    bye: atBye,
    welcome: atWelcome,
    body: ({ body }) => takeBody(body),
    ask: ({ id, names }) => void tellEntries(id, names),
    answers: ({ id, answers }) => reports.answer(id, answers),
    left: ({ id, isCovered }) => leaves.answer(id, isCovered),
  };

  function hear(packed: unknown): void {
    hearPacked(packed, hearers);
  }

  function atWelcome(message: { readonly body: string; readonly timeoutMs: number }): void {
    reportTimeoutMs = Math.min(message.timeoutMs + PATIENCE_MS, MAX_TIMER_MS);
    getProbeSeams(probe).peers = { leave: askToLeave, alone };
    takeBody(message.body);
    tellWelcomed();
  }

  function takeBody(body: string): void {
    taking = body;
    if (body === "OK") probe.commission();
    else probe.decommission(body);
    taking = undefined;
  }

  /** If a listener of the application changes a received state, that change also applies to all workers. */
  function tellBody({ body }: ProbeChange): void {
    const isForAll = reportTimeoutMs !== undefined && !isChangingAlone && body !== taking;
    if (isForAll) send({ kind: "body", body: probe.body });
  }

  async function askToLeave(): Promise<boolean> {
    const isCovered = await leaves.ask(PATIENCE_MS, (id) => send({ kind: "leave", id }));
    return isCovered === true;
  }

  function alone(change: () => void): void {
    isChangingAlone = true;
    change();
    isChangingAlone = false;
  }

  async function tellEntries(id: number, names: readonly string[] | undefined): Promise<void> {
    try {
      const entries = await getOwnEntries(registry, names);
      send({ kind: "entries", id, entries: entries.map(toSentEntry) });
      trouble.worked();
    } catch (error) {
      trouble.failed(error);
    }
  }

  function askAll(names: readonly string[] | undefined): Promise<readonly WorkerAnswer[] | undefined> {
    return reports.ask(reportTimeoutMs ?? 0, (id) => send({ kind: "ask", id, ...(names && { names }) }));
  }

  function atBye(): void {
    log(registry.logger, "warn", `the primary takes no part any more: ${ALONE}`);
    standAlone();
  }

  function standAlone(): void {
    reportTimeoutMs = undefined;
    getProbeSeams(probe).peers = undefined;
    reports.cancel();
    leaves.cancel();
  }

  function isWelcomed(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs);
      tellWelcomed = () => {
        clearTimeout(timer);
        resolve(true);
      };
      send({ kind: "hello" });
    });
  }

  const stopListening = probe.on("change", tellBody);
  if (cluster.isWorker && process.connected) {
    process.on("message", hear).on("disconnect", standAlone);
    if (!(await isWelcomed()))
      log(registry.logger, "warn", `the primary takes no part, it must call coordinateWorkers(): ${ALONE}`);
  } else {
    log(registry.logger, "info", `not a worker of node:cluster: ${ALONE}`);
  }

  return {
    get isCoordinated() {
      return reportTimeoutMs !== undefined;
    },
    registry: createSharedRegistry({ registry, isCoordinated: () => reportTimeoutMs !== undefined, askAll }),
    leave() {
      if (hasLeft) return;
      hasLeft = true;
      hasJoined = false;
      stopListening();
      process.off("message", hear).off("disconnect", standAlone);
      if (reportTimeoutMs !== undefined) send({ kind: "bye" });
      standAlone();
    },
  };
}

const ALONE = "the probe and the report are of this process alone";

function send(message: ToPrimary): void {
  if (cluster.isWorker && process.connected) process.send?.(pack(message), undefined, undefined, () => {});
}
