import { type Declared, type Numbers, resolveNumbers } from "../numbers.ts";

const DRAIN_OPTIONS = ["redsSeen", "capMs", "closeTimeoutMs", "hooksTimeoutMs", "deadlineMs"] as const;

/** What is to stand in the service. Options that are right as they come are left out. */
export function renderService(numbers: Numbers): string {
  const usual: Declared = resolveNumbers({});
  const options = DRAIN_OPTIONS.filter((name) => numbers[name] !== usual[name]).map(
    (name) => `${name}: ${numbers[name]}`,
  );
  const argument = options.length === 0 ? "" : `, { ${options.join(", ")} }`;
  const { handlerIntervalMs } = numbers;
  return [
    `server.keepAliveTimeout = ${numbers.keepAliveTimeoutMs};`,
    `drainOnSignals(server${argument});`,
    ...(handlerIntervalMs === undefined
      ? []
      : [`addStatusHandler(name, handler, { intervalMs: ${handlerIntervalMs} });`]),
  ].join("\n");
}
