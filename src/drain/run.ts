import type { ProbeSeams } from "../core/seams.ts";
import { describeError } from "../util/describe-error.ts";
import { log } from "../util/logger.ts";
import { type Closing, closeServers } from "./close-servers.ts";
import type { ConsumerReport, RunningConsumers } from "./consumers/run-consumers.ts";
import type { Rule } from "./decide.ts";
import { toDevelopmentOptions } from "./development.ts";
import { createContext, type DrainContext, type HookFailure } from "./hooks.ts";
import type { Observer } from "./observer.ts";
import type { ResolvedDrainOptions } from "./options.ts";
import type { Phases } from "./phases.ts";
import { type DrainReport, describeDrain, toReport } from "./report.ts";
import type { Requests } from "./requests.ts";
import { guardTests } from "./streams/options.ts";
import { createTimes, type Times } from "./times.ts";
import { waitForBalancers, waitForClients } from "./wait.ts";
import type { WatchedServer } from "./watched-server.ts";

/** The parts that a drain uses. */
export interface Parts {
  readonly options: ResolvedDrainOptions;
  readonly seams: ProbeSeams;
  readonly servers: readonly WatchedServer[];
  readonly hooks: Phases;
  readonly consumers: RunningConsumers;
  readonly requests: Requests;
  readonly observer: Observer;
  readonly stopWatching: () => void;
}

/** The part of the time for closing in which waiting connections are accepted. The rest is for their requests. */
const ACCEPTING_PART = 4;

/** Maximum default of `streams.spreadMs`. */
const MAX_SPREAD_MS = 10_000;

/** A drain that has started. */
interface Run extends Parts {
  readonly context: DrainContext;
  readonly times: Times;
}

/** Why a drain starts. */
export interface Cause {
  readonly reason: string;
  /** The error that the application did not handle. */
  readonly error?: unknown;
  /** Nothing keeps the process alive, so no client can reach it. */
  readonly isIdle?: boolean;
}

/** Goes through the phases in order: `onLeave`, the consumers and the wait, closing the servers, `onClose`. */
export async function runDrain(cause: Cause, parts: Parts): Promise<DrainReport> {
  const { seams, hooks, observer, requests } = parts;
  const { reason } = cause;
  const options = observer.isDevelopment ? toDevelopmentOptions(parts.options) : parts.options;
  const { clock, logger, probe, deadlineMs } = options;
  const startedAt = clock.monotonicNow();
  const times = createTimes({ options, startedAt, getHasOnClose: () => hooks.hasOnClose });
  const { context, end } = createContext({ reason, deadlineMs, clock });
  const run = { ...parts, options, context, times };
  hooks.leave(context);
  const consuming = leaveConsumers(run);
  observer.forbidCommissioning(context);

  // All workers share one address, so balancers must not notice that one of them leaves.
  const peers = probe.commissioned ? seams.peers : undefined;
  const isCovered = peers !== undefined && (await peers.leave());
  const endedBy = await (isCovered ? moveClients(run) : leaveBalancers(run, findNobody(cause, parts)));
  const closedAt = clock.monotonicNow();
  const { lastRequestAt } = requests;
  const closing = await close(run);
  const hooksAt = clock.monotonicNow();
  const consumers = await consuming;
  const hookFailures = await callHooks(run);
  end();

  const report = toReport({
    reason,
    ...("error" in cause && { error: describeError(cause.error) }),
    endedBy,
    redsSeen: options.redsSeen,
    moments: { startedAt, closedAt, hooksAt, endedAt: clock.monotonicNow(), lastRequestAt },
    probers: observer.probers,
    requestsServed: requests.served,
    ...closing,
    consumers,
    hookFailures,
  });
  log(logger, report.ok ? "info" : "error", "drain-ended", describeDrain(report));
  return report;
}

function moveClients({ options, servers, context }: Run): Promise<Rule> {
  const { logger, clock, capMs } = options;
  log(logger, "info", "drain-worker", `${context.reason}: closing, the other workers continue to serve`);
  for (const server of servers) server.setLeaving(true);
  return waitForClients({ servers, capMs, clock });
}

function leaveConsumers({ options, consumers, context, times }: Run): Promise<readonly ConsumerReport[]> {
  return consumers.leave({
    reason: context.reason,
    finishMs: times.getFinishMs(options.clock.monotonicNow()),
    returnMs: times.returnMs,
  });
}

/** Why there is nobody to wait for. */
function findNobody({ isIdle = false }: Cause, { servers, observer }: Parts): Rule | undefined {
  if (servers.length === 0) return "no-server";
  if (isIdle) return "idle";
  return observer.isDevelopment ? "development" : undefined;
}

/** `nobody`: why there is nobody to wait for. */
async function leaveBalancers({ options, observer, context, times }: Run, nobody?: Rule): Promise<Rule> {
  const { logger, clock } = options;
  observer.decommission();
  if (nobody !== undefined) return nobody;
  log(
    logger,
    "info",
    "drain-waits",
    `${context.reason}: decommissioned, waiting for the load balancers to leave`,
  );
  return waitForBalancers({ observer, getEndsAt: times.getWaitEndsAt, clock });
}

async function close({ options, seams, servers, stopWatching, times }: Run): Promise<Closing> {
  const { clock, logger, streams, websockets } = options;
  const acceptsFrom = clock.monotonicNow();
  const acceptMs = times.getCloseMs(acceptsFrom) / ACCEPTING_PART;
  const isInTime = (): boolean => clock.monotonicNow() - acceptsFrom < acceptMs;
  await Promise.all(servers.map((server) => server.acceptWaiting(isInTime)));
  const timeoutMs = times.getCloseMs(clock.monotonicNow());
  const closing = await closeServers(servers, {
    timeoutMs,
    clock,
    endStreams: seams.closing.emit,
    tests: guardTests(streams, (message) => log(logger, "warn", "drain-streams", message)),
    spreadMs: streams.spreadMs ?? Math.min(MAX_SPREAD_MS, timeoutMs / 4),
    websockets,
    onFailure: (message) => log(logger, "warn", "drain-close", message),
  });
  stopWatching();
  return closing;
}

function callHooks({ options, hooks, context, times }: Run): Promise<readonly HookFailure[]> {
  const { clock } = options;
  return hooks.close(context, {
    getLeaveMs: () => times.getLeaveHooksMs(clock.monotonicNow()),
    getCloseMs: () => times.getCloseHooksMs(clock.monotonicNow()),
  });
}
