import { toUtcClock } from "../axis-text.ts";
import { AXIS_MARKS, decodeTurns } from "../axis-turns.ts";
import { type AxisSpan, DEFAULT_SPAN, isAxisSpan, toAxisWindow } from "../axis-window.ts";
import { drawAxis, drawStarts, drawTicks } from "../draw-axis.ts";
import { getShownTime } from "./ages.ts";
import { find } from "./find.ts";
import { toLocalText } from "./local-times.ts";

/** Length of the date and the time before the name of the time zone. */
const TIME_LENGTH = 20;

/** The end of the window and the span of the last drawing. */
let drawnFor = "";

/** Draws the axes for the time zone of the reader, whenever the time or the chosen span requires it. */
export function startAxes(): void {
  find("filter").addEventListener("input", drawAxesIfDue);
  setInterval(drawAxesIfDue, 1_000);
  drawAxesIfDue();
}

function drawAxesIfDue(): void {
  const { title, to } = toAxisWindow(getSpan(), getShownTime());
  if (drawnFor === title + to) return;
  drawnFor = title + to;
  showTicks();
  drawAxes(document);
}

/** Draws the axes of an element. An axis without changes stays untouched. */
export function drawAxes(root: ParentNode): void {
  const window = toAxisWindow(getSpan(), getShownTime());
  const starts = getStarts();
  const zone = toLocalText(window.to).slice(TIME_LENGTH);
  for (const axis of root.querySelectorAll<HTMLElement>(".axis")) {
    const turns = decodeTurns(axis.dataset["turns"] ?? "");
    const { paths, share, toText } = drawAxis(turns, window, starts);
    for (const mark of AXIS_MARKS) set(axis.querySelector(`.${mark}`), "d", paths[mark]);
    set(axis, "title", `Last ${window.title}, UTC: ${toText(toUtcClock)}`);
    write(axis.querySelector(".share"), share);
    write(axis.querySelector(".told"), `Last ${window.title}, ${zone}: ${toText(toLocalClock)}`);
  }
}

function showTicks(): void {
  const now = getShownTime();
  const offsetMs = -60_000 * new Date(now).getTimezoneOffset();
  const window = toAxisWindow(getSpan(), now);
  const { path, labels } = drawTicks(window, offsetMs, toLocalClock);
  set(document.getElementById("starts"), "d", drawStarts(getStarts(), window));
  const ticks = find("ticks");
  set(ticks.querySelector("path"), "d", path);
  ticks.querySelectorAll("text").forEach((label, index) => {
    set(label, "x", labels[index]?.x ?? "");
    write(label, labels[index]?.text ?? "");
  });
}

function getSpan(): AxisSpan {
  const chosen = new FormData(find<HTMLFormElement>("filter")).get("span");
  return isAxisSpan(chosen) ? chosen : DEFAULT_SPAN;
}

/** The starts of processes; none if the page does not show the recorded history. */
function getStarts(): readonly number[] {
  const { starts = "" } = document.getElementById("starts")?.dataset ?? {};
  return starts.split(" ").filter(Boolean).map(Number);
}

function toLocalClock(at: number, isLong: boolean): string {
  const date = new Date(at);
  const join = (parts: readonly number[], separator: string): string =>
    parts.map((part) => String(part).padStart(2, "0")).join(separator);
  const clock = join([date.getHours(), date.getMinutes()], ":");
  return isLong ? `${join([date.getMonth() + 1, date.getDate()], "-")} ${clock}` : clock;
}

function set(element: Element | null, name: string, value: string): void {
  if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function write(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
