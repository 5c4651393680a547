import { MIN_QUIET_MS } from "../../../drain/decide.ts";
import { PRESETS, toNeededGraceMs } from "../../../drain/presets.ts";
import { toDurationText } from "../../../util/duration-text.ts";
import type { DiagnosisRule } from "../finding.ts";
import { ALL_MS, toClosingMs, toLongestWaitMs } from "../leaving-times.ts";
import { isPresetTooShort, type Numbers } from "../numbers.ts";

/** The times that share a deadline. */
const ROOM = ["capMs", "closeTimeoutMs", "hooksTimeoutMs", "deadlineMs"] as const;

/** The maximum time until the balancer has received enough refusals. */
function toDetectionMs({ fall, probeIntervalMs, redsSeen }: Numbers): number | undefined {
  if (probeIntervalMs === undefined) return undefined;
  return Math.max(fall ?? 1, redsSeen) * probeIntervalMs;
}

/** The process may be killed before it ends. */
export const findShortGrace: DiagnosisRule = ({ numbers, facts, say }) => {
  const { graceMs, preStopMs, preset, deadlineMs, closeTimeoutMs = ALL_MS, longestRequestMs = 0 } = numbers;
  const neededMs = preStopMs + toNeededGraceMs(deadlineMs);
  const isHookGreedy = preStopMs > 0 && preStopMs >= (graceMs ?? 0); // The next rule covers this.
  if (graceMs === undefined || graceMs >= neededMs || isHookGreedy) return undefined;
  const detectionMs = facts?.isDrainProber === false ? 0 : (toDetectionMs(numbers) ?? 0);
  const waitMs = Math.min(detectionMs + MIN_QUIET_MS, toLongestWaitMs(numbers));
  const requestMs = Math.min(longestRequestMs, closeTimeoutMs);
  const usualMs = preStopMs + waitMs + requestMs;
  const isFatal = graceMs < usualMs;
  const preStop = preStopMs === 0 ? [] : [say("preStopMs")];
  const deadline = [...preStop, say("deadlineMs"), toDurationText(neededMs - preStopMs - deadlineMs)].join(
    " + ",
  );
  const usual = [
    ...preStop,
    `${toDurationText(waitMs)} until the balancer has left`,
    ...(requestMs === 0 ? [] : [`${toDurationText(requestMs)} for the longest request`]),
  ].join(" + ");
  const forPlatform = preset === undefined ? facts?.preset : undefined;
  const canUsePreset =
    forPlatform !== undefined && graceMs >= PRESETS[forPlatform].graceMs && graceMs > preStopMs;
  return {
    severity: isFatal ? "error" : "warning",
    text:
      `${say("graceMs")} < ${deadline} = ${toDurationText(neededMs)}: ` +
      (isFatal
        ? `each drain is killed before it ends, because ${usual} = ${toDurationText(usualMs)}`
        : "a long drain is killed before it ends"),
    names: ["graceMs", ...ROOM],
    or: canUsePreset ? `use the preset "${forPlatform}"` : undefined,
  };
};

/** The hook leaves no time for the process. */
export const findGreedyPreStop: DiagnosisRule = ({ numbers, say }) => {
  const { graceMs, preStopMs } = numbers;
  if (graceMs === undefined || preStopMs === 0 || preStopMs < graceMs) return undefined;
  return {
    severity: "error",
    text: `${say("preStopMs")} ≥ ${say("graceMs")}: the hook uses up the grace period, and SIGTERM comes too late`,
    names: ["graceMs", ...ROOM],
    or: "remove the preStop hook: the service itself waits until requests stop",
  };
};

/** The drain rejects this preset. */
export const findShortPreset: DiagnosisRule = ({ numbers, say }) => {
  if (!isPresetTooShort(numbers)) return undefined;
  return {
    severity: "error",
    text: `${say("preStopMs")} leaves nothing of ${say("preset")}: drainOnSignals() rejects it`,
    names: ["preset", "graceMs", ...ROOM],
    remedy: "use no preset",
    or: "remove the preStop hook: the service itself waits until requests stop",
  };
};

/** The balancer may not have received enough refusals at the end of the longest wait. */
export const findSlowDetection: DiagnosisRule = ({ numbers, facts, say }) => {
  const { fall = 1, redsSeen, capMs } = numbers;
  const detectionMs = toDetectionMs(numbers);
  const waitMs = toLongestWaitMs(numbers);
  if (facts?.isDrainProber === false || detectionMs === undefined) return undefined;
  const neededMs = detectionMs + MIN_QUIET_MS;
  if (neededMs <= waitMs) return undefined;
  const count = say(fall > redsSeen ? "fall" : "redsSeen");
  const limit =
    waitMs === capMs
      ? say("capMs")
      : `${toDurationText(waitMs)}, which is what ${say("deadlineMs")} leaves for the wait after the time for closing and onClose`;
  const isFatal = facts?.balancesByProbe !== false;
  return {
    severity: isFatal ? "error" : "warning",
    text:
      `${count} × ${say("probeIntervalMs")} + ${toDurationText(MIN_QUIET_MS)} of quiet = ${toDurationText(neededMs)} > ${limit}: ` +
      (isFatal
        ? "the listener is closed while the balancer still sends requests"
        : "each drain takes the maximum wait"),
    names: ["probeIntervalMs", "fall", "redsSeen", ...ROOM],
  };
};

/** The drain may count a balancer as gone that still sends requests. */
export const findEarlyEnd: DiagnosisRule = ({ numbers, facts, say }) => {
  const { fall = 0, redsSeen } = numbers;
  if (redsSeen >= fall || facts?.balancesByProbe === false) return undefined;
  return {
    severity: "warning",
    text: `${say("redsSeen")} < ${say("fall")}: with little traffic, the drain ends before the balancer has removed the instance`,
    names: ["redsSeen", "fall"],
  };
};

/** Requests may be cut off. */
export const findCutRequests: DiagnosisRule = ({ numbers, say }) => {
  const { longestRequestMs, closeTimeoutMs = ALL_MS } = numbers;
  if (longestRequestMs === undefined) return undefined;
  const closingMs = toClosingMs(numbers);
  if (longestRequestMs > closeTimeoutMs) {
    return {
      severity: "error",
      text: `${say("longestRequestMs")} > ${say("closeTimeoutMs")}: requests in flight are cut`,
      names: ROOM,
    };
  }
  if (longestRequestMs <= closingMs) return undefined;
  return {
    severity: "warning",
    text: `${say("longestRequestMs")} > ${toDurationText(closingMs)}, which is what ${say("deadlineMs")} leaves after the maximum wait (${say("capMs")}) and ${say("hooksTimeoutMs")}: requests are cut after a long wait`,
    names: ROOM,
  };
};
