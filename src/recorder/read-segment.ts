import { describeError } from "../util/describe-error.ts";
import { FORMAT_VERSION, type Line } from "./lines.ts";
import { readLines, type WantedChanges } from "./read-lines.ts";
import { readSegment, type Segment } from "./segments.ts";

/** Called each time a segment cannot be read whole. */
export type OnDamage = (segment: Segment, damage: string) => void;

/**
 * The lines of a segment, oldest first. Damaged lines are skipped. None if the process died before it had written one.
 * `undefined` for a segment of a newer release, or one that does not begin as a segment does.
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
    const problem = lines.length === 0 ? findProblem(line) : undefined;
    if (problem !== undefined) {
      onDamage(segment, `${problem}, it is skipped`);
      return undefined;
    }
    if (line === undefined) onDamage(segment, "is damaged, its other lines are used");
    else lines.push(line);
  }
  return lines;
}

function findProblem(first: Line | undefined): string | undefined {
  if (first?.k !== "head") return "does not begin as a segment does";
  return first.v > FORMAT_VERSION ? "is of a newer release" : undefined;
}
