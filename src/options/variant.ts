import { joinPath } from "./read.ts";
import type { EitherShape, ObjectShape, Shape } from "./shape.ts";

interface Variants {
  readonly tag: string;
  readonly variants: Readonly<Record<string, ObjectShape>>;
  /** Values that users may try, each with the reason why it is rejected. */
  readonly refusals: Readonly<Record<string, string>>;
  /** The shape of an object that has this key instead of the tag. */
  readonly untagged: { readonly key: string; readonly shape: ObjectShape };
}

/** An object whose other properties depend on the value of one of them. */
export function variant({ tag, variants, refusals, untagged }: Variants): EitherShape {
  const tags: Shape = { kind: "choice", values: Object.keys(variants) };
  return {
    kind: "either",
    shapes: [...Object.values(variants), untagged.shape],
    choose(value, path) {
      if (!Object.hasOwn(value, tag) && Object.hasOwn(value, untagged.key)) return untagged.shape;
      const chosen = value[tag];
      const shape = find(variants, chosen);
      if (shape !== undefined) return shape;
      const place = joinPath(path, tag);
      const text = find(refusals, chosen);
      if (text !== undefined) return { kind: "rule", path: place, text };
      return { kind: "mismatch", path: place, shape: tags, value: chosen };
    },
  };
}

function find<Each>(table: Readonly<Record<string, Each>>, key: unknown): Each | undefined {
  return typeof key === "string" && Object.hasOwn(table, key) ? table[key] : undefined;
}
