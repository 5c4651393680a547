import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPage, startBrowser } from "../support/browser.ts";
import { describeWithProgram } from "../support/system.ts";

/** The demo starts a PostgreSQL in memory. */
const START_TIMEOUT_MS = 60_000;

const root = join(import.meta.dirname, "../..");

interface Demo {
  readonly url: string;
  kill(): Promise<unknown>;
}

async function startDemo(): Promise<Demo> {
  const { PATH } = process.env;
  const child = spawn(process.execPath, ["examples/demo/main.mjs"], {
    cwd: root,
    env: { PATH, PORT: "0", BLOCK_MS: "6000" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => void child.once("close", resolve));
  for await (const line of createInterface(child.stdout)) {
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      async kill() {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }
  throw new Error("the demo ended before it said its address");
}

describeWithProgram(["chromium"], "the panel of the demo", () => {
  let browser: Browser;
  let demo: Demo;

  beforeAll(async () => {
    [browser, demo] = await Promise.all([startBrowser(), startDemo()]);
  }, START_TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all([browser.close(), demo.kill()]);
  });

  const press = (page: Page, name: string | RegExp): Promise<void> =>
    page.getByRole("button", { name }).click();

  test("says what to try first, and shows seven RED handlers when the database stops", async () => {
    const page = await openPage(browser);
    await page.goto(demo.url);
    expect(await page.getByText("Try this first").textContent()).toBeTruthy();
    await press(page, "Stop the database");
    await page.locator("#handlers .RED").nth(6).waitFor();
    const status = await page.request.get(`${demo.url}/svc_status`, { headers: { Accept: "text/html" } });
    expect(await status.text()).toMatch(/DatabaseConnection[\s\S]*Accounts/);
    await press(page, "Start the database");
    await page.locator("#handlers .RED").nth(1).waitFor({ state: "detached" });
  });

  test("restarts two instances, and nothing is lost, cut or run twice", async () => {
    const page = await openPage(browser);
    await page.goto(demo.url);
    await press(page, "Restart both instances");
    await page.getByText("Now: both instances have been restarted.").waitFor({ timeout: 100_000 });
    expect(await page.locator("#requests").textContent()).toMatch(/^0 failed of [\d,]{3,}$/);
    expect(await page.locator("#streams").textContent()).toMatch(/^0 cut, [1-9]\d* moved$/);
    expect(await page.locator("#jobs").textContent()).toMatch(/^0 run twice of [1-9]\d*$/);
  });

  test("says that nothing answers while the main thread is blocked, and links what still does", async () => {
    const page = await openPage(browser);
    await page.goto(demo.url);
    await press(page, "Block the main thread for 6 s");
    await page.getByText(/^No answer for \d+ s\./).waitFor();
    const sentinel = await page.getByRole("link", { name: "The sentinel" }).getAttribute("href");
    expect((await page.request.get(sentinel ?? "")).status()).toBe(200);
    await page.locator("#connection:empty").waitFor({ state: "attached" });
  });

  describe.each(["light", "dark"] as const)("in %s colors", (colorScheme) => {
    test.each([320, 800, 1280])("fits %i px, and axe finds nothing", async (width) => {
      const page = await openPage(browser, { viewport: { width, height: 800 }, colorScheme });
      await page.goto(demo.url);
      await page.locator("#handlers li").first().waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      await page.evaluate(axe.source);
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string }[] }> };
        };
        return (await axe.run()).violations.map(({ id }) => id);
      });
      expect(violations).toEqual([]);
    });
  });
});
