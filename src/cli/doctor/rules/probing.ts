import { renderDuration } from "../../duration.ts";
import type { Rule } from "../finding.ts";

/** The probe times out before the handlers that it waits for can answer. */
export const findImpatientProbe: Rule = ({ numbers, handlerRounds, say }) => {
  const { probeTimeoutMs, handlerTimeoutMs } = numbers;
  const handlersTakeMs = handlerRounds * handlerTimeoutMs;
  if (handlerRounds === 0 || probeTimeoutMs === undefined || probeTimeoutMs > handlersTakeMs)
    return undefined;
  const rounds = handlerRounds > 1 ? `${handlerRounds} × ` : "";
  return {
    severity: "error",
    text: `${say("probeTimeoutMs")} ≤ ${rounds}${say("handlerTimeoutMs")}: the probe waits for the handlers, and one that takes between the two is well, but the instance looks dead`,
    remedy: `set the probe's time-out to more than ${renderDuration(handlersTakeMs)}, timeoutMs of the handlers to less than ${renderDuration(probeTimeoutMs / handlerRounds)}, or give the handlers an intervalMs, so that the probe answers from memory`,
  };
};

/** Without `timeout check`, HAProxy removes a busy instance. */
export const findBusyTakenForDead: Rule = ({ numbers, platform, say }) => {
  const { probeTimeoutMs = 0, probeIntervalMs } = numbers;
  if (platform !== "haproxy" || probeTimeoutMs > (probeIntervalMs ?? 0)) return undefined;
  return {
    severity: "warning",
    text: `${say("probeTimeoutMs")} ≤ ${say("probeIntervalMs")}: without a longer "timeout check" a check gets no longer than inter, and under load the instances that are well are taken out one after the other`,
    remedy: `set timeout check to more than inter, such as ${renderDuration(Math.max(2_000, (probeIntervalMs ?? 0) + 1_000))}`,
  };
};

/** One lost packet removes an instance. */
export const findSingleFailure: Rule = ({ numbers, platform, say }) =>
  numbers.fall === 1 && platform !== "nginx"
    ? {
        severity: "warning",
        text: `${say("fall")}: a single answer that is late or lost takes an instance out`,
        remedy: "set it to 2 or 3",
      }
    : undefined;

/** A failure of a shared dependency removes all instances. */
export const findAllAtOnce: Rule = ({ numbers, say }) =>
  numbers.requireHealthy && numbers.instances !== 1
    ? {
        severity: "warning",
        text: `${say("requireHealthy")}: when something fails that all instances share, such as the database, the balancer takes out all ${numbers.instances ?? "of them"} at once`,
        remedy: "leave requireHealthy out, or make the handlers of what is shared critical: false",
      }
    : undefined;

/** A restart fixes nothing that is shared, and must not happen during the drain. */
export const findDeadlyLiveness: Rule = ({ numbers: { livenessLooksAt, instances }, say }) => {
  if (livenessLooksAt === "local") return undefined;
  const why =
    livenessLooksAt === "shared"
      ? `a fault of what is shared restarts all ${instances ?? "instances"} at once, again and again, and mends nothing`
      : "an instance that is decommissioned is killed in the middle of its drain";
  return {
    severity: "error",
    text: `${say("livenessLooksAt")}: ${why}`,
    remedy:
      'let liveness ask /livez, which looks at handlers with scope: "local" only and never at the probe',
  };
};

/** While the only instance leaves, the service is down. */
export const findLoneInstance: Rule = ({ numbers, say }) =>
  numbers.instances === 1
    ? {
        severity: "warning",
        text: `${say("instances")}: while it restarts, nobody answers, whatever the other numbers are`,
        remedy: "run two",
      }
    : undefined;

const PROBE_NUMBERS = ["probeIntervalMs", "probeTimeoutMs", "fall", "rise"] as const;

/** nginx (open source) never sends the probe. */
export const findUnreadProbe: Rule = ({ numbers, platform }) => {
  const given = PROBE_NUMBERS.filter((name) => numbers[name] !== undefined);
  if (platform !== "nginx" || given.length === 0) return undefined;
  return {
    severity: "warning",
    text: `nginx (open source) never asks the probe: ${given.join(", ")} ${given.length === 1 ? "has" : "have"} no effect`,
    remedy: "retries are what helps: proxy_next_upstream error timeout http_503",
  };
};

/** The ranges that AWS accepts, in seconds and counts. */
const ALB_LIMITS = [
  { name: "probeIntervalMs", min: 5_000, max: 300_000 },
  { name: "probeTimeoutMs", min: 2_000, max: 120_000 },
  { name: "balancerIdleMs", min: 1_000, max: 4_000_000 },
  { name: "fall", min: 2, max: 10 },
  { name: "rise", min: 2, max: 10 },
] as const;

/** AWS rejects values out of range. */
export const findRefusedByAlb: Rule = ({ numbers, platform, say }) => {
  if (platform !== "alb") return undefined;
  const { probeIntervalMs = 0, probeTimeoutMs = 0 } = numbers;
  const objections = ALB_LIMITS.flatMap(({ name, min, max }) => {
    const value = numbers[name] ?? min;
    const [low, high] = name.endsWith("Ms") ? [renderDuration(min), renderDuration(max)] : [min, max];
    return value < min || value > max ? [`${say(name)} is not from ${low} to ${high}`] : [];
  });
  if (probeIntervalMs <= probeTimeoutMs)
    objections.push(`${say("probeIntervalMs")} is not more than ${say("probeTimeoutMs")}`);
  if (objections.length === 0) return undefined;
  return {
    severity: "error",
    text: `AWS refuses these: ${objections.join("; ")}`,
    remedy: "see the settings below",
  };
};

/** Platforms that count in whole seconds lose fractions. */
export const findFractions: Rule = ({ numbers, platform, facts, say }) => {
  const names = [...PROBE_NUMBERS, "graceMs"] as const;
  const broken = names.filter((name) => name.endsWith("Ms") && (numbers[name] ?? 0) % 1_000 !== 0);
  if (platform === undefined || facts?.countsInSeconds !== true || broken.length === 0) return undefined;
  return {
    severity: "warning",
    text: `${facts.title} counts in whole seconds: ${broken.map(say).join(", ")}`,
    remedy: "round it up",
  };
};
