import { find } from "./find.ts";
import { post } from "./post.ts";

/** The buttons whose request is in progress. */
const checking = new WeakSet<HTMLButtonElement>();

/** Runs one handler, or all of the page. The page's updates show the results. */
export function startChecking(): void {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLButtonElement>("[data-check]") : null;
    if (button && !checking.has(button)) void checkNow(button);
  });
}

async function checkNow(button: HTMLButtonElement): Promise<void> {
  const label = button.textContent ?? "";
  const { events = "" } = document.documentElement.dataset;
  const url = new URL(events.replace(/\.events(?=\?|$)/, ".check"), location.href);
  const name = button.dataset["check"] ?? "";
  if (name !== "") url.search = new URLSearchParams({ name }).toString();
  checking.add(button);
  button.textContent = "Checking…";
  const { instance = "" } = document.querySelector<HTMLElement>(".head")?.dataset ?? {};
  const failure = await post(url, instance);
  checking.delete(button);
  button.textContent = failure === undefined ? "Checked" : `Not checked: ${failure}`;
  find("news").textContent = button.textContent;
  setTimeout(() => {
    if (!checking.has(button)) button.textContent = label;
  }, 3_000);
}
