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
  const alert = document.createElement("p");
  alert.setAttribute("role", "alert");
  alert.textContent = "Sending…";
  removeAlert(form);
  form.append(alert);
  const failure = await post(url, form.dataset["control"] ?? "");
  if (failure !== undefined) {
    alert.textContent = `Nothing was changed: ${failure}.`;
    return;
  }
  alert.remove();
  closeControl();
}

function removeAlert(root: Element): void {
  root.querySelector("[role=alert]")?.remove();
}

/** Closes the dialog and clears its input. */
export function closeControl(): void {
  const fold = document.querySelector<HTMLDetailsElement>(".control[open]");
  if (!fold) return;
  const hadFocus = fold.contains(document.activeElement);
  fold.open = false;
  fold.querySelector("form")?.reset();
  removeAlert(fold);
  if (hadFocus) fold.querySelector("summary")?.focus();
}
