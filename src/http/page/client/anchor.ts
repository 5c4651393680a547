/** Opens the row that the address names, and focuses it. */
export function startAnchors(): void {
  addEventListener("hashchange", openNamedRow);
  openNamedRow();
}

function openNamedRow(): void {
  const target = document.getElementById(location.hash.slice(1));
  const row = target?.closest(".row");
  if (!row) return;
  for (let each: Element | null = target; each; each = each.parentElement)
    if (each instanceof HTMLDetailsElement) each.open = true;
  (row.querySelector("summary") ?? target)?.focus();
}
