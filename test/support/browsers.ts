import axe from "axe-core";
import type { BrowserContextOptions } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { openPage, startBrowser } from "./browser.ts";
import { type FirefoxPage, openFirefox } from "./firefox.ts";

const PATIENCE = { timeout: 120_000 };

/** The settings of a reader, for each browser. */
export interface Look {
  readonly media: string;
  readonly chromium: BrowserContextOptions;
  readonly firefox: Readonly<Record<string, number>>;
}

/** Opens a page in each browser. Closed when the test is over. */
export const BROWSERS: Readonly<Record<string, (look: Look) => Promise<FirefoxPage>>> = {
  chromium: openChromium,
  "firefox-esr": ({ firefox }) => openFirefox(firefox),
};

async function openChromium({ chromium }: Look): Promise<FirefoxPage> {
  const browser = await startBrowser();
  onTestFinished(() => browser.close());
  const page = await openPage(browser, chromium);
  return {
    open: async (url) => void (await page.goto(url)),
    evaluate: async (expression) => JSON.parse(await page.evaluate(`JSON.stringify(${expression})`)),
    resize: (width, height) => page.setViewportSize({ width, height }),
    press: (key) => page.keyboard.press(key),
    print: () => page.pdf({ format: "A4" }),
  };
}

/** What axe finds wrong in the page as it is. */
export async function violationsOf(page: FirefoxPage): Promise<unknown> {
  await page.evaluate(
    `(() => {
      window.found = undefined;
      if (!window.axe) { ${axe.source} }
      axe.run().then(({ violations }) => {
        window.found = violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html));
      });
      return true;
    })()`,
  );
  await expect.poll(() => page.evaluate("!!window.found"), PATIENCE).toBe(true);
  return page.evaluate("window.found");
}
