import { DEFAULT_BALANCER_IDLE_MS } from "../../drain/options.ts";
import { MACHINE_CHECKS, type ServeConfig } from "../serve/config.ts";
import { DEFAULT_INTERVAL_MS } from "../serve/prepare.ts";
import type { Declared } from "./fields.ts";
import { KEEP_ALIVE_MARGIN_MS } from "./rules/connections.ts";

const DRAIN_NUMBERS = [
  "preset",
  "preStopMs",
  "redsSeen",
  "capMs",
  "closeTimeoutMs",
  "hooksTimeoutMs",
  "deadlineMs",
] as const;

/**
 * The numbers of a service that `svc-status serve` runs with this configuration. All its checks run in the
 * background.
 */
export function toNumbersOfServe({
  checks = MACHINE_CHECKS,
  probeStatus,
  healthProbes,
  drain = {},
}: ServeConfig): Declared {
  const critical = checks.filter((check) => check.critical !== false);
  const timeoutsMs = critical.flatMap(({ timeoutMs }) => timeoutMs ?? []);
  const intervalsMs = critical.map(({ intervalMs = DEFAULT_INTERVAL_MS }) => intervalMs);
  const said = Object.fromEntries(
    DRAIN_NUMBERS.filter((name) => drain[name] !== undefined).map((name) => [name, drain[name]]),
  );
  const { balancerIdleMs } = drain;
  const declared: Declared = {
    ...said,
    ...(timeoutsMs.length > 0 && { handlerTimeoutMs: Math.max(...timeoutsMs) }),
    handlerIntervalMs: Math.max(DEFAULT_INTERVAL_MS, ...intervalsMs),
    ...toReadiness(probeStatus, healthProbes),
    ...(balancerIdleMs !== undefined && { balancerIdleMs }),
    keepAliveTimeoutMs: (balancerIdleMs ?? DEFAULT_BALANCER_IDLE_MS) + KEEP_ALIVE_MARGIN_MS,
  };
  // serve accepts fractions of a millisecond; balancers do not.
  return Object.fromEntries(
    Object.entries(declared).map(([name, value]) => [
      name,
      typeof value === "number" ? Math.ceil(value) : value,
    ]),
  );
}

function toReadiness(
  probeStatus: ServeConfig["probeStatus"],
  healthProbes: ServeConfig["healthProbes"],
): Pick<Declared, "requireHealthy" | "shared" | "holdMs"> {
  const required = probeStatus ? (probeStatus.requireHealthy ?? false) : false;
  if (required === true) return { requireHealthy: true };
  const served = typeof healthProbes === "object" ? healthProbes : {};
  const { shared, holdMs } = required === false ? served : { shared: "hold" as const, ...required };
  return {
    requireHealthy: required !== false,
    ...(shared !== undefined && { shared }),
    ...(holdMs !== undefined && { holdMs }),
  };
}
