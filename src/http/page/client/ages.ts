import { toAgeText } from "../time-text.ts";

/** Offset of this machine's clock from the server's, in milliseconds. Positive if it is ahead. */
let aheadMs = 0;

/** Records the server's time. Ages use the server's clock, because this machine's may be wrong. */
export function setServerTime(nowMs: number): void {
  aheadMs = Date.now() - nowMs;
}

export function getServerTime(): number {
  return Date.now() - aheadMs;
}

/** The moment that the page shows: now, or without a connection, the time of the last result. */
export function getShownTime(): number {
  const isStale = document.documentElement.classList.contains("stale");
  const last = findLastResult();
  return isStale && last ? Date.parse(last.dateTime) : getServerTime();
}

function findLastResult(): HTMLTimeElement | null {
  return document.querySelector<HTMLTimeElement>(".link time");
}

/** Updates the displayed ages. Without a connection, only the age of the last result grows. */
export function updateAges(root: ParentNode): void {
  const now = getServerTime();
  const shown = getShownTime();
  const last = findLastResult();
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-age]")) {
    const until = time === last ? now : shown;
    const text = toAgeText(until - Date.parse(time.dateTime)) + time.dataset["age"];
    if (time.textContent !== text) time.textContent = text;
  }
  for (const time of root.querySelectorAll<HTMLTimeElement>("time[data-left]"))
    time.textContent = toAgeText(Date.parse(time.dateTime) - now);
}
