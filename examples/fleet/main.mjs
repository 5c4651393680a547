// Five services that need each other, three instances each, on one page from a real Prometheus. Started by `npm run fleet`.
import { createServer } from "node:http";
import { fleetStatus } from "svc-status/fleet";
import { serviceStatus } from "svc-status/node";
import { findProgram, startMonitoring } from "./monitoring.mjs";
import { createOutages } from "./outages.mjs";
import { createPanel } from "./panel.mjs";
import { startServices } from "./services.mjs";

const port = Number(process.env.PORT ?? 8080);
if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
  console.error(`PORT: expected a number from 0 to 65535, got ${JSON.stringify(process.env.PORT)}`);
  process.exit(1);
}

const programs = {
  prometheus: findProgram("prometheus"),
  alertmanager: findProgram("alertmanager", "prometheus-alertmanager"),
};
if (programs.prometheus === undefined) {
  console.error(`Prometheus is not installed.
  Debian, Ubuntu: apt-get install prometheus prometheus-alertmanager
  macOS:          brew install prometheus alertmanager
  others:         https://prometheus.io/download/`);
  process.exit(1);
}

const services = await startServices();
const answerPanel = createPanel(createOutages(services));
let answerStatus = (_request, _response, next) => next();
const server = createServer((request, response) =>
  answerStatus(request, response, () => answerPanel(request, response)),
);
// Before anything that must be cleaned up.
await listen();

let fleet;
let stopping;
const monitoring = await startMonitoring(programs, services.targets(), (program, text) =>
  fail(`${program} has ended:\n${text}`),
);
process.once("SIGINT", stop);
process.once("SIGTERM", stop);

const { url, alertmanagerUrl } = await monitoring.started.catch((error) => fail(error.message));
fleet = fleetStatus({ prometheus: url, name: "Example fleet", refreshMs: 1_000 });
answerStatus = serviceStatus({ svcStatus: false, probeStatus: false, fleet });
console.log(describe());

function describe() {
  const ownUrl = `http://127.0.0.1:${server.address().port}`;
  return `
15 instances of five services run, with Prometheus${alertmanagerUrl ? " and Alertmanager" : ""}. Open this page, and break the database of accounts:
  ${ownUrl}/

What you see:
  ${ownUrl}/fleet
  ${alertmanagerUrl ?? "Alertmanager is not installed: apt-get install prometheus-alertmanager, or https://prometheus.io/download/"}
  npx svc-status fleet show --prometheus ${url}

The same without a browser:
  curl -X POST ${ownUrl}/break/database
  curl -X POST ${ownUrl}/fix/database

Press Ctrl-C to stop it.
`;
}

/** Only on this machine, because any client may break the fleet. */
function listen() {
  return new Promise((resolve) => {
    server.once("error", (error) => {
      const another = `PORT=${port + 1} npm run fleet takes another one`;
      const reason = error.code === "EADDRINUSE" ? `is taken; ${another}` : `fails: ${error.message}`;
      console.error(`port ${port} ${reason}`);
      process.exit(1);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

/** Ends by the same signal, so that the parent process sees why. */
async function stop(signal) {
  await cleanUp();
  process.kill(process.pid, signal);
}

async function fail(message) {
  // Whatever ends during the cleanup is no failure.
  const isFirst = stopping === undefined;
  if (isFirst) console.error(message);
  await cleanUp();
  if (isFirst) process.exit(1);
  return new Promise(() => {});
}

/** Stops all programs and removes their files, once. */
function cleanUp() {
  stopping ??= (async () => {
    fleet?.close();
    server.close();
    server.closeAllConnections();
    await Promise.all([services.stop(), monitoring.stop()]);
  })();
  return stopping;
}
