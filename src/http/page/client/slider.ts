import { toUtcClock } from "../axis-text.ts";

/** Shows the time that the slider selects. */
export function startSlider(): void {
  const slider = document.querySelector<HTMLInputElement>("[data-to]");
  slider?.addEventListener("input", () => {
    const text = ` ${toUtcClock(Number(slider.dataset["to"]) + slider.valueAsNumber * 60_000, true)} UTC`;
    slider.setAttribute("aria-valuetext", text);
    const shown = slider.form?.querySelector("button > span");
    if (shown) shown.textContent = text;
  });
}
