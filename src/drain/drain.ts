import cluster from "node:cluster";
import { getProbeSeams } from "../core/seams.ts";
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

/** A single graceful shutdown: leaves the load balancer, then closes the servers. */
export interface Drain {
  /**
   * Decommissions, starts `onLeave`, waits until the balancers have left, closes the servers and calls
   * `onClose`. Never rejects. Further calls return the same promise.
   */
  start(reason?: string): Promise<DrainReport>;
  /**
   * Adds hooks, which run after the hooks of the options. You can call it at any time: during a drain, an
   * `onLeave` starts at once. Returns a function that removes the hooks if they have not started.
   *
   * @throws TypeError for invalid hooks.
   */
  add(hooks: DrainHooks): () => void;
  /** Stops watching the servers and the probe. Has no effect after `start()`. */
  dispose(): void;
}

interface Decommissioning {
  readonly at: number;
  /** The traffic of the minute before it. */
  readonly before: TrafficSummary;
}

/** Interval between evaluations of the evidence. */
const LOOK_EVERY_MS = 50;

/**
 * Prepares to drain servers. Call it before they listen, because it observes the probers and the traffic from
 * then on. It does not end the process; `drainOnSignals` does.
 *
 * @throws TypeError for invalid options.
 */
export function createDrain(
  servers: DrainableServer | readonly DrainableServer[],
  options: DrainOptions = {},
): Drain {
  const resolved = resolveDrainOptions(options);
  const { probe, logger, clock, closeTimeoutMs, hooksTimeoutMs, deadlineMs, capMs } = resolved;
  const seams = getProbeSeams(probe);
  // Reserved from the wait, so that there is always time to close.
  const forClosingMs = Math.min(closeTimeoutMs, deadlineMs / 6);
  const getForHooksMs = (): number => (hooks.hasOnClose ? Math.min(hooksTimeoutMs, deadlineMs / 6) : 0);
  const hooks = createPhases(resolved);
  const list = toList(servers);
  const traffic = createTraffic();
  /** The requests that have not ended, with their times of arrival. */
  const undecided = new Map<object, number>();
  // The primary distributes connections among the workers, so each worker sees only a part of the requests.
  const probers = createProbers({ ...resolved, isShared: cluster.isWorker });
  let decommissioning: Decommissioning | undefined;
  let requestsServed = 0;
  let started: Promise<DrainReport> | undefined;

  const watched = list.map((server) => watchServer(server, { onRequest: noteRequest }));
  const stops = [
    ...watched.map((server) => server.stop),
    ...list.map((server) => warnOfKeepAlive(server, resolved)),
    seams.answered.add(({ request, status }) => probers.note(request, { status, now: clock.monotonicNow() })),
    probe.on("change", noteProbe),
  ];
  noteProbe();

  /** An operator may decommission long before the signal. Evidence counts from then on. */
  function noteProbe(): void {
    // Reads the probe instead of the event, because an earlier listener may have changed it again.
    const { commissioned } = probe;
    if (commissioned === (decommissioning === undefined)) return;
    const now = clock.monotonicNow();
    decommissioning = commissioned ? undefined : { at: now, before: summariseTraffic(now) };
    requestsServed = 0;
    probers.setCounting(!commissioned, now);
    for (const server of watched) server.setLeaving(!commissioned);
    if (commissioned && started !== undefined) queueMicrotask(stayDecommissioned);
  }

  /** A drain cannot be undone: balancers would send requests to a process that is about to end. */
  function stayDecommissioned(): void {
    log(logger, "warn", "commissioned while draining: decommissioned again, as the process is about to end");
    decommission();
  }

  /** Decommissions only this worker, not the others of a cluster. */
  function decommission(): void {
    if (!probe.commissioned) return;
    const { peers } = seams;
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

  /**
   * Whether a view answers a request is certain only at its end. Until then, the request counts as traffic.
   */
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
    const peers = probe.commissioned ? seams.peers : undefined;
    const isCovered = peers !== undefined && (await peers.leave());
    const endedBy = isCovered ? await waitForClients(reason) : await waitForBalancers(reason, deadlineAt);

    const closedAt = clock.monotonicNow();
    const { lastRequestAt } = traffic;
    const timeoutMs = Math.min(closeTimeoutMs, deadlineAt - closedAt - getForHooksMs());
    const requestsCut = await closeServers(watched, { timeoutMs, clock, endStreams: seams.closing.tell });
    stopWatching();
    // If the primary is just passing a connection to this worker, the worker must be alive to hand it over.
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

  /** All workers share one address, so balancers must not notice that one of them leaves. */
  function waitForClients(reason: string): Promise<Rule> {
    log(logger, "info", `${reason}: closing, the other workers go on serving`);
    for (const server of watched) server.setLeaving(true);
    // Clients that send another request over a kept-alive connection get a response, and then reconnect
    // elsewhere.
    return new Promise((resolve) => {
      clock.startTimer(Math.min(MIN_QUIET_MS, capMs), () => resolve("peers"));
    });
  }

  function waitForBalancers(reason: string, deadlineAt: number): Promise<Rule> {
    decommission();
    // After `dispose()`, the drain has not seen the probe's change.
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

/** A framework's application object may have `close` too, but it is not a server. */
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
