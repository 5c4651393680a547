import type { Mistake } from "../../options/words.ts";

/** The build uses this module in place of `options/words.ts`: the main thread has validated all options. */
export function toError({ path, text }: Mistake): TypeError {
  return new TypeError(`${path}: ${text}`);
}
