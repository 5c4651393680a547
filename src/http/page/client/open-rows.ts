import { find } from "./find.ts";

/**
 * The opened rows, also of opened folds. A query with a selector would visit everything that the closed rows
 * contain.
 */
export function findOpenRows(): HTMLDetailsElement[] {
  return [...find("rows").children].flatMap(({ firstElementChild: row, lastElementChild: fold }) => [
    ...(isOpen(row) ? [row] : []),
    ...(fold !== row && isOpen(fold)
      ? fold.querySelectorAll<HTMLDetailsElement>(".row > details[open]")
      : []),
  ]);
}

function isOpen(element: Element | null): element is HTMLDetailsElement {
  return element instanceof HTMLDetailsElement && element.open;
}
