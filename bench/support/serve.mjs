// One server in a separate process, started by servers.mjs: node serve.mjs <name> <scenario>
import { SCENARIOS } from "./scenarios.mjs";

const [, , name, scenario] = process.argv;

/** Total number of runs of all checks. */
let runs = 0;

function toCheck({ name: checkName, run }) {
  return {
    name: checkName,
    run() {
      runs += 1;
      return run();
    },
  };
}

const ANSWERS = {
  usage() {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1_000, runs };
  },
  heap() {
    globalThis.gc();
    return { heapBytes: process.memoryUsage().heapUsed };
  },
};

process.on("message", (question) => process.send(ANSWERS[question]()));
process.once("disconnect", () => process.exit());

const { start } = await import(`../servers/${name}.mjs`);
process.send(await start(SCENARIOS[scenario].map(toCheck)));
