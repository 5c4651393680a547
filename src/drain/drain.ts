import type { Clock } from "../core/clock.ts";
import { failExpectation } from "../core/expect.ts";
import { log } from "../core/logger.ts";
import { isOwnRequest, onProbeAnswered } from "../http/observe.ts";
import { decideToLeave, type Evidence, type Rule } from "./decide.ts";
import { runHooks } from "./hooks.ts";
import { type DrainOptions, type ResolvedDrainOptions, resolveDrainOptions } from "./options.ts";
import { createProbers, type Prober } from "./probers.ts";
import { type DrainReport, describeDrain, type ProberReport } from "./report.ts";
import { type DrainableServer, type OpenRequest, type WatchedServer, watchServer } from "./servers.ts";
import { createTraffic, type TrafficSummary } from "./traffic.ts";

/** Leaving the load balancer and closing, once. */
export interface Drain {
  /**
   * Decommissions, waits until the balancers have left, closes the servers and calls `onClose`. Never rejects.
   * Started again, it gives the same promise.
   */
  start(reason?: string): Promise<DrainReport>;
  /** Stops watching, where it was not started. */
  dispose(): void;
}

interface Decommissioning {
  readonly at: number;
  /** The minute before it. */
  readonly before: TrafficSummary;
}

/** How often the evidence, and connections that have become idle, are looked at. */
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
  const { probe, logger, clock, redsSeen, proberId } = resolved;
  const list = toList(servers);
  const traffic = createTraffic();
  const probers = createProbers({ redsSeen, proberId });
  const open = new Map<OpenRequest, number>();
  let decommissioning: Decommissioning | undefined;
  let requestsServed = 0;
  let started: Promise<DrainReport> | undefined;

  warnOfKeepAlive(list, resolved);
  const watched = list.map((server) => watchServer(server, { onRequest: noteRequest }));
  const stopListening = [
    onProbeAnswered(probe, ({ request, status }) =>
      probers.note(request, { status, now: clock.monotonicNow() }),
    ),
    probe.on("change", noteProbe),
  ];
  if (!probe.commissioned) noteProbe(probe);

  /** An operator may have decommissioned long before the signal: what was seen since then counts. */
  function noteProbe({ commissioned }: { readonly commissioned: boolean }): void {
    const now = clock.monotonicNow();
    if (commissioned === (decommissioning === undefined)) return;
    decommissioning = commissioned ? undefined : { at: now, before: traffic.summarise(now) };
    probers.setCounting(!commissioned);
  }

  /** Whether it is the application's own traffic is known for certain only when it has been answered. */
  function noteRequest(noted: OpenRequest): void {
    const startedAt = clock.monotonicNow();
    open.set(noted, startedAt);
    noted.response.once("close", function noteEnd() {
      open.delete(noted);
      if (isOwnRequest(noted.request)) return;
      traffic.note(startedAt);
      const isLate = decommissioning !== undefined && startedAt >= decommissioning.at;
      if (isLate && noted.response.writableFinished) requestsServed += 1;
    });
  }

  function getLastRequestAt(): number | undefined {
    const underWay = Array.from(open).flatMap(([{ request }, startedAt]) =>
      isOwnRequest(request) ? [] : startedAt,
    );
    const all = traffic.lastRequestAt === undefined ? underWay : [...underWay, traffic.lastRequestAt];
    return all.length === 0 ? undefined : Math.max(...all);
  }

  function start(reason = "start"): Promise<DrainReport> {
    started ??= run(reason);
    return started;
  }

  async function run(reason: string): Promise<DrainReport> {
    const startedAt = clock.monotonicNow();
    const deadlineAt = startedAt + resolved.deadlineMs;
    if (probe.commissioned) probe.decommission();
    const { at: decommissionedAt, before } = decommissioning ?? {
      at: startedAt,
      before: traffic.summarise(startedAt),
    };
    for (const server of watched) server.startLeaving();

    const endedBy = await waitForBalancers((now) => {
      if (now >= deadlineAt - resolved.hooksTimeoutMs) return "deadline";
      const evidence: Evidence = {
        now,
        decommissionedAt,
        probers: probers.list,
        lastRequestAt: getLastRequestAt(),
        before,
      };
      return decideToLeave(evidence, resolved);
    }, clock);

    const closedAt = clock.monotonicNow();
    const lastRequestAt = getLastRequestAt();
    const forHooksMs = resolved.onClose.length === 0 ? 0 : resolved.hooksTimeoutMs;
    const closeTimeoutMs = Math.max(0, Math.min(resolved.closeTimeoutMs, deadlineAt - closedAt - forHooksMs));
    const requestsCut = await closeServers(watched, closeTimeoutMs, clock);
    dispose();

    const hooksAt = clock.monotonicNow();
    const hookFailures = await runHooks({
      hooks: resolved.onClose,
      timeoutMs: Math.max(0, Math.min(resolved.hooksTimeoutMs, deadlineAt - hooksAt)),
      clock,
    });
    const endedAt = clock.monotonicNow();
    const report: DrainReport = {
      reason,
      endedBy,
      waitMs: closedAt - startedAt,
      closeMs: hooksAt - closedAt,
      hooksMs: endedAt - hooksAt,
      totalMs: endedAt - startedAt,
      probers: probers.list.map(toProberReport),
      ...(lastRequestAt !== undefined && { lastRequestMs: closedAt - lastRequestAt }),
      requestsServed,
      requestsCut,
      hookFailures,
    };
    log(logger, "info", describeDrain(report));
    return report;
  }

  function dispose(): void {
    for (const stop of stopListening) stop();
  }

  return {
    start,
    dispose() {
      if (started === undefined) dispose();
    },
  };
}

function waitForBalancers(decide: (now: number) => Rule | undefined, clock: Clock): Promise<Rule> {
  return new Promise((resolve) => {
    function look(): void {
      const rule = decide(clock.monotonicNow());
      if (rule === undefined) clock.startTimer(LOOK_EVERY_MS, look);
      else resolve(rule);
    }
    look();
  });
}

/** Resolves when every connection has ended or was cut, with the number of requests that were cut. */
function closeServers(watched: readonly WatchedServer[], timeoutMs: number, clock: Clock): Promise<number> {
  return new Promise((resolve) => {
    let cancelLook = clock.startTimer(LOOK_EVERY_MS, look);
    const cancelCut = clock.startTimer(timeoutMs, () =>
      end(watched.reduce((sum, server) => sum + server.cut(), 0)),
    );

    /** A connection that has just ended its last answer is idle, and would stay open for its keep-alive time. */
    function look(): void {
      for (const server of watched) server.closeIdle();
      cancelLook = clock.startTimer(LOOK_EVERY_MS, look);
    }

    function end(requestsCut: number): void {
      cancelLook();
      cancelCut();
      resolve(requestsCut);
    }

    void Promise.all(watched.map((server) => server.close())).then(() => end(0));
  });
}

function toList(servers: DrainableServer | readonly DrainableServer[]): readonly DrainableServer[] {
  const list: readonly DrainableServer[] = Array.isArray(servers)
    ? [...servers]
    : [servers as DrainableServer];
  for (const server of list) {
    if (typeof (server as Partial<DrainableServer> | undefined)?.close !== "function") {
      failExpectation(
        "servers",
        "a server of node:http, node:https or node:http2, or an array of them",
        server,
      );
    }
  }
  return list;
}

function toProberReport({ id, label, intervalMs, refusals, refusedWith }: Prober): ProberReport {
  return {
    id,
    label,
    ...(intervalMs !== undefined && { intervalMs }),
    refusals,
    ...(refusedWith !== undefined && { refusedWith }),
  };
}

/** A connection that the server closes while the balancer sends the next request over it is a lost request. */
function warnOfKeepAlive(
  servers: readonly DrainableServer[],
  { balancerIdleMs, logger }: ResolvedDrainOptions,
): void {
  for (const server of servers) {
    const keepAliveMs = "keepAliveTimeout" in server ? server.keepAliveTimeout : 0;
    // 0 means that idle connections are kept for ever.
    if (balancerIdleMs === 0 || keepAliveMs === 0 || keepAliveMs > balancerIdleMs) continue;
    log(
      logger,
      "warn",
      `keepAliveTimeout is ${keepAliveMs} ms, but a load balancer that keeps idle connections for ${balancerIdleMs} ms ` +
        `loses a request whenever it uses one just then: set server.keepAliveTimeout = ${balancerIdleMs + 5_000}`,
    );
  }
}
