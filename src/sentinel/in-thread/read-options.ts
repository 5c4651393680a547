import type { OptionShapes, Shape, Shapes } from "../../options/shape.ts";

/**
 * The build uses this module in place of `options/read-options.ts`: the main thread has validated all options,
 * and the views validate what a request sends.
 */
export function readOptions<Options extends object, Resolved>(
  shapes: OptionShapes<Options, Resolved>,
  options: Options,
): Resolved {
  const known = Object.entries(shapes as Shapes).filter(([, shape]) => shape.default !== undefined);
  return { ...Object.fromEntries(known.map(([key, shape]) => [key, shape.default])), ...options } as Resolved;
}

export function expectShape(_shape: Shape, value: unknown): unknown {
  return value;
}
