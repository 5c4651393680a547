import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { State } from "../../src/core/state.ts";
import { systemClock } from "../../src/util/clock.ts";
import { BROWSER_TIMEOUT_MS, openPage, startBrowser } from "../support/browser.ts";
import { type PageService, startPageService } from "../support/page-service.ts";
import { describeWithProgram } from "../support/system.ts";

const MINUTE_MS = 60_000;

type Story = readonly (readonly [minutesAgo: number, state: State])[];

/** A service to whose handler all of that happened. */
async function startAt(story: Story): Promise<PageService> {
  let behindMs = 0;
  const clock = {
    ...systemClock,
    now: () => Date.now() - behindMs,
    monotonicNow: () => systemClock.monotonicNow() - behindMs,
  };
  const service = await startPageService(
    {
      svcStatus: { controls: true },
      service: {
        name: "orders",
        version: "1.14.2",
        instance: "orders-7f9c8d5b6f-x2v4q:17",
        links: [{ title: "Runbook", url: "https://example.com/runbook" }],
      },
    },
    undefined,
    { clock },
  );
  for (const [minutesAgo, state] of story) {
    behindMs = minutesAgo * MINUTE_MS;
    service.set(
      "Database",
      state,
      { detail: "connect ECONNREFUSED 10.1.2.3:5432" },
      { intervalMs: 3_600_000 },
    );
    await service.registry.getStatus("Database");
  }
  behindMs = 0;
  return service;
}

const OUTAGE: Story = [
  [300, "OK"],
  [90, "RED"],
  [89, "OK"],
];

async function openAt(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await openPage(browser, options);
  await page.clock.install();
  await page.goto(url);
  return page;
}

/** When the handler changed, in a time zone, as the time of a day. The first is that of its first result. */
function clocksOf({ registry }: PageService, offsetMinutes = 0): string[] {
  const changes = registry.history("Database").map(({ at, heldMs }) => [at.getTime(), heldMs] as const);
  const [[first, heldMs] = [0, 0]] = changes;
  return [first - heldMs, ...changes.map(([at]) => at)].map((at) =>
    new Date(at + offsetMinutes * MINUTE_MS).toISOString().slice(11, 16),
  );
}

const barOf = (page: Page, mark: string): Promise<string | null> =>
  page.locator(`.axis .${mark}`).first().getAttribute("d");

describeWithProgram(["chromium"], "the axis of time", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => browser.close());

  test("has the reader's time zone, and UTC on hover", async () => {
    const service = await startAt(OUTAGE);
    const page = await openAt(browser, service.url, { timezoneId: "Asia/Kolkata" });
    const [born, from, to] = clocksOf(service, 330);
    const told = page.locator(".told", { hasText: `Last 24 h, GMT+5:30: RED ${from}–${to}` });
    await told.waitFor({ state: "attached" });
    expect(await told.textContent()).toBe(
      `Last 24 h, GMT+5:30: RED ${from}–${to}, OK since, unknown before ${born}. 99.6 % OK, 18 h unknown.`,
    );
    const [, utcFrom, utcTo] = clocksOf(service);
    expect(await page.locator(".axis").getAttribute("title")).toContain(
      `Last 24 h, UTC: RED ${utcFrom}–${utcTo}, OK since,`,
    );
    expect(await page.locator(".share").textContent()).toBe("99.6 %");
    expect((await page.locator("#ticks text").allTextContents()).toSorted()).toEqual([
      "00:00",
      "04:00",
      "08:00",
      "12:00",
      "16:00",
      "20:00",
    ]);
    expect((await page.locator(".strip .OK").boundingBox())?.width).toBeGreaterThan(20);
  });

  test("has the same time zone as the exact times of an opened row, which is named", async () => {
    const service = await startAt(OUTAGE);
    const page = await openAt(browser, service.url, { timezoneId: "Asia/Kolkata" });
    const [, from, to] = clocksOf(service, 330);
    await page.locator("summary.summary").click();
    await page.locator(".changes i", { hasText: `${to}:` }).waitFor();
    const changes = await page.locator(".changes i").allTextContents();
    expect(changes.map((text) => text.slice(11, 16))).toEqual([to, from]);
    const facts = await page.locator(".facts time").allTextContents();
    expect(facts[0]?.slice(11, 16)).toBe(to);
    for (const text of [...facts, ...changes])
      expect(text).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d GMT\+5:30$/);
  });

  test("has the span that the reader chooses, which the address keeps", async () => {
    const { url } = await startAt(OUTAGE);
    const page = await openAt(browser, `${url}?q=data`);
    expect(await barOf(page, "RED")).toMatch(/^M\d+ 12V0H\d+V12z$/);
    await page.getByRole("radio", { name: "1 h", exact: true }).check();
    expect(await page.evaluate(() => location.search)).toBe("?q=data&span=1h");
    expect(await barOf(page, "RED")).toBe("");
    expect(await barOf(page, "OK")).toBe("M0 12V8H720V12z");
    expect(await page.locator(".told").textContent()).toBe("Last 1 h, UTC: OK. 100 % OK.");
    await page.reload();
    expect(await page.getByRole("radio", { name: "1 h", exact: true }).isChecked()).toBe(true);
    expect(await page.locator("#ticks text").allTextContents()).toHaveLength(6);
    await page.getByRole("radio", { name: "24 h" }).check();
    expect(await page.evaluate(() => location.search)).toBe("?q=data");
    expect(await barOf(page, "RED")).not.toBe("");
  });

  test("works without a script, in UTC", async () => {
    const service = await startAt(OUTAGE);
    const page = await openPage(browser, { javaScriptEnabled: false });
    await page.goto(service.url);
    const [, from, to] = clocksOf(service);
    const told = page.locator(".told");
    expect(await told.textContent()).toContain(
      `Last 24 h, UTC: RED ${from}–${to}, OK since, unknown before `,
    );
    expect(await barOf(page, "RED")).not.toBe("");
    await page.getByRole("radio", { name: "1 h", exact: true }).check();
    await page.getByRole("button", { name: "Apply" }).click();
    await page.waitForURL("**/svc_status?q=&span=1h");
    expect(await told.textContent()).toBe("Last 1 h, UTC: OK. 100 % OK.");
    expect(await barOf(page, "RED")).toBe("");
  });

  test("is wide, with times, in an opened row", async () => {
    const { url } = await startAt(OUTAGE);
    const page = await openAt(browser, url);
    const strip = page.locator(".strip");
    expect((await strip.boundingBox())?.width).toBeLessThan(200);
    await page.locator("summary.summary").click();
    expect((await strip.boundingBox())?.width).toBeGreaterThan(900);
    const told = await page.locator(".told").boundingBox();
    expect(told?.height).toBeGreaterThan(10);
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
      return (await axe.run()).violations.map(({ id }) => id);
    });
    expect(violations).toEqual([]);
  });

  test("costs nothing while nothing happens: only the ticks of the page move", async () => {
    const service = await startAt([[90, "OK"]]);
    const page = await openAt(browser, `${service.url}?span=1h`);
    await page.locator("#link", { hasText: "Live" }).waitFor();
    await page.evaluate(() => {
      const changed: string[] = [];
      Object.assign(window, { changed });
      const rows = document.getElementById("rows");
      const note = (records: MutationRecord[]): void => {
        for (const { target } of records) changed.push((target as Element).outerHTML);
      };
      if (rows) new MutationObserver(note).observe(rows, { subtree: true, attributeFilter: ["d", "title"] });
    });
    const ticks = await page.locator("#ticks path").getAttribute("d");
    await page.waitForFunction((d) => document.querySelector("#ticks path")?.getAttribute("d") !== d, ticks);
    const changed = await page.evaluate(() => (window as unknown as { changed: string[] }).changed);
    expect(changed).toEqual([]);
  });
});

describeWithProgram(["chromium"], "on a phone", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => browser.close());

  const PHONE = { viewport: { width: 320, height: 640 } };

  describe.each(["OK", "RED"] as const)("while the service is %s", (state) => {
    test("the first row begins above 200 px, with the instance, the cause and the age above it", async () => {
      const { url } = await startAt([
        [300, "OK"],
        [3, state],
      ]);
      const page = await openAt(browser, url, PHONE);
      await page.locator("#link", { hasText: /Live|Checks/ }).waitFor();
      expect((await page.locator("#rows").boundingBox())?.y).toBeLessThan(200);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
      for (const text of ["orders-7f9c8d5b6f", "In service"])
        expect(await page.getByText(text).first().isVisible()).toBe(true);
      expect(
        await page.locator(".detail").evaluate((detail) => detail.scrollWidth - detail.clientWidth),
      ).toBe(0);
    });
  });

  test("the tools are folded, and show if a filter hides rows", async () => {
    const { url } = await startAt(OUTAGE);
    const page = await openAt(browser, url, PHONE);
    const tools = page.getByRole("checkbox", { name: "Tools" });
    const folded = [
      page.getByRole("searchbox"),
      page.getByText("Decommission…"),
      page.getByText(", started"),
    ];
    for (const each of folded) expect(await each.isVisible()).toBe(false);
    await tools.check();
    for (const each of folded) expect(await each.isVisible()).toBe(true);
    await page.getByRole("searchbox").fill("nothing");
    await tools.uncheck();
    await page.getByText(", filter on").waitFor();
    await page.reload();
    expect(await tools.isChecked()).toBe(true);
  });
});
