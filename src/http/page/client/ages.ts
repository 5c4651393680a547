import { toAgeText } from "../time-text.ts";

/** The last time that the server sent, and this machine's clocks at that moment. */
let serverMs = 0;
let clockMs = 0;
let ticksMs = 0;

/** Records the server's time. Ages use the server's clock, because this machine's may be wrong. */
export function setServerTime(nowMs: number): void {
  serverMs = nowMs;
  clockMs = Date.now();
  ticksMs = performance.now();
}

/**
 * Counts in ticks, because this machine's clock may be set. Ticks may stop while the machine sleeps, so without a
 * connection, the longer time counts.
 */
export function getServerTime(): number {
  const passedMs = performance.now() - ticksMs;
  return serverMs + (isStale() ? Math.max(passedMs, Date.now() - clockMs) : passedMs);
}

function isStale(): boolean {
  return document.documentElement.classList.contains("stale");
}

/** The moment that the page shows: now, or without a connection, the time of the last result. */
export function getShownTime(): number {
  const last = findLastResult();
  return isStale() && last ? Date.parse(last.dateTime) : getServerTime();
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
