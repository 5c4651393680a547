import { toDurationText } from "../../../util/duration-text.ts";
import type { Numbers } from "../numbers.ts";
import { toSeconds } from "./addresses.ts";

/** Default startup time of a service. */
const STARTUP_MS = 60_000;

/** Lines of a Dockerfile, and the command that stops the container. */
export function renderDocker(numbers: Numbers): string {
  const { probeIntervalMs = 0, probeTimeoutMs = 0, fall, startupMs = STARTUP_MS, graceMs } = numbers;
  // The command itself times out first, and reports why.
  const timeout = toDurationText(probeTimeoutMs - 1_000);
  return `# docker stop -t ${toSeconds(graceMs)}, or in Compose: stop_grace_period: ${toSeconds(graceMs)}s
# Docker itself only shows that a container is unhealthy; Swarm and others restart it.
HEALTHCHECK --interval=${toDurationText(probeIntervalMs)} --timeout=${toDurationText(probeTimeoutMs)} --start-period=${toDurationText(Math.max(startupMs, 1_000))} --retries=${fall} \\
  CMD ["node_modules/.bin/svc-status", "show", "http://localhost:8080", "--fail-on", "RED", "--quiet", "--timeout", "${timeout}"]
CMD ["node", "server.mjs"]
`;
}
