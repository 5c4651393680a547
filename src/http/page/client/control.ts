import { post } from "./post.ts";

/** Changes the probe without leaving the page. The page's updates show the result. */
export function startControl(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("control" in form.dataset)) return;
    event.preventDefault();
    void change(form);
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("[data-cancel]")) closeControl();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") closeControl();
  });
}

async function change(form: HTMLFormElement): Promise<void> {
  const url = new URL(form.action);
  const reason = form.querySelector<HTMLInputElement>("[name=reason]")?.value ?? "";
  if (reason !== "") url.searchParams.set("reason", reason);
  const failure = await post(url, form.dataset["control"] ?? "");
  if (failure === undefined) return closeControl();
  const alert = document.createElement("p");
  alert.setAttribute("role", "alert");
  alert.textContent = `Nothing was changed: ${failure}.`;
  form.querySelector("[role=alert]")?.remove();
  form.append(alert);
}

/** Closes the dialog and clears its input. */
export function closeControl(): void {
  const fold = document.querySelector<HTMLDetailsElement>(".control[open]");
  if (!fold) return;
  const hadFocus = fold.contains(document.activeElement);
  fold.open = false;
  fold.querySelector("form")?.reset();
  if (hadFocus) fold.querySelector("summary")?.focus();
}
