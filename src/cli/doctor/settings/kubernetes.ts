import type { Numbers } from "../numbers.ts";
import { toSeconds } from "./addresses.ts";

const STARTUP_PERIOD_SECONDS = 2;
/** Default startup time of a service. */
const STARTUP_SECONDS = 60;
const LIVENESS_PERIOD_SECONDS = 10;

/** The Pod of a Deployment, as YAML. */
export function renderKubernetes(numbers: Numbers): string {
  const { graceMs, probeIntervalMs, probeTimeoutMs, fall, rise, startupMs, preStopMs } = numbers;
  const startupSeconds = Math.max(toSeconds(startupMs), STARTUP_SECONDS);
  const timeoutSeconds = toSeconds(probeTimeoutMs);
  return `# serviceStatus({ healthProbes: true }) serves the three paths.
spec:
  template:
    spec:
      terminationGracePeriodSeconds: ${toSeconds(graceMs)}
      containers:
        - name: service
          # Not "npm start" and not "sh -c": they do not pass SIGTERM on.
          command: ["node", "server.mjs"]
          ports:
            - { name: http, containerPort: 8080 }${renderPreStop(toSeconds(preStopMs))}
          startupProbe:
            httpGet: { path: /startupz, port: http }
            periodSeconds: ${STARTUP_PERIOD_SECONDS}
            timeoutSeconds: ${timeoutSeconds}
            failureThreshold: ${Math.ceil(startupSeconds / STARTUP_PERIOD_SECONDS)}
          readinessProbe:
            httpGet: { path: ${numbers.probeRunsHandlers === false ? "/probe_status" : "/readyz"}, port: http }
            periodSeconds: ${toSeconds(probeIntervalMs)}
            timeoutSeconds: ${timeoutSeconds}
            failureThreshold: ${fall}
            successThreshold: ${rise}
          livenessProbe:
            httpGet: { path: /livez, port: http }
            periodSeconds: ${LIVENESS_PERIOD_SECONDS}
            timeoutSeconds: ${timeoutSeconds}
            failureThreshold: 3
`;
}

function renderPreStop(seconds: number): string {
  if (seconds === 0) return "";
  return `
          lifecycle:
            preStop: { exec: { command: ["sleep", "${seconds}"] } }`;
}
