import { failExpectation } from "../options/expect.ts";

/** A platform that stops processes: it sends a signal, and kills the process after the grace period. */
export type Preset = "kubernetes" | "docker" | "ecs" | "cloud-run" | "heroku" | "pm2" | "systemd";

interface PresetTimes {
  /** Time from the signal (Kubernetes: from the `preStop` hook) to SIGKILL. */
  readonly graceMs: number;
  /** Minimum wait. */
  readonly floorMs: number;
}

// Sources: Kubernetes, "Pod Lifecycle"; Docker, "docker container stop"; ECS, "stopTimeout"; Cloud Run,
// "Container runtime contract"; Heroku, "Dyno Shutdown Behavior"; pm2, "kill_timeout"; systemd,
// "DefaultTimeoutStopSec".
export const PRESETS: Readonly<Record<Preset, PresetTimes>> = {
  // Nodes stop sending traffic to the Pod within this time.
  kubernetes: { graceMs: 30_000, floorMs: 5_000 },
  docker: { graceMs: 10_000, floorMs: 0 },
  ecs: { graceMs: 30_000, floorMs: 0 },
  "cloud-run": { graceMs: 10_000, floorMs: 0 },
  heroku: { graceMs: 30_000, floorMs: 0 },
  pm2: { graceMs: 1_600, floorMs: 0 },
  systemd: { graceMs: 90_000, floorMs: 0 },
};

/** The grace period of Kubernetes, ECS and Heroku. */
const DEFAULT_GRACE_MS = 30_000;

const MAX_CAP_MS = 20_000;
const MAX_FALLBACK_MS = 5_000;
const MIN_HOOKS_MS = 5_000;

/** The times that depend on the time until the process is killed. */
export interface DerivedTimes {
  readonly deadlineMs: number;
  readonly capMs: number;
  readonly fallbackMs: number;
  readonly floorMs: number;
  readonly hooksTimeoutMs: number;
}

interface Given {
  readonly preset?: Preset;
  readonly graceMs?: number;
  readonly preStopMs?: number;
  readonly deadlineMs?: number;
}

/** Time for the process to end by itself before it is killed: two seconds of a grace period of thirty. */
export function toSpareMs(graceMs: number): number {
  return Math.round(Math.max(graceMs / 15, Math.min(graceMs / 8, 1_000)));
}

/** The shortest grace period for a deadline: the inverse of `toSpareMs`, but at most two seconds longer. */
export function toNeededGraceMs(deadlineMs: number): number {
  return deadlineMs + Math.round(Math.min(2_000, Math.max(deadlineMs / 14, Math.min(deadlineMs / 7, 1_000))));
}

/** Derives all times from the time until the process is killed, or from the deadline if one is given. */
export function deriveTimes(given: Given): DerivedTimes {
  const preset = given.preset && PRESETS[given.preset];
  const deadlineMs = given.deadlineMs ?? toDeadlineMs(given);
  const thirdMs = toRound(deadlineMs / 3);
  return {
    deadlineMs,
    floorMs: Math.min(preset?.floorMs ?? 0, thirdMs),
    fallbackMs: Math.min(MAX_FALLBACK_MS, thirdMs),
    capMs: Math.min(MAX_CAP_MS, toRound((2 * deadlineMs) / 3)),
    hooksTimeoutMs: Math.max(MIN_HOOKS_MS, toRound(deadlineMs / 6)),
  };
}

/** Rounds to whole seconds, unless there are only a few. */
function toRound(ms: number): number {
  return ms < 3_000 ? Math.floor(ms) : Math.floor(ms / 1_000) * 1_000;
}

function toDeadlineMs({ preset, graceMs, preStopMs = 0 }: Given): number {
  const killedAfterMs = graceMs ?? (preset && PRESETS[preset].graceMs) ?? DEFAULT_GRACE_MS;
  const leftMs = killedAfterMs - preStopMs;
  if (leftMs <= 0) {
    const expected = `less than the ${killedAfterMs} ms after which the process is killed`;
    failExpectation("preStopMs", expected, preStopMs);
  }
  return leftMs - toSpareMs(leftMs);
}

/** The environment variable for `preStopMs`, because the hook and its length are in the platform's manifest. */
const PRE_STOP_VARIABLE = "SVC_STATUS_PRESTOP_MS";

export function readPreStopMs(environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment[PRE_STOP_VARIABLE]?.trim();
  if (text === undefined || text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) failExpectation(PRE_STOP_VARIABLE, "a whole number of milliseconds", text);
  return Number(text);
}
