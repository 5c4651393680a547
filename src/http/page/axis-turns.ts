import type { State } from "../../core/state.ts";

/** The mark of the axis for a moment. */
export type AxisMark = State | "unknown";

/** The moment at which a state began. Before the first turn, the state is unknown. */
export interface Turn {
  readonly at: number;
  readonly mark: AxisMark;
}

const LETTERS: Readonly<Record<AxisMark, string>> = { unknown: "u", OK: "o", YELLOW: "y", RED: "r" };

/** The marks in the order in which they are drawn: the worst covers the others. */
export const AXIS_MARKS: readonly AxisMark[] = ["unknown", "OK", "YELLOW", "RED"];

/** `o<time>r<time>…`: the time of the first turn, then the time since the one before, in base 36. */
export function encodeTurns(turns: readonly Turn[]): string {
  let last = 0;
  return turns
    .map(({ at, mark }) => {
      const passed = at - last;
      last = at;
      return LETTERS[mark] + passed.toString(36);
    })
    .join(" ");
}

export function decodeTurns(text: string): readonly Turn[] {
  let at = 0;
  return text.split(" ").flatMap((turn) => {
    const mark = AXIS_MARKS.find((each) => LETTERS[each] === turn[0]);
    if (mark === undefined) return [];
    at += Number.parseInt(turn.slice(1), 36);
    return { at, mark };
  });
}
