import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { BROWSER_TIMEOUT_MS, openPage, SLOW_BROWSER, startBrowser } from "../support/browser.ts";
import { findFreePort } from "../support/free-port.ts";
import { startPageService } from "../support/page-service.ts";
import { startProgram } from "../support/program.ts";
import { describeWithProgram } from "../support/system.ts";

const ALTERNATIONS = 20;

/** More than the page updates at once. */
const ROWS = 25;

/** Two instances of a service whose handlers say which one they belong to. */
async function startInstances() {
  const streams: ServerResponse[] = [];
  const services = await Promise.all(
    ["web:1", "web:2"].map(async (instance) => {
      const service = await startPageService(
        { service: { name: "orders", instance } },
        (listener) => (request, response) => {
          if (request.url?.includes(".events")) streams.push(response);
          listener(request, response);
        },
      );
      for (let at = 0; at < ROWS; at += 1) service.set(`Database${at}`, "OK", { detail: `of ${instance}` });
      return service;
    }),
  );
  return {
    ports: services.map(({ url }) => new URL(url).port),
    /** Ends the streams as the server does after a minute: the page opens another one. */
    endStreams() {
      for (const stream of streams) if (stream.headersSent) stream.end("event: again\ndata:\n\n");
    },
  };
}

/** HAProxy as it is configured by default, but for `lines`. The address is that of the page. */
async function startHaproxy(
  ports: readonly string[],
  lines: readonly string[] = [],
  cookie = "",
): Promise<string> {
  const port = await findFreePort();
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = [
    "defaults",
    "  mode http",
    "  timeout connect 5s",
    "  timeout client 60s",
    "  timeout server 60s",
    "frontend service",
    `  bind 127.0.0.1:${port}`,
    "  default_backend services",
    "backend services",
    "  balance roundrobin",
    ...lines,
    ...ports.map((each, index) => `  server s${index} 127.0.0.1:${each}${cookie && ` ${cookie} s${index}`}`),
  ];
  const file = join(folder, "haproxy.cfg");
  await writeFile(file, `${config.join("\n")}\n`);
  startProgram("haproxy", ["-db", "-f", file]);
  const url = `http://127.0.0.1:${port}/svc_status`;
  await expect
    .poll(() =>
      fetch(url).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
  return url;
}

/** What a page has shown at the end of each of its changes. */
interface Seen {
  readonly instance: string;
  readonly detail: string;
  readonly title: string;
}

async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Seen[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      const { instance = "" } = document.querySelector<HTMLElement>(".head")?.dataset ?? {};
      const details = [...document.querySelectorAll(".row .detail")].map(({ textContent }) => textContent);
      const detail = [...new Set(details)].join();
      const { title } = document;
      const last = seen.at(-1);
      if (last?.instance !== instance || last.detail !== detail || last.title !== title)
        seen.push({ instance, detail, title });
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}

const seenBy = (page: Page): Promise<readonly Seen[]> =>
  page.evaluate(() => (window as unknown as { seen: readonly Seen[] }).seen);

const instanceOf = (page: Page): Promise<string | null> =>
  page.locator(".head").getAttribute("data-instance");

function expectNeverMixed(seen: readonly Seen[]): void {
  for (const { instance, detail, title } of seen)
    expect({ detail, title }).toEqual({ detail: `of ${instance}`, title: `OK: orders (${instance})` });
}

describeWithProgram(["chromium", "haproxy"], "the status page behind round robin", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => browser.close());

  test.each<[how: string, hasEvents: boolean]>([
    ["asks again and again", false],
    ["opens its stream again and again", true],
  ])("never shows one instance as the other, where it %s", async (_, hasEvents) => {
    const { ports, endStreams } = await startInstances();
    const url = await startHaproxy(ports);
    const page = await openPage(browser);
    if (!hasEvents) await page.addInitScript("delete globalThis.EventSource");
    await page.clock.install();
    await page.addInitScript(SLOW_BROWSER);
    await page.goto(url);
    await page.locator("#link", { hasText: hasEvents ? "Live" : "Updated" }).waitFor();
    await watch(page);
    for (let count = 0; count < ALTERNATIONS; count += 1) {
      const before = await instanceOf(page);
      while ((await instanceOf(page)) === before) {
        if (hasEvents) endStreams();
        await page.clock.runFor(hasEvents ? 50 : 500);
      }
      // Read at one moment: the page goes on meanwhile.
      const [now, moved] = await page.evaluate(() => [
        document.querySelector<HTMLElement>(".head")?.dataset["instance"],
        document.getElementById("moved")?.textContent,
      ]);
      const other = now === "web:1" ? "web:2" : "web:1";
      expect(moved).toMatch(
        new RegExp(
          `^Now showing ${now}, started .* ago\\. Before, it was ${other}\\. To stay on one instance, `,
        ),
      );
    }
    const seen = await seenBy(page);
    expect(seen.length).toBeGreaterThanOrEqual(ALTERNATIONS);
    expect(new Set(seen.map(({ instance }) => instance))).toEqual(new Set(["web:1", "web:2"]));
    expectNeverMixed(seen);
  });

  test("stays on one instance with the cookie of docs/page.md", async () => {
    const { ports } = await startInstances();
    const url = await startHaproxy(ports, ["  cookie SVC_STATUS insert indirect nocache httponly"], "cookie");
    const page = await openPage(browser);
    await page.addInitScript("delete globalThis.EventSource");
    await page.clock.install();
    await page.goto(url);
    await page.locator("#link", { hasText: "Updated" }).waitFor();
    const instance = await instanceOf(page);
    for (let count = 0; count < 6; count += 1) {
      const answered = page.waitForResponse("**/*.html");
      await page.clock.runFor(2_500);
      await answered;
    }
    expect(await instanceOf(page)).toBe(instance);
    expect(await page.locator("#moved").isVisible()).toBe(false);
  });
});
