import { getServerTime } from "./ages.ts";
import { textOf } from "./filter.ts";
import { find } from "./find.ts";

/** Copies the visible status as Markdown, for example for a chat. */
export function startCopying(): void {
  const button = find<HTMLButtonElement>("copy");
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const isCopied = await copy(toMarkdown());
    button.textContent = isCopied ? "Copied" : "Copying failed";
    setTimeout(() => {
      button.textContent = label;
    }, 2_000);
  });
}

/** One line for the overall state, and one for each visible handler that is not OK. */
function toMarkdown(): string {
  const { instance } = document.querySelector<HTMLElement>(".head")?.dataset ?? {};
  const name = document.querySelector("h1")?.textContent ?? "";
  const service = instance === undefined ? name : `${name} (${instance})`;
  const state = document.querySelector(".overall .state")?.lastChild?.textContent ?? "";
  const probe = document.querySelector(".probe")?.textContent ?? "";
  const counts = document.querySelector(".counts")?.textContent?.trim() ?? "";
  const link = document.querySelector(".link")?.textContent ?? "";
  const time = new Date(getServerTime()).toISOString();
  const rows = [...document.querySelectorAll<HTMLElement>(".row")].filter(
    (row) => row.dataset["state"] !== "OK" && !row.closest("[hidden]"),
  );
  return [
    `**${state}** ${toCode(service)} (${counts}), ${toCode(probe)}, ${time}, ${link.toLowerCase()}`,
    ...rows.map(toItem),
  ].join("\n");
}

function toItem(row: HTMLElement): string {
  const since = textOf(row, ".since");
  const detail = textOf(row, ".detail");
  const name = toCode(textOf(row, ".name bdi"));
  return `- **${row.dataset["state"]}** ${name}${since && ` ${since}`}${detail && `: ${toCode(detail)}`}`;
}

/** Formats text as code, so that a chat finds no links or mentions in it. */
function toCode(text: string): string {
  return `\`${text.replaceAll("`", "'").replace(/\s+/g, " ").trim()}\``;
}

/** Browsers provide the Clipboard API to secure pages only. Other pages use the older API. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyFromField(text);
  }
}

function copyFromField(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "quiet";
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return isCopied;
}
