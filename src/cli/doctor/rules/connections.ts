import type { DiagnosisRule } from "../finding.ts";

/** Time for which the service keeps idle connections longer than the balancer does. */
export const KEEP_ALIVE_MARGIN_MS = 5_000;

/** The service may close a connection at the moment the balancer reuses it. */
export const findResets: DiagnosisRule = ({ numbers, say }) => {
  const { keepAliveTimeoutMs, balancerIdleMs = 0 } = numbers;
  // 0 means forever, for both.
  if (keepAliveTimeoutMs === 0 || balancerIdleMs === 0 || keepAliveTimeoutMs > balancerIdleMs)
    return undefined;
  return {
    severity: "error",
    text: `${say("keepAliveTimeoutMs")} ≤ ${say("balancerIdleMs")}: the service may close a connection that the balancer is about to use, which resets the request (502)`,
    names: ["keepAliveTimeoutMs"],
  };
};

/** An answer may take longer than the balancer waits for the next byte. */
export const findIdleCut: DiagnosisRule = ({ numbers, facts, say }) => {
  const { longestRequestMs = 0, balancerIdleMs } = numbers;
  if (!facts?.cutsIdleRequests || balancerIdleMs === undefined || longestRequestMs < balancerIdleMs)
    return undefined;
  return {
    severity: "error",
    text: `${say("longestRequestMs")} ≥ ${say("balancerIdleMs")}: ${facts.title} answers 504 to a request that sends nothing for that time`,
    names: ["balancerIdleMs", "keepAliveTimeoutMs"],
  };
};
