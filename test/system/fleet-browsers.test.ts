import { describe, expect, onTestFinished, test } from "vitest";
import { openPage, startBrowser } from "../support/browser.ts";
import { BROWSERS, type Look, violationsOf } from "../support/browsers.ts";
import { serveFakeFleet } from "../support/fake-fleet.ts";
import type { FirefoxPage } from "../support/firefox.ts";
import { describeWithProgram } from "../support/system.ts";

const TIMEOUT_MS = 240_000;

const PATIENCE = { timeout: 30_000 };

const LOOKS: Readonly<Record<string, Look>> = {
  light: {
    media: "(prefers-color-scheme: light)",
    chromium: { colorScheme: "light" },
    firefox: { "layout.css.prefers-color-scheme.content-override": 1 },
  },
  dark: {
    media: "(prefers-color-scheme: dark)",
    chromium: { colorScheme: "dark" },
    firefox: { "layout.css.prefers-color-scheme.content-override": 0 },
  },
  "forced colors and reduced motion": {
    media: "(forced-colors: active) and (prefers-reduced-motion: reduce)",
    chromium: { forcedColors: "active", reducedMotion: "reduce" },
    firefox: { "browser.display.document_color_use": 2, "ui.prefersReducedMotion": 1 },
  },
};

const WIDTHS: readonly number[] = [320, 800, 1_280, 1_920];

interface View {
  /** An expression that is true when the view is complete. */
  readonly isComplete: string;
  /** The number of details that a reader can open. */
  readonly details: number;
}

/** A moment in the past. */
const AT = new Date(Date.now() - 3_600_000).toISOString().replace(/:\d\d\.\d+/, "");

const VIEWS: Readonly<Record<string, View>> = {
  "": {
    isComplete: `document.querySelector("#link").textContent.startsWith("Live")
      && document.querySelectorAll("#rows > .row").length === 4`,
    details: 6,
  },
  "?service=orders": {
    isComplete: `document.querySelector("#link").textContent.startsWith("Live")
      && document.querySelectorAll(".matrix tbody tr").length === 5`,
    details: 9,
  },
  "?service=orders&instance=10.4.2.10%3A8080": {
    isComplete: `document.querySelector(".head").textContent.includes("Details of")
      && document.querySelectorAll("#rows > .row").length === 4`,
    details: 0,
  },
  [`?service=orders&at=${AT}`]: {
    isComplete: `document.querySelector("#link").textContent === "Past"
      && document.querySelectorAll(".matrix tbody tr").length === 5`,
    details: 9,
  },
  [`?service=orders&instance=10.4.2.10%3A8080&at=${AT}`]: {
    isComplete: `document.querySelector(".head").textContent.includes("Details of")
      && document.querySelector("#link").textContent === "Past"
      && document.querySelectorAll("#rows > .row").length === 4`,
    details: 0,
  },
};

const OPEN_ALL = "[...document.querySelectorAll('main details')].map((each) => (each.open = true)).length";

/** The elements that are wider than the window, unless they scroll. */
const TOO_WIDE = `document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.outerHTML.slice(0, 200))`;

const SLIDER = "document.querySelector('input[type=range]')";

/** The moment in the address of the page, and the one that the page says it shows. */
const SHOWN = `[new URLSearchParams(location.search).get("minutes"),
  /Showing .* UTC, back to now/.test(document.body.textContent)]`;

/** Moves the slider three steps to the left, and clicks the button behind it. */
async function moveSlider(page: FirefoxPage): Promise<void> {
  await page.evaluate(`${SLIDER}.focus() ?? true`);
  for (const key of ["ArrowLeft", "ArrowLeft", "ArrowLeft"] as const) await page.press(key);
  expect(await page.evaluate(`${SLIDER}.value`)).toBe("-15");
  expect(await page.evaluate(`${SLIDER}.getAttribute("aria-valuetext")`)).toMatch(/\d\d:\d\d UTC$/);
  await page.press("Tab");
  const button = "document.activeElement.matches('button') && document.activeElement";
  expect(await page.evaluate(`(${button}).textContent`)).toMatch(/^Show \d\d-\d\d \d\d:\d\d UTC$/);
  await page.evaluate(`(${button}).click() ?? true`);
  await expect.poll(() => page.evaluate(SHOWN), PATIENCE).toEqual(["-15", true]);
}

for (const [browser, openBrowser] of Object.entries(BROWSERS)) {
  describeWithProgram([browser], `the page of a fleet of 2,500 instances in ${browser}`, () => {
    describe.each(Object.entries(LOOKS))("%s", (_, look) => {
      test("fits each width, and axe finds nothing wrong", { timeout: TIMEOUT_MS }, async () => {
        const url = await serveFakeFleet();
        const page = await openBrowser(look);
        for (const [view, { isComplete, details }] of Object.entries(VIEWS)) {
          await page.open(url + view);
          expect(await page.evaluate(`matchMedia("${look.media}").matches`)).toBe(true);
          await expect.poll(() => page.evaluate(isComplete), { ...PATIENCE, message: view }).toBe(true);
          for (const opened of new Set([0, details])) {
            if (opened > 0) expect([view, await page.evaluate(OPEN_ALL)]).toEqual([view, details]);
            for (const width of WIDTHS) {
              await page.resize(width, 1_000);
              await expect.poll(() => page.evaluate("innerWidth"), PATIENCE).toBe(width);
              const scene = [view, opened, width];
              expect([...scene, await page.evaluate(TOO_WIDE)]).toEqual([...scene, []]);
              // Wider ones have the same layout.
              if (opened === details && width <= 1_280)
                expect([...scene, await violationsOf(page)]).toEqual([...scene, []]);
            }
          }
        }
        await page.open(`${url}?service=orders`);
        await moveSlider(page);
      });
    });
  });
}

describeWithProgram(["chromium"], "the page of a fleet without JavaScript", () => {
  test("shows the moment of the slider, changes, and the details of an instance", async () => {
    const url = await serveFakeFleet();
    const browser = await startBrowser();
    onTestFinished(() => browser.close());
    const page = await openPage(browser, { javaScriptEnabled: false });
    // Not the present, whose page would reload itself.
    await page.goto(`${url}?service=orders&at=${AT}`);
    await page.getByRole("slider", { name: "Minutes from" }).focus();
    for (const key of ["ArrowLeft", "ArrowLeft", "Tab", "Enter"]) await page.keyboard.press(key);
    await page.waitForURL(/service=orders&at=.*&minutes=-10$/);
    expect(await page.locator("body").textContent()).toMatch(/Showing \d\d \w+ \d{4} \d\d:\d\d UTC/);
    // From one change to another and back, with the keyboard.
    const change = (name: string) => page.getByRole("link", { name: `${name} change`, exact: true });
    await change("previous").press("Enter");
    await change("next").waitFor();
    const changedAt = new URL(page.url()).searchParams.get("at");
    await change("next").press("Enter");
    await page.waitForURL((next) => next.searchParams.get("at") !== changedAt);
    await change("previous").press("Enter");
    await page.waitForURL((next) => next.searchParams.get("at") === changedAt);
    await page.getByRole("link", { name: "now", exact: true }).click();
    await page.waitForURL(/fleet\?service=orders$/);
    await page.locator(".fold > summary").click();
    await page.getByRole("link", { name: "Details" }).first().click();
    await page.waitForURL(/instance=10\.4\.2\.10%3A8080$/);
    expect(await page.locator("#rows").textContent()).toContain("connect ECONNREFUSED 10.4.0.5:5432");
  });
});
