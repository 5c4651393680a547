import { MIN_QUIET_MS } from "../../drain/decide.ts";
import { DEFAULT_BALANCER_IDLE_MS } from "../../drain/options.ts";
import { toNeededGraceMs } from "../../drain/presets.ts";
import { MAX_TIMER_MS } from "../../util/clock.ts";
import type { AmountName, Declared, Platform } from "./fields.ts";
import { toCase } from "./finding.ts";
import { toClosingMs, toLongestWaitMs } from "./leaving-times.ts";
import { isPresetTooShort, type Numbers, toDefined } from "./numbers.ts";
import { ANY_PLATFORM, PLATFORMS, type PlatformFacts } from "./platforms.ts";
import { KEEP_ALIVE_MARGIN_MS } from "./rules/connections.ts";
import { toShared } from "./rules/probing.ts";

/** Minimum timeout of a probe, so that a busy instance does not count as dead. */
const MIN_PROBE_TIMEOUT_MS = 2_000;

/** The difference between the two times of a probe, if the platform requires one to be longer. */
const SPARE_FOR_PROBE_MS = 1_000;

/** If a probe would have to wait longer, it should answer with the last results instead. */
const MAX_WAIT_FOR_HANDLERS_MS = 30_000;
const HANDLER_INTERVAL_MS = 10_000;

/** Time for the probe in addition to the handlers' deadline, for each time that the handlers run. */
const SPARE_FOR_HANDLERS_MS = 1_000;

/** Correct numbers for a platform: the declared ones if they can work, otherwise different ones. */
export function correct(declared: Declared, platform?: Platform): Numbers {
  const facts = platform === undefined ? ANY_PLATFORM : PLATFORMS[platform];
  const { numbers: said, handlerRounds } = toCase(declared, platform);
  const isSlow = handlerRounds > 0 && said.handlerTimeoutMs > MAX_WAIT_FOR_HANDLERS_MS;
  const numbers: Numbers = {
    ...said,
    livenessLooksAt: "local",
    ...(said.instances === 1 && { instances: 2 }),
    ...(toShared(said) === "count" && { shared: "hold" }),
    ...(isSlow && { handlerIntervalMs: HANDLER_INTERVAL_MS }),
  };
  const forHandlersMs = isSlow ? 0 : handlerRounds * (numbers.handlerTimeoutMs + SPARE_FOR_HANDLERS_MS);
  const probing = correctProbing(declared, numbers, { facts, forHandlersMs });
  return toDefined({
    ...numbers,
    ...(isPresetTooShort(said) && { preset: undefined }),
    ...(facts.sendsProbe ? probing : NO_PROBE),
    ...correctHold(numbers),
    ...correctConnections(numbers, facts),
    ...correctLeaving(numbers, probing, facts),
  }) as Numbers;
}

type Facts = Omit<PlatformFacts, "title" | "render">;

const NO_PROBE = { probeIntervalMs: undefined, probeTimeoutMs: undefined, fall: undefined, rise: undefined };

/** A hold that outlasts two results. */
function correctHold({ holdMs, handlerIntervalMs }: Numbers): Pick<Declared, "holdMs"> {
  const isShort = holdMs !== undefined && handlerIntervalMs !== undefined && holdMs <= handlerIntervalMs;
  return isShort ? { holdMs: Math.min(2 * handlerIntervalMs + 1_000, MAX_TIMER_MS) } : {};
}

type Probing = Required<Pick<Declared, "fall" | "rise" | "redsSeen" | "probeIntervalMs" | "probeTimeoutMs">>;

function correctProbing(
  declared: Declared,
  { capMs, redsSeen }: Numbers,
  { facts, forHandlersMs }: { readonly facts: Facts; readonly forHandlersMs: number },
): Probing {
  const { wanted, countsInSeconds, isDrainProber, longer } = facts;
  const toTime = (ms: number): number => (countsInSeconds ? Math.ceil(ms / 1_000) * 1_000 : Math.ceil(ms));

  const fall = toAccepted("fall", Math.max(2, declared.fall ?? wanted.fall), facts);
  const saidMs = toTime(declared.probeIntervalMs ?? wanted.probeIntervalMs);
  const isInTime = !isDrainProber || fall * saidMs + MIN_QUIET_MS <= capMs;
  const intervalMs = isInTime ? saidMs : wanted.probeIntervalMs;
  const timeoutMs = toTime(
    Math.max(
      declared.probeTimeoutMs ?? 0,
      MIN_PROBE_TIMEOUT_MS,
      forHandlersMs,
      longer === "probeTimeoutMs" ? intervalMs + SPARE_FOR_PROBE_MS : 0,
    ),
  );
  const longIntervalMs = Math.max(intervalMs, timeoutMs + SPARE_FOR_PROBE_MS);
  return {
    fall,
    rise: toAccepted("rise", declared.rise ?? wanted.rise, facts),
    redsSeen: isDrainProber ? fall : redsSeen,
    probeTimeoutMs: toAccepted("probeTimeoutMs", timeoutMs, facts),
    probeIntervalMs: toAccepted(
      "probeIntervalMs",
      longer === "probeIntervalMs" ? longIntervalMs : intervalMs,
      facts,
    ),
  };
}

/** The nearest value that the platform accepts. */
function toAccepted(name: AmountName, value: number, { limits }: Facts): number {
  const { min = value, max = value } = limits?.ranges[name] ?? {};
  return Math.min(Math.max(value, min), max);
}

function correctConnections(
  { keepAliveTimeoutMs, balancerIdleMs = DEFAULT_BALANCER_IDLE_MS, longestRequestMs = 0 }: Numbers,
  facts: Facts,
): Required<Pick<Declared, "keepAliveTimeoutMs" | "balancerIdleMs">> {
  const forRequestsMs = facts.cutsIdleRequests ? longestRequestMs + KEEP_ALIVE_MARGIN_MS : 0;
  const idleMs = toAccepted("balancerIdleMs", Math.max(balancerIdleMs, forRequestsMs), facts);
  const isLonger = keepAliveTimeoutMs === 0 || keepAliveTimeoutMs > idleMs;
  return {
    balancerIdleMs: idleMs,
    keepAliveTimeoutMs: isLonger ? keepAliveTimeoutMs : Math.min(idleMs + KEEP_ALIVE_MARGIN_MS, MAX_TIMER_MS),
  };
}

/**
 * A wait that is long enough for the balancer, a deadline that leaves time for the longest request, and a
 * grace period for both.
 */
function correctLeaving(
  numbers: Numbers,
  { fall, probeIntervalMs }: Probing,
  { isDrainProber }: Facts,
): Required<Pick<Declared, "capMs" | "deadlineMs" | "graceMs">> & Pick<Declared, "closeTimeoutMs"> {
  const { longestRequestMs = 0, hooksTimeoutMs, preStopMs, graceMs = 0 } = numbers;
  const detectionMs = isDrainProber ? fall * probeIntervalMs + MIN_QUIET_MS : 0;
  const capMs = Math.max(numbers.capMs, detectionMs);
  const { closeTimeoutMs: saidMs } = numbers;
  const closing = saidMs === undefined ? {} : { closeTimeoutMs: Math.max(saidMs, longestRequestMs) };
  const leaving = { ...numbers, capMs, ...closing };
  const isEnough = toClosingMs(leaving) >= longestRequestMs && toLongestWaitMs(leaving) >= detectionMs;
  const closingMs = closing.closeTimeoutMs ?? longestRequestMs;
  // The wait gets at least two thirds of the deadline.
  const enoughMs = Math.max(capMs + closingMs + hooksTimeoutMs, Math.ceil(1.5 * detectionMs));
  const deadlineMs = isEnough
    ? numbers.deadlineMs
    : Math.min(Math.max(numbers.deadlineMs, enoughMs), MAX_TIMER_MS);
  const neededMs = Math.max(graceMs, preStopMs + Math.max(1_000, toNeededGraceMs(deadlineMs)));
  return { capMs, ...closing, deadlineMs, graceMs: Math.ceil(neededMs / 1_000) * 1_000 };
}
