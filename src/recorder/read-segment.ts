import { setImmediate } from "node:timers/promises";
import { describeError } from "../util/describe-error.ts";
import { FORMAT_VERSION, type Line } from "./lines.ts";
import { readLines, type WantedChanges } from "./read-lines.ts";
import { readSegment, type Segment } from "./segments.ts";

/** Called each time that a segment cannot be read completely. */
export type OnDamage = (segment: Segment, damage: string) => void;

/** Number of lines to read without a pause, within a few milliseconds. The application's own work continues in between. */
const LINES_AT_ONCE = 2_000;

/**
 * The lines of a segment, oldest first. Skips damaged lines. Empty if the process died before it wrote a
 * line. `undefined` for a segment of a newer release, or with an invalid first line.
 */
export async function readSegmentLines(
  segment: Segment,
  onDamage: OnDamage,
  wanted?: WantedChanges,
): Promise<readonly Line[] | undefined> {
  const text = await readSegment(segment).catch(function skip(error: unknown) {
    onDamage(segment, `cannot be read: ${describeError(error)}`);
    return "";
  });
  const lines: Line[] = [];
  for (const line of readLines(text, wanted)) {
    if (lines.length % LINES_AT_ONCE === LINES_AT_ONCE - 1) await setImmediate();
    const problem = lines.length === 0 ? findProblem(line) : undefined;
    if (problem !== undefined) {
      onDamage(segment, `${problem}; skipped`);
      return undefined;
    }
    if (line === undefined) onDamage(segment, "contains damaged lines, which are skipped");
    else lines.push(line);
  }
  return lines;
}

function findProblem(first: Line | undefined): string | undefined {
  if (first?.k !== "head") return "has an invalid first line";
  return first.v > FORMAT_VERSION ? "was written by a newer release" : undefined;
}
