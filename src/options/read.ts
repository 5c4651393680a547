import { describeValue } from "../util/describe-value.ts";
import type {
  CodeShape,
  EitherShape,
  ListShape,
  NumberShape,
  ObjectShape,
  Shape,
  TextShape,
  Violation,
} from "./shape.ts";

type Report = (violation: Violation) => void;

/**
 * Checks a value, and returns a copy in which missing options have their defaults. Reports each mistake. If
 * there is one, the copy is not valid.
 */
export function read(shape: Shape, value: unknown, path: string, report: Report): unknown {
  const fitting = shape.kind === "either" ? choose(shape, value, path) : isRight(shape, value) && shape;
  if (fitting === false) report({ kind: "mismatch", path, shape, value });
  else if ("path" in fitting) report(fitting);
  else if (fitting !== shape) return read(fitting, value, path, report);
  else if (shape.kind === "object") return readProperties(shape, value as object, path, report);
  else if (shape.kind === "list")
    return Array.from(value as unknown[], (item, index) =>
      read(shape.items, item, joinPath(path, index), report),
    );
  else if (shape.kind === "map")
    return Object.fromEntries(
      Object.entries(value as object).map(([key, each]) => [
        key,
        read(shape.values, each, joinPath(path, key), report),
      ]),
    );
  return value;
}

/** `checks`, `checks[2]`, `checks[2].name`, `headers["x y"]` */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[\w$-]+$/.test(key)) return `${path}[${describeValue(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

function readProperties(
  { properties, missing }: ObjectShape,
  value: object,
  path: string,
  report: Report,
): object {
  const known = Object.keys(properties);
  const result: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(value), ...known])) {
    const shape = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const { [key]: given = shape?.default } = value as Readonly<Record<string, unknown>>;
    if (shape === undefined) report({ kind: "unknown", path, key, known });
    else if (fits(shape, given)) result[key] = given;
    else if (given !== undefined) result[key] = read(shape, given, joinPath(path, key), report);
    else if (shape.required)
      report(missing?.(path, key) ?? { kind: "missing", path: joinPath(path, key), shape });
  }
  return result;
}

/** Whether a value is valid and has no parts. */
export function fits(shape: Shape, value: unknown): boolean {
  return !COMPOSED.includes(shape.kind) && isRight(shape as TextShape, value);
}

const COMPOSED: readonly Shape["kind"][] = ["either", "list", "map", "object"];

/** Whether the value itself is valid. Does not check its parts. */
function isRight(shape: Exclude<Shape, EitherShape>, value: unknown): boolean {
  if (shape.kind === "code") return isRightCode(shape, value);
  if (shape.kind === "choice") return shape.values.includes(value as string);
  if (TYPES[shape.kind] !== toType(value)) return false;
  if (shape.kind === "text") return isRightText(shape, value as string);
  if (shape.kind === "number") return isInRange(shape, value as number);
  return shape.kind !== "list" || hasRightLength(shape, value as unknown[]);
}

/** If a getter throws, the value counts as invalid, so that the mistake names its path. */
function isRightCode(shape: CodeShape, value: unknown): boolean {
  try {
    return shape.isRight(value);
  } catch {
    return false;
  }
}

function isRightText(shape: TextShape, text: string): boolean {
  const { pattern = /./u, maxLength = Infinity, isRight: holds } = shape;
  return text.length <= maxLength && pattern.test(text) && (holds === undefined || holds(text));
}

function isInRange({ min = -Infinity, max = Infinity, integer }: NumberShape, value: number): boolean {
  return Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value));
}

function hasRightLength(
  { isNonEmpty, maxItems = Infinity }: ListShape,
  { length }: readonly unknown[],
): boolean {
  return length <= maxItems && (!isNonEmpty || length > 0);
}

function choose(either: EitherShape, value: unknown, path: string): Shape | Violation | false {
  const { shapes, expected, choose: byContent } = either;
  const type = toType(value);
  if (byContent !== undefined && type === "object") return byContent(value as Record<string, unknown>, path);
  const near = expected === undefined ? shapes.find((shape) => isOfType(shape, type)) : undefined;
  return shapes.find((shape) => shape.kind !== "either" && isRight(shape, value)) ?? near ?? false;
}

const TYPES = {
  text: "string",
  number: "number",
  flag: "boolean",
  list: "array",
  map: "object",
  object: "object",
};

/** Whether the value has the JSON type of the shape. It may still be invalid. */
function isOfType(shape: Shape, type: string): boolean {
  if (shape.kind === "either") return shape.shapes.some((each) => isOfType(each, type));
  if (shape.kind === "choice") return shape.values.some((each) => toType(each) === type);
  return shape.kind !== "code" && TYPES[shape.kind] === type;
}

function toType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
