import type { SharedReadiness } from "../../../core/readiness/rule.ts";
import { toDurationText } from "../../../util/duration-text.ts";
import type { AmountName } from "../fields.ts";
import type { DiagnosisRule } from "../finding.ts";
import type { Numbers } from "../numbers.ts";
import type { PlatformFacts } from "../platforms.ts";

/** The probe times out before the handlers that it waits for can answer. */
export const findImpatientProbe: DiagnosisRule = ({ numbers, handlerRounds, say }) => {
  const { probeTimeoutMs, handlerTimeoutMs } = numbers;
  const handlersTakeMs = handlerRounds * handlerTimeoutMs;
  if (handlerRounds === 0 || probeTimeoutMs === undefined || probeTimeoutMs > handlersTakeMs)
    return undefined;
  const rounds = handlerRounds > 1 ? `${handlerRounds} × ` : "";
  return {
    severity: "error",
    text: `${say("probeTimeoutMs")} ≤ ${rounds}${say("handlerTimeoutMs")}: the probe waits for the handlers and times out before a slow but healthy one answers`,
    names: ["probeTimeoutMs", "handlerIntervalMs"],
    or: "give the handlers an intervalMs, so that the probe answers from memory",
  };
};

/** Without `timeout check`, HAProxy removes a busy instance. */
export const findBusyTakenForDead: DiagnosisRule = ({ numbers, facts, say }) => {
  const { probeTimeoutMs = 0, probeIntervalMs } = numbers;
  if (facts?.longer !== "probeTimeoutMs" || probeTimeoutMs > (probeIntervalMs ?? 0)) return undefined;
  return {
    severity: "warning",
    text: `${say("probeTimeoutMs")} ≤ ${say("probeIntervalMs")}: without a longer "timeout check", a check times out after inter, and under load HAProxy removes one healthy instance after the other`,
    names: ["probeTimeoutMs", "probeIntervalMs"],
  };
};

/** One lost packet removes an instance. */
export const findSingleFailure: DiagnosisRule = ({ numbers, facts, say }) =>
  numbers.fall === 1 && facts?.sendsProbe !== false
    ? {
        severity: "warning",
        text: `${say("fall")}: a single late or lost answer removes an instance`,
        names: ["fall"],
      }
    : undefined;

/** A failure of a shared dependency removes all instances. */
export const findAllAtOnce: DiagnosisRule = ({ numbers, facts, say }) =>
  toShared(numbers) === "count" && numbers.instances !== 1
    ? {
        severity: "warning",
        text: `${say(numbers.shared === undefined ? "requireHealthy" : "shared")}: if a shared dependency such as the database fails, ${describeLoss(numbers, facts)}`,
        names: ["shared"],
        remedy: 'set shared: "hold" (requireHealthy: { shared: "hold" })',
        or: "set critical: false on the handlers of shared dependencies",
      }
    : undefined;

function describeLoss(numbers: Numbers, facts: PlatformFacts | undefined): string {
  const instances = numbers.instances ?? "instances";
  if (facts?.failsOpen)
    return `all ${instances} become unhealthy at once, and ${facts.title} fails open: it sends requests to all of them`;
  return `the balancer removes all ${instances} at once`;
}

/** When a shared handler that is RED makes an instance unready. */
export function toShared({ shared, requireHealthy }: Numbers): SharedReadiness {
  return shared ?? (requireHealthy ? "count" : "hold");
}

/** The first result that is RED would last longer than the hold. */
export const findShortHold: DiagnosisRule = ({ numbers, say }) => {
  const { holdMs, handlerIntervalMs } = numbers;
  const isShort = holdMs !== undefined && handlerIntervalMs !== undefined && holdMs <= handlerIntervalMs;
  if (!isShort || toShared(numbers) !== "hold") return undefined;
  return {
    severity: "warning",
    text: `${say("holdMs")} ≤ ${say("handlerIntervalMs")}: a single RED of a shared dependency lasts longer than readiness is held, so all instances leave`,
    names: ["holdMs"],
  };
};

/** A restart fixes nothing that is shared, and must not happen during the drain. */
export const findDeadlyLiveness: DiagnosisRule = ({ numbers: { livenessLooksAt, instances }, say }) => {
  if (livenessLooksAt === "local") return undefined;
  const why =
    livenessLooksAt === "shared"
      ? `a failure of a shared dependency restarts ${describeAll(instances)}, again and again, and fixes nothing`
      : "a decommissioned instance is killed before its drain ends";
  return {
    severity: "error",
    text: `${say("livenessLooksAt")}: ${why}`,
    names: ["livenessLooksAt"],
    remedy: 'use /livez for liveness: it runs only handlers with scope: "local" and ignores the probe',
  };
};

function describeAll(instances: number | undefined): string {
  return instances === 1 ? "the only instance" : `all ${instances ?? "instances"} at once`;
}

/** While the only instance leaves, the service is down. */
export const findLoneInstance: DiagnosisRule = ({ numbers, facts, say }) =>
  numbers.instances === 1
    ? {
        severity: "warning",
        text: `${say("instances")}: while it restarts, no instance answers, whatever the other numbers are${facts?.failsOpen ? `. ${facts.title} fails open: it sends requests even while it is decommissioned` : ""}`,
        names: ["instances"],
        remedy: "run two",
      }
    : undefined;

const PROBE_NUMBERS = ["probeIntervalMs", "probeTimeoutMs", "fall", "rise"] as const;

/** nginx (open source) never sends the probe. */
export const findUnreadProbe: DiagnosisRule = ({ numbers, facts }) => {
  const given = PROBE_NUMBERS.filter((name) => numbers[name] !== undefined);
  if (facts?.sendsProbe !== false || given.length === 0) return undefined;
  return {
    severity: "warning",
    text: `nginx (open source) never requests the probe: ${given.join(", ")} ${given.length === 1 ? "has" : "have"} no effect`,
    names: given,
    remedy: "use retries instead: proxy_next_upstream error timeout http_503",
  };
};

/** The platform rejects values out of its ranges. */
export const findRejected: DiagnosisRule = ({ numbers, facts, say }) => {
  if (facts?.limits === undefined) return undefined;
  const { by, ranges } = facts.limits;
  const objections = Object.entries(ranges).flatMap(([key, { min, max }]) => {
    const name = key as AmountName;
    const value = numbers[name] ?? min;
    const [low, high] = name.endsWith("Ms") ? [toDurationText(min), toDurationText(max)] : [min, max];
    return value < min || value > max ? [`${say(name)} is not from ${low} to ${high}`] : [];
  });
  const { probeIntervalMs = 0, probeTimeoutMs = 0 } = numbers;
  if (facts.longer === "probeIntervalMs" && probeIntervalMs <= probeTimeoutMs)
    objections.push(`${say("probeIntervalMs")} is not more than ${say("probeTimeoutMs")}`);
  if (objections.length === 0) return undefined;
  return {
    severity: "error",
    text: `${by} rejects these: ${objections.join("; ")}`,
    names: [...(Object.keys(ranges) as AmountName[]), "keepAliveTimeoutMs"],
  };
};

/** Platforms that count in whole seconds lose fractions. */
export const findFractions: DiagnosisRule = ({ numbers, facts, say }) => {
  const names = [...PROBE_NUMBERS, "graceMs"] as const;
  const broken = names.filter((name) => name.endsWith("Ms") && (numbers[name] ?? 0) % 1_000 !== 0);
  if (facts?.countsInSeconds !== true || broken.length === 0) return undefined;
  return {
    severity: "warning",
    text: `${facts.title} counts in whole seconds: ${broken.map(say).join(", ")}`,
    names: broken,
  };
};
