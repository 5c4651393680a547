// What one restart of one of two services loses, by library and load balancer, and what a restart of a worker does
// to its jobs: node bench/leaving.mjs [--only=TEXT] [--library=NAME] [--parallel=8] [--details]
//
// Each cell is a process with two services, a balancer and clients. It waits most of the time, so several run side
// by side; only one starts at a time. All 55 take some 15 minutes.
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
await Promise.all(Array.from({ length: Number(values.parallel) }, runCells));
for (const broker of brokers) await broker.close();

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
  const result = await runOnce(cell);
  const { longestStallMs = 0, library, setting } = result;
  if (longestStallMs <= MAX_STALL_MS || repeats === MAX_REPEATS) return result;
  console.error(`${setting}, ${library}: stalled for ${Math.round(longestStallMs)} ms, repeated`);
  return run(cell, repeats + 1);
}

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
  if (result === undefined) throw new Error(`${setting.setting}, ${setting.library}: no result`);
  return result;
}
