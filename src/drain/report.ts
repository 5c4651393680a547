import type { Rule } from "./decide.ts";

/** Somebody who asked the probe, and what became of it. */
export interface ProberReport {
  /** Its address and `User-Agent`, or what `proberId` calls it. */
  readonly id: string;
  /** What it calls itself, or its address. */
  readonly label: string;
  /**
   * The longest time between two of its requests that the drain reckoned with; missing if it asked once. 330,000 if it
   * asked so irregularly that a balancer with any interval could be hidden among its requests.
   */
  readonly intervalMs?: number;
  /** How often it was refused after the decommissioning. */
  readonly refusals: number;
  /** The code of the last refusal; missing where there was none. */
  readonly refusedWith?: number;
}

/** A hook that failed, or that had not ended in time. */
export interface HookFailure {
  readonly phase: "onLeave" | "onClose";
  /** Its place among the hooks of its phase, from 0. */
  readonly index: number;
  readonly message: string;
}

/** How the process left. Durations are in milliseconds. */
export interface DrainReport {
  /** Why: the name of the signal, or what `start` was given. */
  readonly reason: string;
  /** `false` after a hook that failed or had not ended in time, and after a request that was cut. */
  readonly ok: boolean;
  /** What ended the wait for the load balancers. */
  readonly endedBy: Rule;
  readonly waitMs: number;
  readonly closeMs: number;
  readonly hooksMs: number;
  readonly totalMs: number;
  readonly probers: readonly ProberReport[];
  /** How long before the listener was closed the last ordinary request had come; missing where none ever came. */
  readonly lastRequestMs?: number;
  /** Ordinary requests that came after the decommissioning and were answered. */
  readonly requestsServed: number;
  /** Requests, and upgraded connections such as WebSockets, that were cut. */
  readonly requestsCut: number;
  readonly hookFailures: readonly HookFailure[];
}

const RULES: Readonly<Record<Rule, string>> = {
  evidence: "",
  fallback: ", nothing could be proved, so it was the fallback wait",
  cap: ", the longest wait was over before the balancers had left",
  fixed: ", after a fixed wait",
  deadline: ", the deadline was near before the balancers had left",
  peers: ", the other workers go on serving",
};

/** `drained in 4.2 s: HAProxy saw 503 3×, last request 2.1 s before close, 0 requests cut`. */
export function describeDrain(report: DrainReport): string {
  const { totalMs, probers, lastRequestMs, requestsCut, hookFailures, endedBy } = report;
  const parts = [
    ...(probers.length === 0 ? ["no prober was seen"] : describeProbers(probers)),
    lastRequestMs === undefined
      ? "no request was seen"
      : `last request ${toSeconds(lastRequestMs)} before close`,
    `${requestsCut} ${requestsCut === 1 ? "request" : "requests"} cut`,
    ...hookFailures.map(({ phase, index, message }) => `${phase}[${index}] failed: ${message}`),
  ];
  return `drained in ${toSeconds(totalMs)}: ${parts.join(", ")}${RULES[endedBy]}`;
}

const MAX_SHOWN_PROBERS = 5;

function describeProbers(probers: readonly ProberReport[]): readonly string[] {
  const furtherCount = probers.length - MAX_SHOWN_PROBERS;
  return [
    ...probers.slice(0, MAX_SHOWN_PROBERS).map(describeProber),
    ...(furtherCount > 0 ? [`${furtherCount} more probers`] : []),
  ];
}

function describeProber({ label, refusals, refusedWith }: ProberReport): string {
  return refusedWith === undefined
    ? `${label} did not ask again`
    : `${label} saw ${refusedWith} ${refusals}×`;
}

function toSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
