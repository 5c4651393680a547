import { toMarkdown, toRowText } from "./copied-text.ts";

/** The buttons that show the result of the last click. */
const answering = new WeakSet<Element>();

/** Copies the visible status as Markdown, or one row as text, for example for a chat. */
export function startCopying(): void {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("#copy, [data-copy]") : null;
    if (button && !answering.has(button)) void answer(button);
  });
}

async function answer(button: Element): Promise<void> {
  const row = button.closest<HTMLElement>(".row");
  const label = button.textContent;
  answering.add(button);
  const isCopied = await copy(row ? toRowText(row) : toMarkdown());
  button.textContent = isCopied ? "Copied" : "Copying failed";
  setTimeout(() => {
    button.textContent = label;
    answering.delete(button);
  }, 2_000);
}

/** Browsers provide the Clipboard API only to secure pages. Other pages use the older API. */
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
