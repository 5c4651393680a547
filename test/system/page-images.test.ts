import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROWSER_TIMEOUT_MS, openPage, startBrowser } from "../support/browser.ts";
import { type PageService, startPageService } from "../support/page-service.ts";
import { describeWithProgram } from "../support/system.ts";

/** With it the pictures of the documentation are made anew: SVC_STATUS_IMAGES=1 npx vitest run test/system/page-images.test.ts */
const isWriting = process.env["SVC_STATUS_IMAGES"] === "1";

const MAX_IMAGE_BYTES = 120_000;

const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs/images");

interface Picture {
  readonly options: BrowserContextOptions;
  readonly prepare?: (service: PageService, page: Page) => Promise<unknown>;
}

const WIDE = { viewport: { width: 1_100, height: 560 } };

const PICTURES: Readonly<Record<string, Picture>> = {
  "page-light": { options: { ...WIDE, colorScheme: "light" } },
  "page-dark": { options: { ...WIDE, colorScheme: "dark" } },
  "page-red": { options: { ...WIDE, colorScheme: "light" }, prepare: breakDatabase },
  "page-narrow": {
    options: { viewport: { width: 360, height: 720 }, colorScheme: "dark" },
    prepare: breakDatabase,
  },
};

async function startOrders(): Promise<PageService> {
  const service = await startPageService({
    service: {
      name: "orders",
      version: "1.14.2",
      links: [
        { title: "Dashboard", url: "https://example.com/dashboard" },
        { title: "Runbook", url: "https://example.com/runbook" },
      ],
    },
  });
  service.set("DatabaseConnection", "OK", {
    detail: "12 of 20 connections in use",
    labels: { connections: 12 },
  });
  service.set("OrderHistory", "OK", {}, { dependsOn: ["DatabaseConnection"] });
  service.set("Reports", "OK", { detail: "the last one at 02:00" }, { dependsOn: ["DatabaseConnection"] });
  service.set("PaymentGateway", "OK", { detail: "p95 180 ms" });
  service.set("Mailer", "OK", { detail: "no message waits" }, { critical: false });
  service.set("EventLoop", "OK", { detail: "p99 delay 11 ms" }, { scope: "local" });
  service.set("TlsCertificate", "OK", { detail: "valid until 2027-02-11" });
  await service.registry.getReport();
  for (const state of ["YELLOW", "OK", "YELLOW", "OK"] as const) {
    service.set("PaymentGateway", state, { detail: state === "OK" ? "p95 180 ms" : "p95 910 ms" });
    await service.registry.waitForStatus("PaymentGateway", state, { intervalMs: 10 });
  }
  return service;
}

async function breakDatabase(service: PageService, page: Page): Promise<void> {
  service.set("Mailer", "YELLOW", { detail: "1,204 messages wait, the oldest for 12 min" });
  service.set("OrderHistory", "RED");
  service.set("Reports", "RED");
  service.set("DatabaseConnection", "RED", {
    detail: "connect ECONNREFUSED 10.1.2.3:5432",
    code: "ECONNREFUSED",
  });
  await page.locator(".head.RED").waitFor();
  await page.locator(".row.YELLOW").waitFor();
  await page.locator(".fold", { hasText: "2 handlers" }).locator("summary").first().click();
}

describeWithProgram(["chromium"], "the pictures of the status page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => browser.close());

  test.each(Object.entries(PICTURES))("%s is made of a page", async (name, { options, prepare }) => {
    const service = await startOrders();
    const page = await openPage(browser, options);
    await page.goto(service.url);
    await page.locator("#link", { hasText: "Live" }).waitFor();
    await prepare?.(service, page);
    const image = await page.screenshot({ fullPage: true });
    expect(image.length).toBeLessThan(MAX_IMAGE_BYTES);
    if (!isWriting) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.png`), image);
  });
});

describe("the documentation", () => {
  const pages = ["README.md", "docs/page.md"]
    .map((page) => readFileSync(join(root, page), "utf8"))
    .join("\n");

  test.each(Object.keys(PICTURES))("shows %s, which is small", (name) => {
    const path = `docs/images/${name}.png`;
    expect(existsSync(join(root, path))).toBe(true);
    expect(statSync(join(root, path)).size).toBeLessThan(MAX_IMAGE_BYTES);
    expect(pages).toContain(`images/${name}.png)`);
  });
});
