import { type Declared, type Numbers, resolveNumbers } from "../numbers.ts";

const TIMES = ["redsSeen", "capMs", "closeTimeoutMs", "hooksTimeoutMs"] as const;

/** The code for the service. Options whose defaults fit are omitted. */
export function renderService(numbers: Numbers): string {
  const { preset, preStopMs, deadlineMs } = numbers;
  const platform: Declared = preset === undefined ? {} : { preset, preStopMs };
  const isUsual = deadlineMs === resolveNumbers(platform).deadlineMs;
  const usual = resolveNumbers({ ...platform, deadlineMs });
  const options = [
    ...(preset === undefined ? [] : [`preset: "${preset}"`]),
    ...(preset === undefined || preStopMs === 0 ? [] : [`preStopMs: ${preStopMs}`]),
    ...TIMES.filter((name) => numbers[name] !== usual[name]).map((name) => `${name}: ${numbers[name]}`),
    ...(isUsual ? [] : [`deadlineMs: ${deadlineMs}`]),
  ];
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
