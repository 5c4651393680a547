import { DEFAULT_SPAN, isLongSpan } from "../axis-window.ts";
import { find } from "./find.ts";
import { findRest, requestList } from "./list.ts";

/** Filters as the user types or selects, and keeps the filter and the span of the axes in the page's URL. */
export function startFilter(): void {
  const form = find<HTMLFormElement>("filter");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    applyFilter(true);
    const query = new URLSearchParams(toTexts(new FormData(form)).filter(isChosen));
    history.replaceState(
      null,
      "",
      `${location.pathname}${query.size > 0 ? `?${query}` : ""}${location.hash}`,
    );
    // The page has the recorded history of one long span. For another one, it must be loaded again.
    const span = query.get("span");
    const events = new URL(document.documentElement.dataset["events"] ?? "", location.href);
    if ((isLongSpan(span) ? span : null) !== events.searchParams.get("span")) location.reload();
  });
}

/** Hides rows that do not match. `isNew`: also opens folds that contain a match and closes the others. */
export function applyFilter(isNew = false): void {
  const data = new FormData(find<HTMLFormElement>("filter"));
  const text = String(data.get("q")).toLowerCase();
  const states = data.getAll("state");
  const isFiltering = text !== "" || states.length > 0;
  let shown = 0;

  function isWanted(row: HTMLElement): boolean {
    if (!isFiltering) return true;
    const { state = "" } = row.dataset;
    const searched = `${textOf(row, ".name bdi")} ${textOf(row, ".detail")}`.toLowerCase();
    return (states.length === 0 || states.includes(state)) && searched.includes(text);
  }

  const rows = find("rows").children as HTMLCollectionOf<HTMLElement>;
  const rest = findRest();
  for (const row of rows) {
    if (row === rest) continue;
    const { lastElementChild: last } = row;
    const fold = last instanceof HTMLDetailsElement && last.className === "fold" ? last : undefined;
    const folded = [...(fold?.querySelectorAll<HTMLElement>(".row") ?? [])];
    for (const each of folded) hide(each, !isWanted(each));
    const hasFound = folded.some((each) => !each.hidden);
    hide(row, !hasFound && !isWanted(row));
    if (fold && isNew && isFiltering) fold.open = hasFound;
    if (!row.hidden) shown += 1;
  }
  hide(find("none"), shown > 0 || rows.length === 0);
  hide(find("filtered"), !isFiltering);
  requestList(data);
}

function hide(element: HTMLElement, isHidden: boolean): void {
  if (element.hidden !== isHidden) element.hidden = isHidden;
}

/** The text of the row itself, without the rows folded under it. */
export function textOf(row: Element, selector: string): string {
  return row.querySelector(`.summary ${selector}`)?.textContent ?? "";
}

function isChosen([name, value]: [string, string]): boolean {
  return value !== "" && !(name === "span" && value === DEFAULT_SPAN);
}

function toTexts(data: FormData): [string, string][] {
  return Array.from(data, ([name, value]) => [name, String(value)]);
}
