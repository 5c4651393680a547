import { findOpenRows } from "./open-rows.ts";

const format = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "long" });

/** `2026-01-01 05:30:00 GMT+5:30`: a moment in the time zone of the reader. */
export function toLocalText(at: number): string {
  return format.format(at);
}

/** Shows the exact times of opened rows as they are opened, because few of 50,000 are read, and all on paper. */
export function startLocalTimes(): void {
  document.addEventListener("toggle", ({ target }) => showLocalTimes(target as Element), true);
  addEventListener("beforeprint", () => showLocalTimes(document));
  showOpenTimes();
}

export function showOpenTimes(): void {
  for (const each of [document.querySelector(".head"), ...findOpenRows()]) if (each) showLocalTimes(each);
}

/** Replaces the times in UTC that the server renders. */
function showLocalTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll("time:not([data-age], [data-left]), .changes i")) {
    const [, day, time] = /^(\S+) (\S+) UTC$/.exec(element.textContent ?? "") ?? [];
    if (day !== undefined) element.textContent = toLocalText(Date.parse(`${day}T${time}Z`));
  }
}
