import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { encode, type Line } from "../../src/recorder/lines.ts";
import { recordStatus } from "../../src/recorder/record-status.ts";
import { BROWSER_TIMEOUT_MS, openPage, startBrowser } from "../support/browser.ts";
import { serve } from "../support/http.ts";
import { describeWithProgram } from "../support/system.ts";

const HOUR_MS = 3_600_000;
const CHAIN = "a".repeat(16);

/** The database was RED from 30 to 28 hours ago. The process ended 27 hours ago, and the next one started. */
async function startAfterOutage(): Promise<{ readonly url: string; hoursAgo(hours: number): Date }> {
  const directory = mkdtempSync(join(tmpdir(), "svc-status-page-past-"));
  const now = Date.now();
  const hoursAgo = (hours: number): Date => new Date(now - hours * HOUR_MS);
  const why = { reason: "reported", detail: "connect ECONNREFUSED 10.1.2.3:5432" } as const;
  const writer = { id: "old", pid: 1, host: "elsewhere", instance: "orders-7f9c:17" };
  const lines: readonly Line[] = [
    { k: "head", v: 1, t: +hoursAgo(60), chain: CHAIN, handlers: [] },
    { k: "start", t: +hoursAgo(60), writer },
    { k: "state", t: +hoursAgo(60), name: "Database", to: "OK" },
    { k: "change", t: +hoursAgo(30), name: "Database", from: "OK", to: "RED", ...why, heldMs: 30 * HOUR_MS },
    { k: "change", t: +hoursAgo(28), name: "Database", from: "RED", to: "OK", heldMs: 2 * HOUR_MS },
    { k: "end", t: +hoursAgo(27) },
  ];
  writeFileSync(join(directory, `status-${CHAIN}-00000000.jsonl`), lines.map(encode).join(""));
  const registry = createStatusRegistry();
  const probe = createProbe();
  const recorder = recordStatus(registry, { directory, probe });
  onTestFinished(async () => {
    await recorder.close();
    rmSync(directory, { recursive: true });
  });
  await recorder.ready;
  registry.addStatusHandler("Database", () => ({ state: "OK" }));
  await registry.getReport();
  const { port } = await serve(serviceStatus({ registry, probe, service: { name: "orders" } }));
  return { url: `http://127.0.0.1:${port}/svc_status`, hoursAgo };
}

async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

/** Looks at the page in each width. `SVC_STATUS_SCREENSHOTS` names a folder for pictures. */
async function expectFits(page: Page, name: string): Promise<void> {
  for (const width of [320, 800, 1_280]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const folder = process.env["SVC_STATUS_SCREENSHOTS"];
    if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}-${width}.png`) });
    await expectAccessible(page);
  }
}

/** In UTC, as the axis and the page write it. */
const toDayClock = (date: Date): string => date.toISOString().slice(5, 16).replace("T", " ");
const toExact = (date: Date): string => `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;

describeWithProgram(["chromium"], "the recorded history on the page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => browser.close());

  describe("the axis over 7 days", () => {
    test("shows yesterday's outage and the restart: drawn, on hover, and for screen readers", async () => {
      const { url, hoursAgo } = await startAfterOutage();
      const page = await openPage(browser, { timezoneId: "UTC" });
      await page.goto(url);
      await page
        .locator("#tools")
        .check({ force: true })
        .catch(() => {});
      await page.getByRole("radio", { name: "7 d" }).check();
      await page.waitForURL(/span=7d/);
      const outage = `RED ${toDayClock(hoursAgo(30))}–${toDayClock(hoursAgo(28))}`;
      const gap = `unknown ${toDayClock(hoursAgo(27))}–`;
      const axis = page.locator(".axis").first();
      await page.locator(`.axis[title*="${outage}"]`).waitFor({ state: "attached" });
      const title = await axis.getAttribute("title");
      expect(title).toMatch(/^Last 7 d, UTC: /);
      expect(title).toContain(gap);
      expect(title).toContain(` Started ${toDayClock(hoursAgo(60))}, `);
      for (const mark of ["RED", "OK", "unknown"])
        expect(await axis.locator(`.${mark}`).getAttribute("d")).toMatch(/^M\d/);
      expect(await page.locator("#starts").getAttribute("d")).toMatch(/^M\d+ 0V12M\d+ 0V12$/);
      // What a screen reader gets.
      const tree = await page.locator("#rows").ariaSnapshot();
      expect(tree).toContain(outage);
      expect(tree).toContain("Started");
      // The live updates keep it.
      await page.locator("#link", { hasText: "Live" }).waitFor();
      expect(await axis.getAttribute("title")).toContain(outage);
      await expectFits(page, "axis-7d");
    });

    test("gives way to that of the last 24 hours", async () => {
      const { url } = await startAfterOutage();
      const page = await openPage(browser);
      await page.goto(`${url}?span=30d`);
      await page.locator('.axis[title^="Last 30 d"]').waitFor({ state: "attached" });
      await page.getByRole("radio", { name: "24 h" }).check();
      await page.locator('.axis[title^="Last 24 h"]').waitFor({ state: "attached" });
      expect(await page.locator("#starts").count()).toBe(0);
    });
  });

  describe("?at=", () => {
    test("shows yesterday's detail, and leads to the changes beside it and back", async () => {
      const { url, hoursAgo } = await startAfterOutage();
      const page = await openPage(browser);
      await page.goto(`${url}?at=${hoursAgo(29).toISOString()}`);
      expect(await page.locator(".overall").textContent()).toContain(
        `as it was at ${toExact(hoursAgo(29))}, 29 h ago.`,
      );
      const tree = await page.locator("body").ariaSnapshot();
      expect(tree).toContain("connect ECONNREFUSED 10.1.2.3:5432");
      expect(tree).toContain("RED");
      expect(await page.getByRole("button").allTextContents()).toEqual(["Show"]);
      await expectFits(page, "at");
      await page.setViewportSize({ width: 320, height: 800 });
      expect(await page.getByRole("link", { name: "Earlier change" }).isVisible()).toBe(true);
      await page.getByRole("link", { name: "Later change" }).click();
      await expect.poll(() => page.locator(".overall").textContent()).toMatch(/^\s*(was )?OK/);
      await page.getByRole("link", { name: "Earlier change" }).click();
      await expect.poll(() => page.locator(".row").textContent()).toContain("ECONNREFUSED");
      await page.getByRole("link", { name: "Now" }).click();
      await page.locator("#link", { hasText: "Live" }).waitFor();
    });

    test("is reached by the form of the page", async () => {
      const { url, hoursAgo } = await startAfterOutage();
      const page = await openPage(browser, { timezoneId: "Asia/Kolkata" });
      await page.goto(url);
      await page.getByLabel("As it was at (UTC)").fill(hoursAgo(29).toISOString().slice(0, 19));
      await page.getByRole("button", { name: "Show" }).click();
      await page.locator(".sentence", { hasText: `as it was at ${toExact(hoursAgo(29))}` }).waitFor();
    });
  });
});
