/** Pause after the last change of the filter, before the page requests another list. */
const TYPING_MS = 300;

/** The query of the next list, if it has not been requested. */
let wanted = "";

let timer = 0;

/** The last row of a page that lists only some of its handlers. */
export function findRest(): Element | null {
  return document.getElementById("rest");
}

/** If the page lists only some of its handlers, the server searches all of them. */
export function requestList(chosen: FormData): void {
  const { dataset } = document.documentElement;
  const url = new URL(dataset["events"] ?? "", location.href);
  const { searchParams: query } = url;
  const before = String(query);
  for (const name of ["q", "state"]) {
    query.delete(name);
    const values = findRest() ? chosen.getAll(name) : [];
    for (const value of values) if (value !== "") query.append(name, String(value));
  }
  const after = String(query);
  if (after === wanted) return;
  wanted = after;
  clearTimeout(timer);
  if (after === before) return;
  timer = setTimeout(() => {
    dataset["events"] = url.href;
    dispatchEvent(new Event("list"));
  }, TYPING_MS);
}
