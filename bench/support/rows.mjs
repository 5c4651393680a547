// The results of a benchmark: rows, each with a question and its answer.
import { median, quantile } from "./statistics.mjs";

/**
 * Sends a row to run.mjs, which prints and stores it. Prints it if the benchmark was started directly.
 *
 * @param row.what What was measured, and against what.
 * @param row.samples One number per round. The median is the answer.
 * @param row.unit Follows the numbers, such as " ms"; empty for a ratio.
 * @param row.max The goal: at most this. Default: no goal, such as for a peer.
 * @param row.min The goal: at least this.
 * @param row.why Why the goal cannot be 0.
 */
export function publish(row) {
  if (process.send) process.send(row);
  else console.log(toLine(row));
}

/** A line for the terminal. */
export function toLine(row) {
  const { goal, measured, spread, verdict } = toCells(row);
  return `${verdict.padEnd(6)} ${row.what}: ${measured} (${spread})${goal === "" ? "" : `, goal ${goal}`}`;
}

/**
 * The cells of a row. The spread is from the first to the third quartile, so that one disturbed round of ten
 * is excluded.
 */
export function toCells(row) {
  const { samples, unit = "", max, min } = row;
  const [low, high] = [quantile(samples, 0.25), quantile(samples, 0.75)];
  return {
    goal: toGoal({ max, min, unit }),
    measured: `${toText(median(samples))}${unit}`,
    spread: samples.length === 1 ? "once" : `${toText(low)} to ${toText(high)}`,
    verdict: toVerdict(row),
  };
}

function toGoal({ max, min, unit }) {
  if (max !== undefined) return `≤ ${max}${unit}`;
  return min === undefined ? "" : `≥ ${min}${unit}`;
}

function toVerdict({ samples, max = Number.POSITIVE_INFINITY, min = Number.NEGATIVE_INFINITY }) {
  const value = median(samples);
  if (value > max || value < min) return "misses";
  return Number.isFinite(max) || Number.isFinite(min) ? "holds" : "";
}

/** Rounds to three significant digits. */
function toText(value) {
  if (Number.isInteger(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}
