// What a benchmark has found out: rows, each of them a question with its answer.
import { median, quantile } from "./statistics.mjs";

/**
 * Tells a row to run.mjs, which shows it and writes it down; shows it where a benchmark was started by hand.
 *
 * @param row.what What was measured, and against what.
 * @param row.samples One number for each round. The median is the answer.
 * @param row.unit What stands behind the numbers, such as " ms"; nothing for a ratio.
 * @param row.max The goal: at most this. Left out: without a goal, such as a peer's.
 * @param row.min The goal: at least this.
 */
export function publish(row) {
  if (process.send) process.send(row);
  else console.log(toLine(row));
}

/** One of the lines that the terminal shows. */
export function toLine(row) {
  const { goal, measured, spread, verdict } = toCells(row);
  return `${verdict.padEnd(6)} ${row.what}: ${measured} (${spread})${goal === "" ? "" : `, goal ${goal}`}`;
}

/** The cells of a row. The spread is from the first quartile to the third: one disturbed round of ten is not in it. */
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

/** With three digits that say something. */
function toText(value) {
  if (Number.isInteger(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}
