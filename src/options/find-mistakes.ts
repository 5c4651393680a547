import { describeValue } from "../util/describe-value.ts";
import { didYouMean } from "../util/suggest.ts";
import { joinPath, read } from "./read.ts";
import type { NumberShape, Shape, Violation } from "./shape.ts";
import { describeShape, type Mistake } from "./words.ts";

/** Larger limits are shown only when exceeded. */
const MAX_NAMED_LIMIT = 1_000_000;

/** Finds all mistakes in a configuration. If there are none, the value matches the shape. */
export function findMistakes(shape: Shape, value: unknown, path = ""): Mistake[] {
  const mistakes: Mistake[] = [];
  read(shape, value, path, (violation) => mistakes.push(toMistakeOf(violation)));
  return mistakes;
}

/** `; did you mean name?`, or an empty string. */
export function toHint(word: string, known: readonly string[]): string {
  return didYouMean(word, known);
}

function toMistakeOf(violation: Violation): Mistake {
  const { path } = violation;
  if (violation.kind === "rule") return violation;
  if (violation.kind === "missing") return { path, text: "is missing" };
  if (violation.kind === "unknown") {
    const { key, known } = violation;
    const near = toHint(key, known) || `, expected one of ${known.join(", ")}`;
    return { path: joinPath(path, key), text: `unknown key${near}` };
  }
  const { shape, value } = violation;
  if (shape.mistake !== undefined) return { path, text: shape.mistake };
  const expected = describeShape(shape, (each) => describeNumber(each, shape === each ? value : undefined));
  return {
    path,
    text: `expected ${expected}, got ${describeGot(shape, value)}${toHintOfChoice(shape, value)}`,
  };
}

function describeGot({ isSecret }: Shape, value: unknown): string {
  if (value === undefined) return "nothing";
  return isSecret ? "something else" : describeValue(value);
}

function toHintOfChoice(shape: Shape, value: unknown): string {
  return shape.kind === "choice" && typeof value === "string" ? toHint(value, shape.values.map(String)) : "";
}

/** Includes only the limits that matter for this value. */
function describeNumber({ min = -Infinity, max = Infinity, integer }: NumberShape, value: unknown): string {
  const what = integer ? "an integer" : "a number";
  if (typeof value === "number" && value > max) return `${what} ≤ ${max}`;
  if (max <= MAX_NAMED_LIMIT) return `${what} from ${min} to ${max}`;
  return min === -Infinity ? what : `${what} ≥ ${min}`;
}
