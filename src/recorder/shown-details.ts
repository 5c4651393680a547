import { toShownLine } from "../util/describe-error.ts";

/** Maximum number of cached texts. */
export const MAX_SHOWN_DETAILS = 200;

/** Longer texts are not cached. */
const MAX_DETAIL_LENGTH = 500;

/** Hides the secrets in details. Caches the last results, because a handler that flaps repeats its detail. */
export function createShownDetails(
  toShown: (text: string) => string = toShownLine,
): (text: string) => string {
  const known = new Map<string, string>();

  return function toShownDetail(text) {
    const found = known.get(text);
    if (found !== undefined) return found;
    const shown = toShown(text);
    if (text.length > MAX_DETAIL_LENGTH) return shown;
    if (known.size === MAX_SHOWN_DETAILS) known.clear();
    known.set(text, shown);
    return shown;
  };
}
