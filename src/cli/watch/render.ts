import { OK } from "../../core/state.ts";
import { toAgeText } from "../../http/page/time-text.ts";
import { describeCounts, summarize } from "../client/counts.ts";
import { describeInstance, describeOut, describeProbe } from "../client/describe-probe.ts";
import { toReason } from "../client/no-answer.ts";
import type { HandlerStatus } from "../client/service-status.ts";
import { clean } from "../terminal/clean.ts";
import { renderFolded } from "../terminal/folded.ts";
import { type Paint, STYLE_OF_STATE, type Style } from "../terminal/style.ts";
import { pad, toWidth, truncate } from "../terminal/width.ts";
import { describeShown, type Item, toWord, type Word } from "./list.ts";
import { countInstances, NO_ANSWER, type ServiceView, type ViewChange } from "./service-view.ts";

/** How long a change is highlighted. */
export const HIGHLIGHT_MS = 5_000;

/** How long a request may take before its line says so. */
export const SILENT_MS = 3_000;

export interface RenderOptions {
  readonly columns: number;
  readonly paint: Paint;
  readonly now: number;
}

const STYLES: Readonly<Partial<Record<Word, Style>>> = { ...STYLE_OF_STATE, [NO_ANSWER]: "red" };

const INDENT = "    ";
const GAP = "  ";

/** The first line of each service: cursor, fold, state, title, and a description. */
export function renderHeads(
  items: readonly (Item & { readonly isOpen: boolean })[],
  { columns, paint, now }: RenderOptions,
): readonly ((isCursor: boolean) => string)[] {
  const widest = Math.max(0, ...items.map(({ title }) => toWidth(title)));
  const wordWidth = Math.max(0, ...items.map(({ view }) => toWord(view).length));
  const left = columns - INDENT.length - wordWidth - GAP.length;
  const width = Math.min(widest, Math.max(8, Math.floor(left * 0.6)));
  return items.map(({ view, title, isOpen }) => {
    const word = toWord(view);
    const shown = pad(truncate(title, width), width);
    return (isCursor) =>
      compose(columns, paint, [
        ["bold", isCursor ? "> " : "  "],
        [undefined, `${isOpen ? "▾" : "▸"} `],
        [STYLES[word] ?? "dim", word],
        [undefined, " ".repeat(wordWidth - word.length) + GAP],
        [isFresh(view, now) && !isOpen ? "inverse" : "bold", shown],
        [undefined, GAP + clean(describeService(view, isOpen, now))],
      ]);
  });
}

/** Cuts a line of several styles to the width of the terminal. */
function compose(
  columns: number,
  paint: Paint,
  parts: readonly (readonly [style: Style | undefined, text: string])[],
): string {
  let left = columns;
  const texts = parts.map(([style, text]) => {
    const cut = truncate(text, left);
    left -= toWidth(cut);
    return style === undefined || cut === "" ? cut : paint(style, cut);
  });
  return texts.join("");
}

function isFresh({ changedAt }: ServiceView, now: number): boolean {
  return [...changedAt.values()].some((at) => now - at < HIGHLIGHT_MS);
}

function describeService(view: ServiceView, isOpen: boolean, now: number): string {
  const { failure, failedAt = now, askedAt = now, facts, state, handlers, fleet } = view;
  if (failure !== undefined) {
    const before = state === undefined ? "" : `, was ${state}`;
    return `for ${toAgeText(now - failedAt)}${before}${isOpen ? "" : `: ${toReason(failure)}`}`;
  }
  const silentMs = now - askedAt;
  const silence = silentMs < SILENT_MS ? [] : [`no answer for ${toAgeText(silentMs)}`];
  if (state === undefined) return silence[0] ?? "connecting …";
  if (fleet !== undefined) {
    const age = fleet.since === undefined ? [] : [`for ${toAgeText(now - fleet.since)}`];
    return [...age, fleet.summary].filter((part) => part !== "").join("; ");
  }
  return [
    ...silence,
    ...describeOut(facts && toNow(view, now)),
    isOpen ? describeCounts(handlers) : summarize(handlers),
    ...(countInstances(view) > 1 ? [describeShown(view)] : []),
  ].join("; ");
}

/** The lines below the first one of a service. */
export function renderDetails({ view, fold }: Item, options: RenderOptions): readonly string[] {
  if (fold === "nothing" || (fold === "problems" && view.failure !== undefined)) return [];
  const all = toAged(view, options.now);
  const handlers = fold === "all" ? all : all.filter((handler) => handler.state !== OK);
  const inner = { ...options, columns: options.columns - INDENT.length };
  const table =
    handlers.length === 0 ? [] : renderFolded(handlers, { ...inner, isMarked: toMarker(view, options.now) });
  const fit = (line: string): string => truncate(clean(line), inner.columns);
  const lines =
    fold === "all"
      ? [...renderFacts(view, options.now).map(fit), ...table, ...(view.fleet?.instances ?? []).map(fit)]
      : table.slice(1);
  return lines.map((line) => INDENT + line);
}

function renderFacts(view: ServiceView, now: number): readonly string[] {
  const { failure, answeredAt } = view;
  const facts = view.facts && toNow(view, now);
  return [
    ...(failure === undefined ? [] : [toReason(failure)]),
    ...(failure === undefined || answeredAt === undefined
      ? []
      : [`the last answer, ${toAgeText(now - answeredAt)} ago:`]),
    ...(facts?.service === undefined ? [] : [view.where]),
    ...(facts === undefined ? [] : [describeInstance(facts), describeProbe(facts)]),
    ...(view.fleet?.facts ?? []),
  ].filter((line) => line !== "");
}

/** Ages increase between two answers, but not without an answer. */
function toElapsedMs({ failure, answeredAt = 0 }: ServiceView, now: number): number {
  return failure === undefined ? now - answeredAt : 0;
}

function toAged(view: ServiceView, now: number): readonly HandlerStatus[] {
  const elapsedMs = toElapsedMs(view, now);
  return view.handlers.map((handler) => ({ ...handler, forMs: plus(handler.forMs, elapsedMs) }));
}

function toNow(view: ServiceView, now: number): NonNullable<ServiceView["facts"]> {
  const { facts } = view as ServiceView & { facts: NonNullable<ServiceView["facts"]> };
  const elapsedMs = toElapsedMs(view, now);
  const { forMs, leftMs } = facts.probe;
  const probe = { ...facts.probe, forMs: plus(forMs, elapsedMs), leftMs: plus(leftMs, -elapsedMs) };
  return { ...facts, upMs: plus(facts.upMs, elapsedMs), probe };
}

function plus(ms: number | undefined, moreMs: number): number | undefined {
  return ms === undefined ? undefined : ms + moreMs;
}

function toMarker({ changedAt }: ServiceView, now: number): (handler: { readonly name: string }) => boolean {
  return ({ name }) => now - (changedAt.get(name) ?? Number.NEGATIVE_INFINITY) < HIGHLIGHT_MS;
}

/** `2026-01-01T00:00:00.000Z http://localhost:8080 Database OK -> RED "connection lost"` */
export function renderChange(where: string, { name, before, after, detail }: ViewChange, at: Date): string {
  const change = before === undefined ? after : `${before} -> ${after}`;
  const words = [at.toISOString(), where, ...(name === undefined ? [] : [name]), change];
  return clean(`${words.join(" ")}${detail === "" ? "" : ` "${detail}"`}`);
}
