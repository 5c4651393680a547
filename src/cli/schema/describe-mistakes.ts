import type { Mistake } from "../../options/words.ts";
import { clean } from "../terminal/clean.ts";

/** Maximum number of mistakes that are reported. More usually have the same cause. */
export const MAX_TOLD_MISTAKES = 50;

/** One line per mistake: `status.json: checks[2].timeoutMs: expected a number ≥ 1, got "fast"`. */
export function describeMistakes(file: string, mistakes: readonly Mistake[]): string {
  const lines = mistakes
    .slice(0, MAX_TOLD_MISTAKES)
    .map(({ path, text }) => [file, path, text].filter((part) => part !== "").join(": "));
  const further = mistakes.length - MAX_TOLD_MISTAKES;
  if (further > 0) lines.push(`${file}: ${further} more ${further === 1 ? "mistake" : "mistakes"}`);
  return lines.map((line) => `${clean(line)}\n`).join("");
}
