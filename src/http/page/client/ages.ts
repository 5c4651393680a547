import { toAgeText } from "../time-text.ts";

/** How much this machine's clock is ahead of the server's. */
let aheadMs = 0;

/** What the server's clock says: ages are told by it, as this machine's may be wrong. */
export function noteServerTime(nowMs: number): void {
  aheadMs = Date.now() - nowMs;
}

export function getServerTime(): number {
  return Date.now() - aheadMs;
}

/** Writes how old things are. */
export function updateAges(root: ParentNode): void {
  const now = getServerTime();
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-age]")) {
    const text = toAgeText(now - Date.parse(time.dateTime)) + time.dataset["age"];
    if (time.textContent !== text) time.textContent = text;
  }
}
