// The checks of every server, by scenario. A check resolves if all is well.
import { setTimeout as sleep } from "node:timers/promises";

const SLOW_MS = 50;
const CHANGE_MS = 1_000;

function repeat(count, run) {
  return Array.from({ length: count }, (_, index) => ({ name: `Check ${index + 1}`, run }));
}

async function runTrivial() {}

async function runChanging() {
  return Math.floor(performance.now() / CHANGE_MS) % 2 === 0 ? undefined : "degraded";
}

export const SCENARIOS = {
  probe: [],
  trivial: repeat(10, runTrivial),
  changing: [...repeat(9, runTrivial), { name: "Changing check", run: runChanging }],
  slow: repeat(10, () => sleep(SLOW_MS)),
  hung: repeat(1, () => new Promise(() => {})),
};
