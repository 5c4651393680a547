import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROWSER_TIMEOUT_MS, openPage, startBrowser } from "../support/browser.ts";
import { serveFakeFleet } from "../support/fake-fleet.ts";
import { describeWithProgram } from "../support/system.ts";

/** Takes the pictures of docs/fleet.md again: SVC_STATUS_IMAGES=1 npx vitest run test/system/fleet-images.test.ts */
const isWriting = process.env["SVC_STATUS_IMAGES"] === "1";

const MAX_IMAGE_BYTES = 150_000;

const root = join(import.meta.dirname, "../..");

interface Picture {
  readonly query: string;
  readonly options: BrowserContextOptions;
  /** What the page says when it is complete. */
  readonly text: string;
}

const WIDE = { viewport: { width: 1_100, height: 560 } };

const NARROW = { viewport: { width: 360, height: 720 } };

const SERVICE = {
  query: "?service=orders",
  text: "40 RED, 9 YELLOW, 1,950 OK, 38 of the RED ones with zone b",
};

const OVERVIEW = { query: "", text: "Database; 1 RED because of it; 1 not scraped" };

const PICTURES: Readonly<Record<string, Picture>> = {
  "fleet-light": { ...OVERVIEW, options: { ...WIDE, colorScheme: "light" } },
  "fleet-dark": { ...OVERVIEW, options: { ...WIDE, colorScheme: "dark" } },
  "fleet-narrow": { ...OVERVIEW, options: { ...NARROW, colorScheme: "dark" } },
  "fleet-service": { ...SERVICE, options: { ...WIDE, colorScheme: "light" } },
};

describeWithProgram(["chromium"], "the pictures of the fleet", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => browser.close());

  test.each(Object.entries(PICTURES))("%s shows the page", async (name, { query, options, text }) => {
    const page = await openPage(browser, options);
    await page.goto((await serveFakeFleet()) + query);
    await page.locator("#link", { hasText: "Live" }).waitFor();
    expect(await page.locator("#rows").textContent()).toContain(text);
    if (query === "") await page.locator(".fold > summary").click();
    await page.mouse.move(0, 0);
    const image = await page.screenshot({ fullPage: true });
    expect(image.length).toBeLessThan(MAX_IMAGE_BYTES);
    if (isWriting) writeFileSync(join(root, `docs/images/${name}.png`), image);
  });
});

describe("docs/fleet.md", () => {
  const text = readFileSync(join(root, "docs/fleet.md"), "utf8");

  test.each(Object.keys(PICTURES))("shows %s, which is small", (name) => {
    const path = join(root, `docs/images/${name}.png`);
    expect(existsSync(path)).toBe(true);
    expect(statSync(path).size).toBeLessThan(MAX_IMAGE_BYTES);
    expect(text).toContain(`images/${name}.png)`);
  });
});
