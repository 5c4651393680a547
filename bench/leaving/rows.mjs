// A result of a cell as a row of the benchmark.
import { BALANCERS } from "./balancers.mjs";

const OURS = "svc-status";

export function toRow(result) {
  const { setting, library, exitMs, jobs } = result;
  const why = BALANCERS[setting]?.why;
  const what = jobs === undefined ? `behind ${setting}` : `workers of ${setting}`;
  return {
    what: `${what}, \`${library}\`, ended after ${(exitMs / 1_000).toFixed(1)} s`,
    samples: [countFailures(result)],
    unit: jobs === undefined ? " failures" : " jobs lost or run twice",
    ...(library === OURS && why === undefined && { max: 0 }),
    ...(why !== undefined && { why }),
    result,
  };
}

/** Everything that should not happen, in one number. */
function countFailures({ jobs, lost, twice, outcomes, streams }) {
  if (jobs !== undefined) return lost + twice;
  const requests = Object.values(outcomes).map((count) => count.lost + count.reset + count.cut);
  const broken = Object.values(streams).map((count) => count.cut + count.lost + count.back + count.half);
  return [...requests, ...broken].reduce((sum, count) => sum + count, 0);
}
