import type { Numbers } from "../numbers.ts";
import { toSeconds } from "./addresses.ts";

/** The properties of CloudFormation, as YAML. */
export function renderAlb(numbers: Numbers): string {
  const { probeIntervalMs, probeTimeoutMs, fall, rise, balancerIdleMs, longestRequestMs, closeTimeoutMs } =
    numbers;
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
      - { Key: deregistration_delay.timeout_seconds, Value: "${toSeconds(longestRequestMs ?? closeTimeoutMs)}" }
LoadBalancer:
  Type: AWS::ElasticLoadBalancingV2::LoadBalancer
  Properties:
    LoadBalancerAttributes:
      - { Key: idle_timeout.timeout_seconds, Value: "${toSeconds(balancerIdleMs)}" }
`;
}
