// A small service that stores notes in PostgreSQL, and shows its status. Started by `npm start`.
import { createServer } from "node:http";
import { addStatusHandler, check, OK, RED } from "svc-status";
import { serviceStatus } from "svc-status/node";
import { startSentinel } from "svc-status/sentinel";
import { createApp } from "./app.mjs";
import { createDatabase } from "./database.mjs";
import { describeDemo } from "./describe-demo.mjs";
import { ImportJob } from "./import-job.mjs";
import { RollingRestart } from "./rolling/rolling-restart.mjs";
import { readSettings } from "./settings.mjs";
import { createUserService } from "./user-service.mjs";

const { port, sentinelPort, databaseUrl, importStepMs, blockMs } = readSettings(process.env);
const database = createDatabase(databaseUrl);
const userService = createUserService();
const importJob = new ImportJob();
const rollingRestart = new RollingRestart();

// A round trip: OK when it resolves, RED when it rejects or takes too long.
addStatusHandler(
  "DatabaseConnection",
  check(() => database.query("SELECT 1")),
);

// These need the database, and are RED with it. Reports and the page then name the cause, not all seven.
const USERS_OF_DATABASE = ["Accounts", "Exports", "Invoices", "Notes", "Search", "Sessions"];
for (const name of USERS_OF_DATABASE) {
  addStatusHandler(
    name,
    check(() => database.query("SELECT 1")), // replace this with a real query
    { dependsOn: ["DatabaseConnection"] },
  );
}

// A call to another service. The signal aborts it at the deadline.
addStatusHandler(
  "UserService",
  async ({ signal }) => {
    const response = await fetch(`${userService.url}/users`, { signal });
    if (!response.ok) return { state: RED, detail: `answers ${response.status}` };
    const users = await response.json();
    return { state: OK, labels: { users: users.length } };
  },
  { timeoutMs: 2_000 },
);

// A state that the application sets. The service works without this job, so its RED is only a warning.
addStatusHandler("ImportJob", importJob, { critical: false });

/** Shown on the status page. */
const service = {
  name: "notes",
  version: "1.0.0",
  links: [{ title: "What to try", url: "/" }],
};

await userService.start();
// A database that does not answer is visible in the status. It must not prevent the start.
await database.query("SELECT 1").catch(() => {});
importJob.start(importStepMs);

// A separate thread, which answers while this one is busy.
const sentinel = await startSentinel({ port: sentinelPort, host: "127.0.0.1", service }).catch((error) =>
  // Its default is the port after PORT. If that is taken, another demo is running, and has both.
  complain(process.env.SENTINEL_PORT === undefined ? "PORT" : "SENTINEL_PORT", sentinelPort, error),
);

const answerStatus = serviceStatus({ service, svcStatus: { controls: true } });
const answerApp = createApp({ database, userService, rollingRestart, describe, getUrls, blockMs });
const server = createServer((request, response) =>
  answerStatus(request, response, () => answerApp(request, response)),
);
// Listen last: a request that comes before everything is ready is refused, and never left unanswered.
await listen();

console.log(describe());
importJob.logger = console;

process.once("SIGINT", stop);
process.once("SIGTERM", stop);

/** The ports are known once both servers listen. */
function getUrls() {
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    sentinelUrl: `http://127.0.0.1:${sentinel.address.port}`,
  };
}

function describe() {
  return describeDemo({
    ...getUrls(),
    blockMs,
    databaseName: databaseUrl === undefined ? "PGlite, in memory" : "the server of DATABASE_URL",
  });
}

/** Only on this machine, because any client may stop the database. */
function listen() {
  return new Promise((resolve) => {
    server.once("error", (error) => complain("PORT", port, error));
    server.listen(port, "127.0.0.1", resolve);
  });
}

function complain(variable, takenPort, error) {
  const free = `${variable}=0 npm start takes a free one`;
  const reason = error.code === "EADDRINUSE" ? `is taken; ${free}` : `fails: ${error.message}`;
  console.error(`port ${takenPort} ${reason}`);
  process.exit(1);
}

/** Closes everything and exits by the same signal, so that the parent process sees why. */
async function stop(signal) {
  importJob.stop();
  await new Promise((resolve) => server.close(resolve));
  await Promise.all([userService.stop(), database.stop(), rollingRestart.stop()]);
  process.kill(process.pid, signal);
}
