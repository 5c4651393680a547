import { toCode } from "../../../util/code-text.ts";
import { getServerTime, getShownTime } from "./ages.ts";
import { textOf } from "./filter.ts";
import { findRest } from "./list.ts";

/** One line for the overall state, one for each visible handler that is not OK, and the address. */
export function toMarkdown(): string {
  const state = document.querySelector(".overall .state")?.lastChild?.textContent ?? "";
  const probe = document.querySelector(".probe")?.textContent ?? "";
  const counts = document.querySelector(".counts")?.textContent?.trim() ?? "";
  const link = document.querySelector(".link")?.textContent ?? "";
  const time = new Date(getServerTime()).toISOString();
  const rest = findRest()?.textContent;
  const rows = [...document.querySelectorAll<HTMLElement>(".row")].filter(
    (row) => row.dataset["state"] !== "OK" && !row.closest("[hidden]"),
  );
  return [
    `**${state}** ${toCode(toService())} (${counts}), ${toCode(probe)}, ${time}, ${link.toLowerCase()}`,
    ...rows.map(toItem),
    ...(rest ? [`- ${rest}`] : []),
    "",
    location.origin + location.pathname + location.search,
  ].join("\n");
}

/** A handler in a fold is an item of the one that explains it. */
function toItem(row: HTMLElement): string {
  const since = textOf(row, ".since");
  const detail = textOf(row, ".detail");
  const name = toCode(textOf(row, ".name bdi"));
  const indent = row.closest(".fold") ? "  " : "";
  return `${indent}- **${row.dataset["state"]}** ${name}${since && ` ${since}`}${detail && `: ${toCode(detail)}`}`;
}

/** A handler as text: its state with times that do not age, the instance, and the address of the row. */
export function toRowText(row: HTMLElement): string {
  const time = row.querySelector<HTMLTimeElement>(".since time")?.title ?? "";
  const since = row.querySelector(".since .for") ? "since" : "first seen";
  const detail = textOf(row, ".detail");
  const folded = [...row.querySelectorAll(".fold .name bdi")].map((name) => name.textContent);
  const shown = new Date(getShownTime()).toISOString();
  return [
    `${row.dataset["state"]} ${textOf(row, ".name bdi")} ${since} ${time}${detail && `: ${detail}`}`,
    ...(folded.length > 0 ? [`${folded.length} more with it: ${folded.join(", ")}`] : []),
    `${toService()} at ${shown}`,
    toRowUrl(row),
  ].join("\n");
}

/** Omits the filter, which would hide the row when its state changes. */
function toRowUrl(row: HTMLElement): string {
  const names = new URLSearchParams(location.search).getAll("name").map((name) => ["name", name]);
  const query = names.length > 0 ? `?${new URLSearchParams(names)}` : "";
  return (
    location.origin +
    location.pathname +
    query +
    (row.querySelector<HTMLAnchorElement>(".anchor")?.hash ?? "")
  );
}

/** The service, its version and the instance. */
function toService(): string {
  const { instance } = document.querySelector<HTMLElement>(".head")?.dataset ?? {};
  const name = document.querySelector("h1")?.textContent ?? "";
  return instance === undefined ? name : `${name} (${instance})`;
}
