import cluster from "node:cluster";
import { getPeers } from "../core/peers.ts";
import { onProbeAnswered } from "../http/observe.ts";
import { isOwn } from "../http/own-requests.ts";
import { failExpectation } from "../options/expect.ts";
import { log } from "../util/logger.ts";
import { closeServers } from "./close-servers.ts";
import type { EndOfRequest } from "./connections.ts";
import { decideToLeave, MIN_QUIET_MS, type Rule } from "./decide.ts";
import type { DrainContext } from "./hooks.ts";
import { warnOfKeepAlive } from "./keep-alive.ts";
import { type DrainOptions, resolveDrainOptions } from "./options.ts";
import { createPhases, type DrainHooks } from "./phases.ts";
import { createProbers, type Prober } from "./probers.ts";
import { type DrainReport, describeDrain, type ProberReport } from "./report.ts";
import { type DrainableServer, watchServer } from "./servers.ts";
import { createTraffic, type TrafficSummary } from "./traffic.ts";

/** Leaving the load balancer and closing, once. */
export interface Drain {
  /**
   * Decommissions, begins `onLeave`, waits until the balancers have left, closes the servers and calls `onClose`. Never
   * rejects.
   * Started again, it gives the same promise.
   */
  start(reason?: string): Promise<DrainReport>;
  /**
   * Adds hooks, at any time; they are called after those of the options. Returns the function that removes them, as
   * long as it is not their turn. An `onLeave` that is added while the process leaves begins at once.
   *
   * @throws TypeError for a mistake in the hooks.
   */
  add(hooks: DrainHooks): () => void;
  /** Stops watching, where it was not started. */
  dispose(): void;
}

interface Decommissioning {
  readonly at: number;
  /** The minute before it. */
  readonly before: TrafficSummary;
}

/** How often the evidence is looked at. */
const LOOK_EVERY_MS = 50;

/**
 * Prepares to drain servers, and learns from now on who asks the probe and how the traffic is: call it before they
 * listen. The process is left running; `drainOnSignals` ends it.
 *
 * @throws TypeError for a mistake in the options.
 */
export function createDrain(
  servers: DrainableServer | readonly DrainableServer[],
  options: DrainOptions = {},
): Drain {
  const resolved = resolveDrainOptions(options);
  const { probe, logger, clock, closeTimeoutMs, hooksTimeoutMs, deadlineMs, capMs } = resolved;
  // Kept back from the wait, so that closing is never left without any time.
  const forClosingMs = Math.min(closeTimeoutMs, deadlineMs / 6);
  const getForHooksMs = (): number => (hooks.hasOnClose ? Math.min(hooksTimeoutMs, deadlineMs / 6) : 0);
  const hooks = createPhases(resolved);
  const list = toList(servers);
  const traffic = createTraffic();
  /** The requests that have not ended, and when they came. */
  const undecided = new Map<object, number>();
  // The primary gives each connection to another worker.
  const probers = createProbers({ ...resolved, isShared: cluster.isWorker });
  let decommissioning: Decommissioning | undefined;
  let requestsServed = 0;
  let started: Promise<DrainReport> | undefined;

  const watched = list.map((server) => watchServer(server, { onRequest: noteRequest }));
  const stops = [
    ...watched.map((server) => server.stop),
    ...list.map((server) => warnOfKeepAlive(server, resolved)),
    onProbeAnswered(probe, ({ request, status }) =>
      probers.note(request, { status, now: clock.monotonicNow() }),
    ),
    probe.on("change", noteProbe),
  ];
  noteProbe();

  /** An operator may decommission long before the signal: what is seen from then on counts. */
  function noteProbe(): void {
    // As it is now, and not as the change says: a listener before this one may have changed it again.
    const { commissioned } = probe;
    if (commissioned === (decommissioning === undefined)) return;
    const now = clock.monotonicNow();
    decommissioning = commissioned ? undefined : { at: now, before: summariseTraffic(now) };
    requestsServed = 0;
    probers.setCounting(!commissioned, now);
    for (const server of watched) server.setLeaving(!commissioned);
    if (commissioned && started !== undefined) queueMicrotask(stayDecommissioned);
  }

  /** There is no way back: the balancers would send requests to a process that is about to end. */
  function stayDecommissioned(): void {
    log(logger, "warn", "commissioned while draining: decommissioned again, as the process is about to end");
    decommission();
  }

  /** The other workers of a cluster stay as they are. */
  function decommission(): void {
    if (!probe.commissioned) return;
    const peers = getPeers(probe);
    if (peers === undefined) probe.decommission();
    else peers.alone(() => probe.decommission());
  }

  function noteRequest(request: object): EndOfRequest {
    const isLate = decommissioning !== undefined;
    undecided.set(request, clock.monotonicNow());
    return function noteEnd(isAnswered) {
      noteTraffic(request);
      if (isLate && isAnswered && !isOwn(request)) requestsServed += 1;
    };
  }

  /** By the end of a request it is known whether a view has answered it; until then it counts as traffic. */
  function noteTraffic(request: object): void {
    const at = undecided.get(request);
    if (at === undefined || !undecided.delete(request) || isOwn(request)) return;
    traffic.note(at);
  }

  function summariseTraffic(now: number): TrafficSummary {
    for (const request of [...undecided.keys()]) noteTraffic(request);
    return traffic.summarise(now);
  }

  function start(reason = "start"): Promise<DrainReport> {
    started ??= run(reason);
    return started;
  }

  async function run(reason: string): Promise<DrainReport> {
    const startedAt = clock.monotonicNow();
    const deadlineAt = startedAt + deadlineMs;
    const { context, end: endContext } = createContext(reason);
    hooks.leave(context);
    const peers = probe.commissioned ? getPeers(probe) : undefined;
    const isCovered = peers !== undefined && (await peers.leave());
    const endedBy = isCovered ? await waitForClients(reason) : await waitForBalancers(reason, deadlineAt);

    const closedAt = clock.monotonicNow();
    const { lastRequestAt } = traffic;
    const timeoutMs = Math.min(closeTimeoutMs, deadlineAt - closedAt - getForHooksMs());
    const requestsCut = await closeServers(watched, { timeoutMs, clock });
    stopWatching();
    // A connection that is already on its way to this worker must find it alive, to be given to another one.
    if (isCovered) await peers.leave();

    const hooksAt = clock.monotonicNow();
    const hookFailures = await hooks.close(context, {
      getLeaveMs: () => deadlineAt - clock.monotonicNow() - getForHooksMs(),
      getCloseMs: () => Math.min(hooksTimeoutMs, deadlineAt - clock.monotonicNow()),
    });
    endContext();
    const endedAt = clock.monotonicNow();
    const report: DrainReport = {
      reason,
      ok: requestsCut === 0 && hookFailures.length === 0,
      endedBy,
      waitMs: Math.round(closedAt - startedAt),
      closeMs: Math.round(hooksAt - closedAt),
      hooksMs: Math.round(endedAt - hooksAt),
      totalMs: Math.round(endedAt - startedAt),
      probers: probers.list.map(toProberReport).sort((one, other) => other.refusals - one.refusals),
      ...(lastRequestAt !== undefined && { lastRequestMs: Math.round(closedAt - lastRequestAt) }),
      requestsServed,
      requestsCut,
      hookFailures,
    };
    log(logger, report.ok ? "info" : "error", describeDrain(report));
    return report;
  }

  function createContext(reason: string): { readonly context: DrainContext; end(): void } {
    const controller = new AbortController();
    const cancel = clock.startTimer(deadlineMs, () => controller.abort());
    const context = { reason, signal: controller.signal, deadlineAt: clock.now() + deadlineMs };
    return { context, end: cancel };
  }

  /** A balancer sees one address for all workers, and must not see that one of them is missing. */
  function waitForClients(reason: string): Promise<Rule> {
    log(logger, "info", `${reason}: closing, the other workers go on serving`);
    for (const server of watched) server.setLeaving(true);
    // Whoever is about to use a kept-alive connection gets an answer, and moves.
    return new Promise((resolve) => {
      clock.startTimer(Math.min(MIN_QUIET_MS, capMs), () => resolve("peers"));
    });
  }

  function waitForBalancers(reason: string, deadlineAt: number): Promise<Rule> {
    decommission();
    // Where it was disposed of, nobody has been told.
    const now = clock.monotonicNow();
    decommissioning ??= { at: now, before: summariseTraffic(now) };
    log(logger, "info", `${reason}: decommissioned, waiting for the load balancers to leave`);
    return new Promise((resolve) => {
      function look(): void {
        const now = clock.monotonicNow();
        const latestAt = deadlineAt - forClosingMs - getForHooksMs();
        const rule = decide(now) ?? (now >= latestAt ? "deadline" : undefined);
        if (rule === undefined) clock.startTimer(LOOK_EVERY_MS, look);
        else resolve(rule);
      }
      look();
    });
  }

  function decide(now: number): Rule | undefined {
    if (decommissioning === undefined) return undefined;
    const { at: decommissionedAt, before } = decommissioning;
    summariseTraffic(now);
    const { lastRequestAt } = traffic;
    const { list, isComplete } = probers;
    return decideToLeave(
      { now, decommissionedAt, probers: list, isComplete, lastRequestAt, before },
      resolved,
    );
  }

  function stopWatching(): void {
    for (const stop of stops) stop();
  }

  return {
    start,
    add: hooks.add,
    dispose() {
      if (started === undefined) stopWatching();
    },
  };
}

function toList(servers: DrainableServer | readonly DrainableServer[]): readonly DrainableServer[] {
  const list = Array.isArray(servers) ? [...servers] : [servers];
  for (const server of list) {
    if (!isServer(server)) {
      failExpectation(
        "servers",
        "a server of node:http, node:https or node:http2, or an array of them",
        server,
      );
    }
  }
  return list;
}

/** A framework's own object may have a `close` too, but no connections. */
function isServer(server: unknown): boolean {
  const { close, on, address } = (server ?? {}) as Partial<DrainableServer>;
  return [close, on, address].every((method) => typeof method === "function");
}

function toProberReport({ id, label, intervalMs, refusals, refusedWith }: Prober): ProberReport {
  return {
    id,
    label,
    ...(intervalMs !== undefined && { intervalMs: Math.round(intervalMs) }),
    refusals,
    ...(refusedWith !== undefined && { refusedWith }),
  };
}
