import { createServer } from "node:http";
import { HealthChecker, ReadinessCheck, ReadinessEndpoint } from "@cloudnative/health-connect";
import { listen } from "../support/listen.mjs";

export async function start(checks) {
  const checker = new HealthChecker();
  for (const { name, run } of checks) checker.registerReadinessCheck(new ReadinessCheck(name, run));
  return { port: await listen(createServer(ReadinessEndpoint(checker))), path: "/ready" };
}
