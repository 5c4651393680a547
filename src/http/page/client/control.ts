/** Changes the probe without leaving the page. The page's updates show the result. */
export function startControl(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("control" in form.dataset)) return;
    event.preventDefault();
    void change(form);
  });
}

async function change(form: HTMLFormElement): Promise<void> {
  const fold = form.closest("details");
  const failure = await post(form.action);
  if (failure === undefined) {
    fold?.removeAttribute("open");
    fold?.querySelector("summary")?.focus();
    return;
  }
  const alert = document.createElement("p");
  alert.setAttribute("role", "alert");
  alert.textContent = `Nothing was changed: ${failure}.`;
  form.querySelector("[role=alert]")?.remove();
  form.append(alert);
}

async function post(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: "POST" });
    return response.ok ? undefined : `the server answered ${response.status}`;
  } catch {
    return "no answer from the server";
  }
}
