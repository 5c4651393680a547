import { toClosingMs } from "../leaving-times.ts";
import type { Numbers } from "../numbers.ts";
import { toSeconds } from "./addresses.ts";

/** Maximum time that AWS waits for the requests of an instance that leaves. */
const MAX_DEREGISTRATION_SECONDS = 3_600;

/** CloudFormation properties, as YAML. */
export function renderAlb(numbers: Numbers): string {
  const { probeIntervalMs, probeTimeoutMs, fall, rise, balancerIdleMs, longestRequestMs } = numbers;
  const leavingSeconds = Math.min(
    toSeconds(longestRequestMs ?? toClosingMs(numbers)),
    MAX_DEREGISTRATION_SECONDS,
  );
  return `TargetGroup:
  Type: AWS::ElasticLoadBalancingV2::TargetGroup
  Properties:
    HealthCheckPath: /probe_status
    HealthCheckIntervalSeconds: ${toSeconds(probeIntervalMs)}
    HealthCheckTimeoutSeconds: ${toSeconds(probeTimeoutMs)}
    UnhealthyThresholdCount: ${fall}
    HealthyThresholdCount: ${rise}
    Matcher: { HttpCode: "200" }
    TargetGroupAttributes:
      - { Key: deregistration_delay.timeout_seconds, Value: "${leavingSeconds}" }
LoadBalancer:
  Type: AWS::ElasticLoadBalancingV2::LoadBalancer
  Properties:
    LoadBalancerAttributes:
      - { Key: idle_timeout.timeout_seconds, Value: "${toSeconds(balancerIdleMs)}" }
`;
}
