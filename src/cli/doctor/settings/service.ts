import { type Declared, type Numbers, resolveNumbers } from "../numbers.ts";

const DRAIN_OPTIONS = ["redsSeen", "capMs", "closeTimeoutMs", "hooksTimeoutMs", "deadlineMs"] as const;

/** The code for the service. Options whose defaults fit are omitted. */
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
