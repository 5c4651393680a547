// Ten handlers that change all the time. Their histories are full within half a minute.
import { createStatusRegistry } from "../../dist/index.js";

const HANDLERS = 10;
const TIMEOUT_MS = 100;
const INTERVAL_MS = 150;
const HANGS_MS = 2 * TIMEOUT_MS;
const STATES = ["OK", "YELLOW", "RED"];

/** The result of a handler by the number of the run. */
const KINDS = [
  /** A new state and detail each time. */
  (run) => ({
    state: STATES[run % STATES.length],
    detail: `run ${run} of ${process.uptime()} s`,
    labels: { run },
  }),
  /** Answers after its deadline, and at once the next time. */
  (run) => (run % 2 === 0 ? answerLate(run) : { state: "OK" }),
  (run) => {
    if (run % 2 === 0) throw new Error(`run ${run} failed after ${process.uptime()} s`);
    return { state: "OK" };
  },
];

function answerLate(run) {
  return new Promise((resolve) => setTimeout(resolve, HANGS_MS, { state: "OK", detail: `late run ${run}` }));
}

export function createRestlessRegistry(logger) {
  const registry = createStatusRegistry({ logger });
  for (let index = 0; index < HANDLERS; index += 1) {
    const behave = KINDS[index % KINDS.length];
    let runs = index;
    const handler = () => {
      runs += 1;
      return behave(runs);
    };
    registry.addStatusHandler(`Handler ${index}`, handler, {
      intervalMs: INTERVAL_MS,
      timeoutMs: TIMEOUT_MS,
    });
  }
  return registry;
}
