import { read } from "./read.ts";
import type { OptionShapes, Shape, Shapes } from "./shape.ts";
import { throwViolation } from "./words.ts";

/** Returns the options with their defaults, and never writes to the caller's object. Throws a TypeError. */
export function readOptions<Options extends object, Resolved>(
  shapes: OptionShapes<Options, Resolved>,
  options: Options,
  path = "",
): Resolved {
  return expectShape({ kind: "object", properties: shapes as Shapes }, options, path) as Resolved;
}

/** Returns the value with its defaults. Throws a TypeError for the first mistake in it. */
export function expectShape(shape: Shape, value: unknown, path: string): unknown {
  return read(shape, value, path, (violation) => throwViolation(violation, expectShape));
}
