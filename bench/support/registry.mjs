import { createStatusRegistry } from "../../dist/index.js";

const OK = { state: "OK" };
const YELLOW = { state: "YELLOW" };

/** A registry of svc-status that runs the checks of a scenario. */
export function createRegistry(checks) {
  const registry = createStatusRegistry();
  for (const { name, run } of checks) registry.addStatusHandler(name, async () => toStatus(await run()));
  return registry;
}

/** The path of the probe without checks, of the report with checks. */
export function toPath(checks) {
  return checks.length === 0 ? "/probe_status" : "/svc_status.json";
}

function toStatus(trouble) {
  return trouble === undefined ? OK : YELLOW;
}
