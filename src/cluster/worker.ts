import cluster from "node:cluster";
import { defaultRegistry } from "../core/default-registry.ts";
import { UnknownHandlerError } from "../core/errors.ts";
import { expectKnownKeys, expectMethods, expectNumber, expectObject } from "../core/expect.ts";
import { log } from "../core/logger.ts";
import { defaultProbe, type Probe } from "../core/probe.ts";
import type { ReportOptions, StatusRegistry } from "../core/registry.ts";
import { createReport, type Entry, type Report } from "../core/report.ts";
import { mergeAnswers } from "./merge.ts";
import { pack, type ToPrimary, type ToWorker, toSentEntry, unpack, type WorkerAnswer } from "./protocol.ts";

/** How a worker takes part. */
export interface WorkerOptions {
  /** @default defaultRegistry */
  readonly registry?: StatusRegistry;
  /** @default defaultProbe */
  readonly probe?: Probe;
  /**
   * How long to wait for the primary. After it, this worker stands alone, and the registry's logger is told.
   * @default 7000
   */
  readonly timeoutMs?: number;
}

/** This worker's part in its cluster. */
export interface ClusterMember {
  /** `false`: the primary does not call `coordinateWorkers()`, so the probe and the report are this worker's alone. */
  readonly isCoordinated: boolean;
  /** The registry whose reports show all workers: give it to `serviceStatus({ registry })`. */
  readonly registry: StatusRegistry;
  /** Takes no part any more. */
  leave(): void;
}

/**
 * The worker's part: waits for the state of the others, and from then on shares every change of the probe. Await it
 * before the server listens.
 *
 * @throws TypeError for a mistake in the options.
 */
export async function joinCluster(options: WorkerOptions = {}): Promise<ClusterMember> {
  expectObject("options", options);
  expectKnownKeys("options", options, ["registry", "probe", "timeoutMs"]);
  const { registry = defaultRegistry, probe = defaultProbe, timeoutMs = 7_000 } = options;
  expectMethods("registry", registry, ["getReport"]);
  expectMethods("probe", probe, ["decommission", "commission"]);
  expectNumber("timeoutMs", timeoutMs, { min: 1 });
  const questions = new Map<number, (answers: readonly WorkerAnswer[] | undefined) => void>();
  let welcome = (): void => {};
  let isCoordinated = false;
  let isHearing = false;
  let lastId = 0;

  function hear(packed: unknown): void {
    const message = unpack<ToWorker>(packed);
    if (message === undefined) return;
    if (message.kind === "body") takeBody(message.body);
    else if (message.kind === "ask") void tellEntries(message.id, message.names);
    else questions.get(message.id)?.(message.answers);
  }

  function takeBody(body: string): void {
    isHearing = true;
    if (body === "OK") probe.commission();
    else probe.decommission(body);
    isHearing = false;
    welcome();
  }

  function tellBody(): void {
    if (!isHearing) send({ kind: "body", body: probe.body });
  }

  async function tellEntries(id: number, names: readonly string[] | undefined): Promise<void> {
    const entries = await getOwnEntries(names);
    send({ kind: "entries", id, entries: entries.map(toSentEntry) });
  }

  /** Workers need not have the same handlers: what is unknown here is somebody else's. */
  async function getOwnEntries(names: readonly string[] | undefined): Promise<readonly Entry[]> {
    const known = registry.handlers.map(({ name }) => name);
    const { entries } = await registry.getReport({
      names: names?.filter((name) => known.includes(name)) ?? known,
    });
    return entries;
  }

  async function getReport(reportOptions: ReportOptions = {}): Promise<Report> {
    if (!isCoordinated) return registry.getReport(reportOptions);
    const answers = await askAll(reportOptions.names);
    // The primary has gone silent: this worker's own word is all there is, and an honest one.
    if (answers === undefined) return registry.getReport(reportOptions);
    const entries = mergeAnswers(answers, Date.now());
    const missing = reportOptions.names?.find((name) => !entries.some((entry) => entry.name === name));
    if (missing !== undefined) throw new UnknownHandlerError(missing);
    return createReport(entries, Date.now());
  }

  function askAll(names: readonly string[] | undefined): Promise<readonly WorkerAnswer[] | undefined> {
    lastId += 1;
    const id = lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(undefined), timeoutMs);
      questions.set(id, finish);
      send({ kind: "ask", id, ...(names && { names }) });

      function finish(answers: readonly WorkerAnswer[] | undefined): void {
        clearTimeout(timer);
        questions.delete(id);
        if (answers === undefined) tellOfSilence();
        resolve(answers);
      }
    });
  }

  function tellOfSilence(): void {
    log(registry.logger, "warn", "the primary does not answer: the status is this worker's alone");
  }

  const stopListening = probe.on("change", tellBody);
  process.on("message", hear);
  isCoordinated = cluster.isWorker && (await isWelcomed());
  if (!isCoordinated) {
    log(
      registry.logger,
      "warn",
      "no coordinateWorkers() in the primary: decommissioning reaches this process alone",
    );
  }

  function isWelcomed(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.min(timeoutMs, WELCOME_MS));
      welcome = () => {
        clearTimeout(timer);
        resolve(true);
      };
      send({ kind: "hello" });
    });
  }

  return {
    isCoordinated,
    registry: Object.assign(Object.create(registry) as StatusRegistry, { getReport }),
    leave() {
      stopListening();
      process.off("message", hear);
      for (const finish of [...questions.values()]) finish(undefined);
    },
  };
}

/** A primary that has its part answers at once. */
const WELCOME_MS = 2_000;

function send(message: ToPrimary): void {
  if (process.connected) process.send?.(pack(message), undefined, undefined, () => {});
}
