import type { ConsumerReport } from "./consumers/run-consumers.ts";
import type { Rule } from "./decide.ts";
import type { HookFailure } from "./hooks.ts";
import type { Prober } from "./prober.ts";

/** A client of the probe, with its refusals. */
export interface ProberReport {
  /** Its address and `User-Agent`, or the result of `proberId`. */
  readonly id: string;
  /** Its product, or its address. */
  readonly label: string;
  /**
   * The maximum time between two of its requests that the drain expected; missing after a single request.
   * 330,000 if its requests were so irregular that they could hide a balancer with any interval.
   */
  readonly intervalMs?: number;
  /** Number of refusals after the decommissioning. */
  readonly refusals: number;
  /** The status code of the last refusal; missing if there was none. */
  readonly refusedWith?: number;
}

/** The result of a drain. Durations are in milliseconds. */
export interface DrainReport {
  /** The name of the signal, or the argument of `start`. */
  readonly reason: string;
  /** The error that the application did not handle, if that started the drain. */
  readonly error?: string;
  /** `false` if a hook or a consumer failed or timed out, if a request was cut, or after an error. */
  readonly ok: boolean;
  /** Why the wait for the load balancers ended. */
  readonly endedBy: Rule;
  readonly waitMs: number;
  readonly closeMs: number;
  readonly hooksMs: number;
  readonly totalMs: number;
  readonly probers: readonly ProberReport[];
  /** Number of refusals after which a prober counts as having left. */
  readonly redsSeen: number;
  /** Time from the last ordinary request to the closing of the listener; missing if there was no request. */
  readonly lastRequestMs?: number;
  /** Number of ordinary requests that arrived after the decommissioning and were answered. */
  readonly requestsServed: number;
  /** Number of requests, and upgraded connections such as WebSockets, that were cut. */
  readonly requestsCut: number;
  /** Number of endless responses, such as event streams, that were ended cleanly. */
  readonly streamsEnded: number;
  /** Number of WebSockets and other upgraded connections that were closed cleanly. */
  readonly socketsClosed: number;
  /** The consumers, in the order of the options. */
  readonly consumers: readonly ConsumerReport[];
  readonly hookFailures: readonly HookFailure[];
}

/** The data for the report, at the end of a drain. */
export interface DrainOutcome
  extends Pick<
    DrainReport,
    | "reason"
    | "error"
    | "endedBy"
    | "redsSeen"
    | "requestsServed"
    | "requestsCut"
    | "streamsEnded"
    | "socketsClosed"
    | "consumers"
    | "hookFailures"
  > {
  readonly moments: {
    readonly startedAt: number;
    /** The end of the wait. */
    readonly closedAt: number;
    readonly hooksAt: number;
    readonly endedAt: number;
    readonly lastRequestAt: number | undefined;
  };
  readonly probers: readonly Prober[];
}

export function toReport({ moments, probers, reason, error, endedBy, ...counts }: DrainOutcome): DrainReport {
  const { startedAt, closedAt, hooksAt, endedAt, lastRequestAt } = moments;
  return {
    reason,
    ...(error !== undefined && { error }),
    ok:
      error === undefined &&
      counts.requestsCut === 0 &&
      counts.hookFailures.length === 0 &&
      counts.consumers.every(({ error }) => error === undefined),
    endedBy,
    waitMs: Math.round(closedAt - startedAt),
    closeMs: Math.round(hooksAt - closedAt),
    hooksMs: Math.round(endedAt - hooksAt),
    totalMs: Math.round(endedAt - startedAt),
    probers: probers.map(toProberReport).sort((one, other) => other.refusals - one.refusals),
    ...(lastRequestAt !== undefined && { lastRequestMs: Math.round(closedAt - lastRequestAt) }),
    ...counts,
  };
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

const RULES: Readonly<Record<Rule, string>> = {
  evidence: "",
  quiet: ", only kubelets probed it and no new connection or request came",
  fallback: ", too little traffic to judge; waited the default ",
  cap: ", the maximum wait ended before the load balancers had left",
  fixed: ", after a fixed wait",
  deadline: ", the deadline came before the load balancers had left",
  peers: ", the other workers continue to serve",
  "no-server": "",
  development: ", it runs in a terminal and was never probed, so it waited for nobody",
  idle: ", nothing kept the process alive",
};

/** `drained in 4.2 s: HAProxy saw 503 3×, last request 2.1 s before close, 0 requests cut`. */
export function describeDrain(report: DrainReport): string {
  const { totalMs, waitMs, error, consumers, hookFailures, endedBy } = report;
  const parts = [
    ...(endedBy === "no-server" ? [] : describeServing(report)),
    ...consumers.map(describeConsumer),
    ...hookFailures.map(({ phase, index, message }) => `${phase}[${index}] failed: ${message}`),
  ];
  const details = parts.length === 0 ? "" : `: ${parts.join(", ")}`;
  const fallback = endedBy === "fallback" ? toShortSeconds(waitMs) : "";
  const cause = error === undefined ? "" : `, after an error: ${error}`;
  return `drained in ${toSeconds(totalMs)}${details}${RULES[endedBy]}${fallback}${cause}`;
}

function describeServing(report: DrainReport): readonly string[] {
  const { probers, requestsCut, streamsEnded, socketsClosed } = report;
  return [
    ...(probers.length === 0 ? ["no probers seen"] : describeProbers(report)),
    describeQuiet(report),
    ...(streamsEnded > 0 ? [`${streamsEnded} ${streamsEnded === 1 ? "stream" : "streams"} ended`] : []),
    ...(socketsClosed > 0 ? [`${socketsClosed} ${socketsClosed === 1 ? "socket" : "sockets"} closed`] : []),
    `${requestsCut} ${requestsCut === 1 ? "request" : "requests"} cut`,
  ];
}

function describeQuiet({ lastRequestMs, endedBy }: DrainReport): string {
  if (lastRequestMs === undefined) return "no requests seen";
  if (isIncomplete(endedBy)) return `quiet for ${toShortSeconds(lastRequestMs)}`;
  return `last request ${toSeconds(lastRequestMs)} before close`;
}

/** Whether the wait ended before the balancers had left. The line then also shows what was required. */
function isIncomplete(endedBy: Rule): boolean {
  return endedBy === "cap" || endedBy === "deadline";
}

/** `BullMQ mails: 3 finished, 1 left`. */
function describeConsumer({ name, finished, left, error }: ConsumerReport): string {
  if (error !== undefined) return `${name} failed: ${error}`;
  const counts = [
    ...(finished === undefined ? [] : [`${finished} finished`]),
    ...(left === undefined ? [] : [`${left} left`]),
  ];
  return `${name}: ${counts.join(", ") || "stopped"}`;
}

const MAX_SHOWN_PROBERS = 5;

function describeProbers({ probers, endedBy, redsSeen }: DrainReport): readonly string[] {
  const needed = isIncomplete(endedBy) ? redsSeen : 0;
  const furtherCount = probers.length - MAX_SHOWN_PROBERS;
  return [
    ...probers.slice(0, MAX_SHOWN_PROBERS).map((prober) => describeProber(prober, needed)),
    ...(furtherCount > 0 ? [`${furtherCount} more ${furtherCount === 1 ? "prober" : "probers"}`] : []),
  ];
}

function describeProber({ label, refusals, refusedWith }: ProberReport, needed: number): string {
  if (refusedWith === undefined) return `${label} sent no further probes`;
  const count = refusals < needed ? `${refusals} of ${needed} times` : `${refusals}×`;
  return `${label} saw ${refusedWith} ${count}`;
}

/** Omits a zero after the decimal point. */
function toShortSeconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(1))} s`;
}

function toSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
