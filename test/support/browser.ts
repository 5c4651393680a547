import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { findProgram } from "./system.ts";

/** On a machine that is busy with other tests, a browser takes its time. */
export const BROWSER_TIMEOUT_MS = 60_000;

const ARGUMENTS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A script for a page in which everything takes time, so that each update takes several frames. */
export const SLOW_BROWSER = `{
  const now = performance.now.bind(performance);
  let passedMs = 0;
  performance.now = () => now() + (passedMs += 10);
}`;

/** Chromium as Debian packages it. */
export function startBrowser(): Promise<Browser> {
  const executablePath = findProgram("chromium") ?? "chromium";
  return chromium.launch({ executablePath, args: [...ARGUMENTS], timeout: BROWSER_TIMEOUT_MS });
}

/** A page of its own. When the test is over it is closed, and must not have complained about anything. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1_100, height: 800 }, ...options });
  context.setDefaultTimeout(BROWSER_TIMEOUT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // A server that is gone is what some tests are about; the browser says so here too.
    const isExpected = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isExpected) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  return page;
}
