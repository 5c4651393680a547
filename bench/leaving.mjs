// What one restart of one of two services loses, by library and load balancer, and what a restart of a worker does
// to its jobs: node bench/leaving.mjs [--only=TEXT] [--library=NAME] [--parallel=8] [--details]
//
// Each cell is a process with two services, a balancer and clients. It waits most of the time, so several run side
// by side; only one starts at a time. All 55 take some 12 minutes on two cores that do nothing else.
import { fork } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { BALANCERS } from "./leaving/balancers.mjs";
import { BROKERS, startBroker } from "./leaving/brokers.mjs";
import { findProgram } from "./leaving/programs.mjs";
import { toRow } from "./leaving/rows.mjs";
import { WAYS } from "./leaving/ways.mjs";
import { publish } from "./support/rows.mjs";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    library: { type: "string" },
    parallel: { type: "string", default: "8" },
    details: { type: "boolean", default: false },
  },
});

/** A machine that stands still for this long loses requests whatever the library does. The cell is repeated. */
const MAX_STALL_MS = 5_000;
const MAX_REPEATS = 1;

const libraries = Object.keys(WAYS).filter((name) => name === (values.library ?? name));
const toWord = (text) => text.toLowerCase().replace(/[^a-z\d]/g, "");
/** `haproxy-tcp` is "HAProxy, TCP check". */
const isMeant = (name) => toWord(name).includes(toWord(values.only));

checkPrograms();

const queue = [];
const brokers = [];
// Each is in a separate process group, so Ctrl-C does not reach it.
const ENDINGS = ["SIGINT", "SIGTERM", "disconnect"];
const endEarly = () => closeBrokers().finally(() => process.exit(1));
for (const event of ENDINGS) process.once(event, endEarly);
for (const broker of Object.keys(BROKERS).filter(isMeant)) {
  const started = await startBroker(broker);
  brokers.push(started);
  const { connection } = started;
  for (const library of libraries)
    queue.push({ file: "jobs", setting: { setting: broker, broker, connection, library } });
}
for (const library of libraries)
  for (const setting of Object.keys(BALANCERS).filter(isMeant))
    queue.push({ file: "cell", setting: { setting, library } });
if (queue.length === 0)
  throw new Error(
    `--only=${values.only}: expected one of ${[...Object.keys(BROKERS), ...Object.keys(BALANCERS)].join("; ")}`,
  );

let starting = Promise.resolve();
try {
  await Promise.all(Array.from({ length: Number(values.parallel) }, runCells));
} finally {
  await closeBrokers();
  // With a listener for it, the channel to run.mjs would keep this process alive.
  for (const event of ENDINGS) process.off(event, endEarly);
}

async function closeBrokers() {
  for (const broker of brokers.splice(0)) await broker.close();
}

/** A table without some of its rows would be read as the whole one. */
function checkPrograms() {
  const meant = Object.entries({ ...BROKERS, ...BALANCERS }).filter(([setting]) => isMeant(setting));
  const programs = new Set(meant.flatMap(([, setting]) => setting.programs));
  const missing = [...programs].filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return;
  console.error(`not installed: ${missing.join(", ")}
Install them, and prevent Debian from starting their services as .ci/run does:
  apt-get install haproxy caddy apache2 varnish nginx redis-server rabbitmq-server
or measure what there is: npm run bench -- leaving --only=haproxy`);
  process.exit(1);
}

async function runCells() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const result = await run(next);
    publish(toRow(result));
    if (values.details) console.error(JSON.stringify(result));
  }
}

async function run(cell, repeats = 0) {
  const { setting, library } = cell.setting;
  const result = await runOnce(cell);
  const trouble = toTrouble(result);
  if (trouble !== undefined && repeats < MAX_REPEATS) {
    console.error(`${setting}, ${library}: ${trouble}, repeated`);
    return run(cell, repeats + 1);
  }
  if (result === undefined) throw new Error(`${setting}, ${library}: ${trouble} again`);
  return result;
}

function toTrouble(result) {
  if (result === undefined) return "no result";
  const { longestStallMs = 0 } = result;
  return longestStallMs > MAX_STALL_MS ? `stalled for ${Math.round(longestStallMs)} ms` : undefined;
}

/** `undefined` if the cell has failed, which it has said itself. */
async function runOnce({ file, setting }) {
  const before = starting;
  let goOn;
  starting = new Promise((resolve) => {
    goOn = resolve;
  });
  await before;
  const child = fork(new URL(`leaving/${file}.mjs`, import.meta.url), [JSON.stringify(setting)]);
  let result;
  child.on("message", (message) => {
    if (message.started) goOn();
    else result = message;
  });
  await once(child, "exit");
  goOn();
  return result;
}
