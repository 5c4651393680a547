import type { ServerResponse } from "node:http";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { MAX_LISTED_HANDLERS } from "../../src/http/page/list-groups.ts";
import { MAX_SHOWN_CHANGES } from "../../src/http/page/render-changes.ts";
import { systemClock } from "../../src/util/clock.ts";
import { BROWSER_TIMEOUT_MS, openPage, SLOW_BROWSER, startBrowser } from "../support/browser.ts";
import { createDeferred } from "../support/deferred.ts";
import { type PageService, startPageService } from "../support/page-service.ts";
import { describeWithProgram } from "../support/system.ts";

/** Everything that a page may be asked to show as text. */
const HOSTILE = [
  "<script>window.isBroken = true</script>",
  '"><img src=x onerror="window.isBroken = true">',
  "'; window.isBroken = true; '",
  "مرحبا بالعالم \u202e txet",
  "😀👩‍👩‍👧‍👦 emoji",
  "</style></script><!--",
  "&lt;b&gt; &amp;",
] as const;

/** The size of a page of paper, in CSS pixels. */
const A4 = { width: 794, height: 1_123 } as const;

const HOUR_MS = 3_600_000;

const SERVICE = { name: "orders", version: "1.2.3", instance: "web:1" } as const;

/** Three handlers, of which one explains another. */
async function startOrders(options?: ServiceStatusOptions, wrap?: Wrap): Promise<PageService> {
  const service = await startPageService({ service: SERVICE, ...options }, wrap);
  service.set("Cache", "OK", { detail: "97 % hits" });
  service.set("Database", "OK", { detail: "12 of 20 connections in use", labels: { connections: 12 } });
  service.set("Orders", "OK", {}, { dependsOn: ["Database"] });
  return service;
}

type Wrap = NonNullable<Parameters<typeof startPageService>[1]>;

/** A service that takes requests and answers none, for as long as the test wants. */
async function startHangable() {
  const held: (() => void)[] = [];
  const streams: ServerResponse[] = [];
  let isHanging = false;
  const service = await startOrders({}, (listener) => (request, response) => {
    if (isHanging) return held.push(() => listener(request, response));
    if (request.url?.includes(".events")) streams.push(response);
    return listener(request, response);
  });
  return {
    service,
    streams,
    hang() {
      isHanging = true;
    },
    /** Waits until a request is taken and not answered. */
    untilHeld: () => expect.poll(() => held.length).toBeGreaterThan(0),
    goOn() {
      isHanging = false;
      for (const answer of held.splice(0)) answer();
    },
  };
}

/** What the rows say, in their order; those that are folded stand behind the one that explains them. */
function rowsOf(page: Page): Promise<string[]> {
  return page
    .locator(".row:not([hidden])")
    .evaluateAll((rows) =>
      rows.map(
        (row) => `${(row as HTMLElement).dataset["state"]} ${row.querySelector(".name bdi")?.textContent}`,
      ),
    );
}

function rowOf(page: Page, name: string, state = ""): Locator {
  return page.locator(`.row${state}[data-key="handler:${name}"]`);
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await waitForLink(page, "Live");
}

/** Whether nothing covers or cuts the middle of an element. */
function isOnTop(element: Element): boolean {
  const { x, y, width, height } = element.getBoundingClientRect();
  return document.elementFromPoint(x + width / 2, y + height / 2) === element;
}

function waitForLink(page: Page, text: string): Promise<unknown> {
  return page.locator("#link", { hasText: text }).waitFor();
}

/** On a phone the tools are folded. */
async function showTools(page: Page): Promise<void> {
  const toggle = page.locator("#tools:visible");
  if ((await toggle.count()) > 0) await toggle.check();
}

function searchOf(page: Page): Promise<string> {
  return page.evaluate(() => location.search);
}

/** Without what is not shown. */
async function shownText(page: Page, selector: string): Promise<string> {
  const [text = ""] = await page.locator(selector).allInnerTexts();
  return text.replace(/\s+/g, " ");
}

async function widthOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

describeWithProgram(["chromium"], "the status page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  }, BROWSER_TIMEOUT_MS);
  afterAll(() => browser.close());

  const newPage = (options?: BrowserContextOptions): Promise<Page> => openPage(browser, options);

  /** A page that asks again and again, and has just been answered. The test moves its time. */
  async function openAsking(service: PageService): Promise<Page> {
    const page = await newPage();
    await page.addInitScript("delete globalThis.EventSource");
    await page.clock.install();
    await page.goto(service.url);
    await waitForLink(page, "Updated every 2 s");
    await page.clock.pauseAt(Date.now() + 10_000);
    service.set("Cache", "YELLOW");
    while ((await rowOf(page, "Cache", ".YELLOW").count()) === 0) await page.clock.runFor(100);
    return page;
  }

  describe("while somebody looks", () => {
    test("states change in place: rows, title and icon, and focus, open rows and selection stay", async () => {
      const service = await startOrders();
      const page = await newPage();
      await open(page, service.url);
      expect(await page.title()).toBe("OK: orders (web:1)");
      expect(await rowsOf(page)).toEqual(["OK Cache", "OK Database", "OK Orders"]);
      const okIcon = await page.locator("link[rel=icon]").getAttribute("href");
      await rowOf(page, "Cache").locator("summary").click();
      await page.evaluate(() => {
        const shown = document.querySelector(".properties dd:last-child");
        if (shown) getSelection()?.selectAllChildren(shown);
        Object.assign(window, { kept: document.querySelector(".row") });
      });

      service.set("Database", "RED", { detail: "connect ECONNREFUSED" });
      service.set("Orders", "RED");
      await page.waitForFunction(() => document.querySelectorAll(".fold .row").length === 1);
      expect(await rowsOf(page)).toEqual(["OK Cache", "RED Database", "RED Orders"]);
      expect(await page.title()).toBe("RED: orders (web:1)");
      expect(await shownText(page, ".overall")).toMatch(
        /^RED for \d s: Database — connect ECONNREFUSED\. 1 more with it: Orders\.$/,
      );
      expect(await rowOf(page, "Database").locator(".detail").first().textContent()).toBe(
        "connect ECONNREFUSED",
      );
      const icon = await page.locator("link[rel=icon]").getAttribute("href");
      expect(icon).not.toBe(okIcon);
      expect(icon).toMatch(/^data:image\/svg/);
      const kept = await page.evaluate(() => {
        const row = document.querySelector('[data-key="handler:Cache"]');
        return {
          isSame: row === (window as unknown as { kept: Element }).kept,
          isOpen: row?.querySelector("details")?.open,
          hasFocus: row?.contains(document.activeElement),
          selected: String(getSelection()),
        };
      });
      expect(kept).toEqual({ isSame: true, isOpen: true, hasFocus: true, selected: "OK" });
      expect(await page.locator("#news").textContent()).toBe("RED: orders (web:1)");
    });

    test("rows keep their places while somebody reads, and are sorted on request or when nobody does", async () => {
      const service = await startOrders();
      const page = await newPage();
      await page.clock.install();
      await open(page, service.url);
      await page.mouse.move(200, 200);
      const sort = page.getByRole("button", { name: /sort$/ });
      const tops = (): Promise<number[]> =>
        page.locator("#rows > *").evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
      const before = await tops();
      service.set("Orders", "YELLOW", { detail: "slow" });
      await rowOf(page, "Orders", ".YELLOW").waitFor();
      expect(await sort.textContent()).toBe("1 row changed, sort");
      expect(await tops()).toEqual(before);
      service.set("Aardvark", "OK");
      await rowOf(page, "Aardvark").waitFor();
      service.registry.removeStatusHandler("Cache");
      await page.locator(".gone", { hasText: "Cache is no longer registered" }).waitFor();
      expect(await rowsOf(page)).toEqual(["OK Database", "YELLOW Orders", "OK Aardvark"]);
      expect((await tops()).slice(0, 3)).toEqual(before);
      expect(await violationsOf(page)).toEqual([]);
      expect(await sort.textContent()).toBe("3 rows changed, sort");
      await sort.click();
      expect(await rowsOf(page)).toEqual(["YELLOW Orders", "OK Aardvark", "OK Database"]);
      expect(await sort.count()).toBe(0);

      service.set("Database", "YELLOW");
      await sort.waitFor();
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.clock.runFor(61_000);
      await sort.waitFor({ state: "hidden" });
      expect(await rowsOf(page)).toEqual(["YELLOW Database", "YELLOW Orders", "OK Aardvark"]);
    });

    test("only the row that changed moves", async () => {
      const service = await startOrders();
      for (let at = 10; at < 40; at += 1) service.set(`Handler${at}`, "OK");
      const page = await newPage();
      await open(page, service.url);
      await page.evaluate(() => {
        const moved: string[] = [];
        new MutationObserver((records) => {
          for (const { addedNodes } of records)
            for (const row of addedNodes) moved.push((row as HTMLElement).dataset["key"] ?? "");
        }).observe(document.getElementById("rows") as Element, { childList: true });
        Object.assign(window, { moved });
      });
      for (const state of ["RED", "OK"] as const) {
        service.set("Handler30", state);
        await rowOf(page, "Handler30", `.${state}`).waitFor();
        expect((await rowsOf(page)).indexOf(`${state} Handler30`)).toBe(state === "RED" ? 0 : 22);
      }
      const key = "handler:Handler30";
      expect(await page.evaluate(() => (window as unknown as { moved: string[] }).moved)).toEqual([key, key]);
    });

    test("many rows change over several frames, between which the reader can act", async () => {
      const service = await startPageService();
      const names = Array.from({ length: 300 }, (_, at) => `Handler${at}`);
      for (const name of names) service.set(name, "OK", { detail: "answers" });
      const page = await newPage();
      await open(page, service.url);
      await page.evaluate(() => {
        const rows = document.getElementById("rows") as Element;
        const frames = new Set<number>();
        new MutationObserver(() => frames.add(document.timeline.currentTime as number)).observe(rows, {
          attributes: true,
          attributeFilter: ["data-state"],
          subtree: true,
        });
        Object.assign(window, { frames });
      });
      for (const name of names) service.set(name, "RED", { detail: "refused" });
      await expect.poll(() => page.locator('#rows > [data-state="RED"]').count()).toBe(300);
      expect(
        await page.evaluate(() => (window as unknown as { frames: Set<number> }).frames.size),
      ).toBeGreaterThan(2);
    });

    test("rows keep their places if the reader becomes active while many of them change", async () => {
      const service = await startPageService();
      const names = Array.from({ length: 300 }, (_, at) => `Handler${at}`);
      for (const name of names) service.set(name, "OK");
      const page = await newPage();
      await page.addInitScript(SLOW_BROWSER);
      await open(page, service.url);
      await page.evaluate(() => {
        const first = new MutationObserver(() => {
          dispatchEvent(new Event("pointermove"));
          first.disconnect();
        });
        first.observe(document.getElementById("rows") as Element, { subtree: true, attributes: true });
      });
      const before = await rowsOf(page);
      for (const name of names.filter((_, at) => at % 2 === 0)) service.set(name, "RED");
      await page.getByRole("button", { name: /rows changed, sort$/ }).waitFor();
      const withoutState = (row: string): string => row.replace(/^\w+ /, "");
      expect((await rowsOf(page)).map(withoutState)).toEqual(before.map(withoutState));
    });

    test("an opened row keeps the reader's time zone while many rows change", async () => {
      const service = await startPageService();
      const names = Array.from({ length: 300 }, (_, at) => `Handler${at}`);
      for (const name of names) service.set(name, "OK");
      const page = await newPage({ timezoneId: "Asia/Kolkata" });
      await open(page, `${service.url}#handler-Handler0`);
      await page.locator(".facts", { hasText: "GMT+5:30" }).waitFor();
      await page.evaluate(() => {
        const facts = document.querySelector("details[open] .facts");
        const seen: (string | undefined)[] = [];
        new MutationObserver(() => seen.push(facts?.textContent?.match(/GMT|UTC/)?.[0])).observe(
          document.getElementById("rows") as Element,
          { subtree: true, childList: true, characterData: true, attributes: true },
        );
        Object.assign(window, { seen });
      });
      for (const name of names) service.set(name, "RED");
      await expect.poll(() => page.locator('#rows > [data-state="RED"]').count()).toBe(300);
      const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
      expect(seen.length).toBeGreaterThan(2);
      expect(new Set(seen)).toEqual(new Set(["GMT"]));
    });

    test.each([1_100, 320])("nothing moves when the connection is lost, at a width of %d", async (width) => {
      const service = await startOrders();
      const page = await newPage({ viewport: { width, height: 800 } });
      await open(page, service.url);
      const before = await page.locator("#rows").boundingBox();
      await service.stop();
      await waitForLink(page, "Connection lost");
      expect((await page.locator("#rows").boundingBox())?.y).toBe(before?.y);
    });

    test("the probe is shown as it is", async () => {
      const service = await startOrders();
      const page = await newPage();
      await open(page, service.url);
      service.probe.decommission("moving house");
      await page.locator(".probe", { hasText: /Decommissioned “moving house” for \d s/ }).waitFor();
      expect(await page.title()).toBe("OK, decommissioned: orders (web:1)");
      service.probe.commission();
      await page.locator(".probe", { hasText: "In service" }).waitFor();
    });

    test("after many updates the head shows each count once, and the list of changes has its maximum", async () => {
      const service = await startOrders();
      const change = async (detail: number): Promise<void> => {
        service.set("Cache", detail % 2 === 1 ? "YELLOW" : "OK", { detail: `${detail} % hits` });
        await service.registry.getStatus("Cache");
      };
      for (let detail = 1; detail <= MAX_SHOWN_CHANGES; detail += 1) await change(detail);
      const page = await newPage();
      await open(page, service.url);
      const lines = rowOf(page, "Cache").locator(".changes > li");
      expect(await lines.count()).toBe(MAX_SHOWN_CHANGES);
      for (let detail = MAX_SHOWN_CHANGES + 1; detail <= MAX_SHOWN_CHANGES + 5; detail += 1) {
        await change(detail);
        await lines
          .first()
          .filter({ hasText: `${detail} % hits` })
          .waitFor({ state: "attached" });
        const [yellow, ok] = detail % 2 === 1 ? [1, 2] : [0, 3];
        const counts = page.locator(".head .counts > *");
        await expect
          .poll(() => counts.allTextContents(), { timeout: BROWSER_TIMEOUT_MS })
          .toEqual(["0 RED", `${yellow} YELLOW`, `${ok} OK`]);
        const shown = await lines.evaluateAll((all) => all.map((line) => line.textContent ?? ""));
        expect(shown).toHaveLength(MAX_SHOWN_CHANGES);
        expect(new Set(shown).size).toBe(MAX_SHOWN_CHANGES);
      }
    });

    test("handlers come and go", async () => {
      const service = await startOrders();
      const page = await newPage();
      await open(page, service.url);
      service.set("Mailer", "YELLOW");
      await rowOf(page, "Mailer").waitFor();
      service.registry.removeStatusHandler("Mailer");
      await page.waitForFunction(() => document.querySelectorAll(".row").length === 3);
      expect(await rowsOf(page)).toEqual(["OK Cache", "OK Database", "OK Orders"]);
    });

    test("it says that the connection is lost and how old the picture is, and goes on when it is back", async () => {
      const service = await startOrders();
      const page = await newPage();
      await open(page, service.url);
      const icon = await page.locator("link[rel=icon]").getAttribute("href");
      await service.stop();
      await waitForLink(page, "Connection lost");
      expect(await page.title()).toBe("Connection lost (was OK: orders (web:1))");
      expect(await page.locator("link[rel=icon]").getAttribute("href")).not.toBe(icon);
      expect(await shownText(page, ".overall")).toMatch(/^was OK/);
      await page.locator(".link", { hasText: /lost.*, (?:[2-9]|\d\d) s old/ }).waitFor();
      service.set("Cache", "YELLOW");
      await service.start();
      await waitForLink(page, "Live");
      await page.locator(".overall", { hasText: "YELLOW" }).waitFor();
      expect(await page.title()).toBe("YELLOW: orders (web:1)");
      expect(await shownText(page, ".overall")).toMatch(/^YELLOW/);
      expect(await page.locator("link[rel=icon]").getAttribute("href")).not.toBe(icon);
    });

    test("ages stop when the connection is lost: nobody knows what came after", async () => {
      const service = await startOrders();
      const page = await newPage();
      await page.clock.install();
      await open(page, service.url);
      service.set("Cache", "YELLOW");
      await rowOf(page, "Cache", ".YELLOW").waitFor();
      await service.stop();
      await waitForLink(page, "Connection lost");
      const ages = page.locator(".head time, .row time[data-age]");
      const before = await ages.allTextContents();
      await page.clock.runFor(60_000);
      await page.locator(".link", { hasText: /, 1 min old/ }).waitFor();
      expect(await ages.allTextContents()).toEqual(before);
      expect(await shownText(page, ".overall")).toMatch(/^was YELLOW for \d s: Cache\.$/);
    });

    test.each([-HOUR_MS, HOUR_MS])("ages stay when the reader's clock is set by %d ms", async (stepMs) => {
      const service = await startOrders();
      const page = await openAsking(service);
      const since = rowOf(page, "Cache").locator(".since");
      await page.clock.setSystemTime((await page.evaluate(() => Date.now())) + stepMs);
      const lookLater = async (): Promise<unknown> => {
        await page.clock.runFor(1_500);
        return since.textContent();
      };
      await expect.poll(lookLater).toMatch(/^for [1-9]\d? s$/);
      expect(await shownText(page, ".link")).toMatch(/^Updated every 2 s; last result \d\d? s ago$/);
    });

    test.each<[what: string, stepMs: number, old: RegExp]>([
      ["is set back", -HOUR_MS, /, 1 min old/],
      ["has gone on while the machine slept", 10 * HOUR_MS, /, 10 h old/],
    ])("without a connection, the last result ages also if the clock %s", async (_, stepMs, old) => {
      const service = await startOrders();
      const page = await newPage();
      await page.clock.install();
      await open(page, service.url);
      await service.stop();
      await waitForLink(page, "Connection lost");
      const ages = page.locator(".head time, .row time[data-age]");
      const before = await ages.allTextContents();
      await page.clock.setSystemTime((await page.evaluate(() => Date.now())) + stepMs);
      await page.clock.runFor(60_000);
      await page.locator(".link", { hasText: old }).waitFor();
      expect(await ages.allTextContents()).toEqual(before);
    });

    test("after a sleep of ten hours, it shows no state as current before it has an answer", async () => {
      const { service, hang, goOn } = await startHangable();
      const page = await newPage();
      await page.clock.install();
      await open(page, service.url);
      hang();
      await page.clock.fastForward(10 * HOUR_MS);
      await waitForLink(page, "No answer for over 5 s. Last known state");
      await page.locator(".link", { hasText: /, (?:9|10) h old/ }).waitFor();
      expect(await shownText(page, ".overall")).toMatch(/^was OK/);
      service.set("Cache", "YELLOW", { detail: "41 % hits" });
      await service.registry.getReport();
      goOn();
      await rowOf(page, "Cache", ".YELLOW").waitFor();
      await page.locator("html:not(.stale)").waitFor({ state: "attached" });
      expect(await shownText(page, ".overall")).toMatch(/^YELLOW for \d\d? s: Cache — 41 % hits\.$/);
    });

    test("it can be paused: nobody works for it then, and it shows what was", async () => {
      const service = await startOrders();
      const page = await newPage();
      await open(page, service.url);
      await page.getByRole("button", { name: "Pause" }).click();
      await waitForLink(page, "Paused");
      expect(await page.title()).toBe("Paused (was OK: orders (web:1))");
      expect(await shownText(page, ".overall")).toMatch(/^was OK/);
      await service.watched.untilNobodyListens();
      service.set("Cache", "RED");
      await page.locator(".link", { hasText: /Paused.*, (?:[2-9]|\d\d) s old/ }).waitFor();
      expect(await rowsOf(page)).toEqual(["OK Cache", "OK Database", "OK Orders"]);
      await page.getByRole("button", { name: "Resume" }).click();
      await waitForLink(page, "Live");
      await rowOf(page, "Cache", ".RED").waitFor();
      expect(await page.title()).toBe("RED: orders (web:1)");
    });

    test.each([1_100, 800, 320])("what was has room beside the names, at a width of %d", async (width) => {
      const service = await startOrders();
      service.set("Cache", "YELLOW");
      const page = await newPage({ viewport: { width, height: 800 } });
      await open(page, service.url);
      await showTools(page);
      await page.getByRole("button", { name: "Pause" }).click();
      await waitForLink(page, "Paused");
      const overflows = await page
        .locator(".summary .state")
        .evaluateAll((states) => states.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth));
      expect(overflows).toEqual([0, 0, 0]);
      const { borderTopWidth } = await page
        .locator(".link")
        .evaluate((link) => ({ ...getComputedStyle(link) }));
      expect(borderTopWidth).toBe("1px");
    });

    test.each<[what: string, prepare: (page: Page) => Promise<unknown>]>([
      ["there are no server-sent events", (page) => page.addInitScript("delete globalThis.EventSource")],
      ["a proxy refuses them", (page) => page.route("**/*.events", (route) => route.abort())],
    ])("it asks again and again where %s", async (_, prepare) => {
      const service = await startOrders();
      const page = await newPage();
      await prepare(page);
      await page.goto(service.url);
      await waitForLink(page, "Updated every 2 s");
      service.set("Cache", "RED");
      await rowOf(page, "Cache", ".RED").waitFor();
      expect(await page.title()).toBe("RED: orders (web:1)");
    });

    test.each<[what: string, prepare: (page: Page) => Promise<unknown>, fresh: string]>([
      ["events", async () => {}, "Live"],
      ["answers", (page) => page.addInitScript("delete globalThis.EventSource"), "Updated every 2 s"],
    ])("it does not pass for fresh where the %s say that the report is old", async (_, prepare, fresh) => {
      let behindMs = 20_000;
      const clock = { ...systemClock, now: () => Date.now() - behindMs };
      const service = await startPageService({}, undefined, { clock });
      service.set("Cache", "OK");
      const page = await newPage();
      await prepare(page);
      await page.goto(service.url);
      await waitForLink(page, "Checks are late");
      expect(await shownText(page, ".link")).toMatch(/^Checks are late; last result 2\d s ago$/);
      expect(await violationsOf(page)).toEqual([]);
      behindMs = 0;
      await waitForLink(page, fresh);
    });

    test("it says after 5 s that nobody answers, where it asks and the server hangs", async () => {
      const { service, hang, goOn } = await startHangable();
      const page = await openAsking(service);
      hang();
      await page.clock.runFor(4_500);
      expect(await page.locator("#link").textContent()).toBe("Updated every 2 s");
      await page.clock.runFor(500);
      expect(await page.locator("#link").textContent()).toBe("No answer for over 5 s. Last known state");
      expect(await page.title()).toBe("No answer (was YELLOW: orders (web:1))");
      expect(await shownText(page, ".overall")).toMatch(/^was YELLOW/);
      // A handler may take its time. The answer counts, though it comes late.
      service.set("Cache", "OK");
      await page.clock.runFor(5_000);
      await page.clock.resume();
      expect(await violationsOf(page)).toEqual([]);
      goOn();
      await waitForLink(page, "Updated every 2 s");
      expect(await page.title()).toBe("OK: orders (web:1)");
    });

    test("it does not say so of a server that takes 4 s each time", async () => {
      const { service, hang, goOn } = await startHangable();
      const page = await openAsking(service);
      for (const [state, tookMs] of [
        ["RED", 2_000],
        ["OK", 4_000],
        ["YELLOW", 4_000],
      ] as const) {
        hang();
        const asked = page.waitForRequest("**/*.html").then(() => true);
        while (!(await Promise.race([asked, page.evaluate(() => false)]))) await page.clock.runFor(250);
        await page.clock.runFor(tookMs);
        expect(await page.locator("#link").textContent()).toBe("Updated every 2 s");
        service.set("Cache", state);
        goOn();
        await rowOf(page, "Cache", `.${state}`).waitFor();
      }
    });

    test("it says after 5 s that nobody answers, where its stream ends and the server hangs", async () => {
      const { service, hang, untilHeld, goOn, streams } = await startHangable();
      const page = await newPage();
      await page.clock.install();
      await open(page, service.url);
      await page.clock.pauseAt(Date.now() + 4_000);
      hang();
      for (const stream of streams) stream.end("event: again\ndata:\n\n");
      await untilHeld();
      await page.clock.runFor(5_000);
      await waitForLink(page, "No answer for over 5 s. Last known state");
      // It asks for the stream, then for the page, and each time waits for 15 s in vain.
      await page.clock.runFor(30_000);
      await waitForLink(page, "Connection lost. Last known state");
      expect(await page.title()).toBe("Connection lost (was OK: orders (web:1))");
      goOn();
      await page.clock.runFor(2_000);
      await waitForLink(page, "Live");
      expect(await page.title()).toBe("OK: orders (web:1)");
    });

    test("it leaves its stream when it is closed", async () => {
      const service = await startOrders();
      const page = await newPage();
      await open(page, service.url);
      expect(service.watched.listeners).toBe(1);
      await page.close();
      await service.watched.untilNobodyListens();
    });
  });

  describe("who looks for something", () => {
    test("filters by text and state, which the address keeps", async () => {
      const service = await startOrders();
      service.set("Database", "RED");
      service.set("Orders", "RED");
      const page = await newPage();
      await open(page, service.url);
      await page.getByRole("searchbox").fill("orders");
      expect(await rowsOf(page)).toEqual(["RED Database", "RED Orders"]);
      await page.locator(".fold .row").waitFor();
      expect(await searchOf(page)).toBe("?q=orders");
      await page.getByRole("checkbox", { name: "OK" }).check();
      expect(await rowsOf(page)).toEqual([]);
      await page.getByText("No listed handler matches the filter.").waitFor();
      await page.getByRole("searchbox").fill("");
      expect(await rowsOf(page)).toEqual(["OK Cache"]);
      expect(await searchOf(page)).toBe("?state=OK");
      await page.reload();
      await waitForLink(page, "Live");
      expect(await rowsOf(page)).toEqual(["OK Cache"]);
      service.set("Orders", "OK");
      await rowOf(page, "Orders", ".OK").waitFor();
      await page.getByRole("checkbox", { name: "OK" }).uncheck();
      expect(await rowsOf(page)).toEqual(["RED Database", "OK Cache", "OK Orders"]);
      expect(await searchOf(page)).toBe("");
    });

    test("gets by with the keyboard alone", async () => {
      const service = await startOrders();
      const page = await newPage();
      await open(page, service.url);
      const focused = (): Promise<string> =>
        page.evaluate(
          () =>
            document.activeElement?.textContent || (document.activeElement as HTMLInputElement).name || "",
        );
      const reached: string[] = [];
      for (let step = 0; step < 9; step += 1) {
        await page.keyboard.press("Tab");
        reached.push(await focused());
      }
      expect(reached).toEqual([
        "Skip to the handlers",
        "Pause",
        "Copy as Markdown",
        "Check now",
        "q",
        "state",
        "state",
        "state",
        "span",
      ]);
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Space");
      expect(await searchOf(page)).toBe("?state=OK");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      expect(await focused()).toContain("Cache");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Recent changes" }).waitFor();
      expect(await page.locator(".row details[open] .properties").textContent()).toContain("97 % hits");
      await page.keyboard.press("Enter");
      expect(await page.locator(".row details[open]").count()).toBe(0);
    });

    test("copies what is shown as Markdown, in which nothing is a link or a mention", async () => {
      const service = await startOrders();
      service.set("Database", "RED", { detail: "`@here` [x](https://evil.example)\nmore" });
      service.set("Orders", "RED");
      const page = await newPage({ permissions: ["clipboard-read", "clipboard-write"] });
      await open(page, service.url);
      await page.locator(".fold").waitFor();
      await page.getByRole("button", { name: "Copy as Markdown" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      const lines = (await page.evaluate(() => navigator.clipboard.readText())).split("\n");
      expect(lines).toEqual([
        expect.stringMatching(
          /^\*\*RED\*\* `orders 1\.2\.3 \(web:1\)` \(2 RED 0 YELLOW 1 OK\), `In service for \d+ s`, \d{4}-\d\d-\d\dT[\d:.]+Z, live; last result \d+ s ago$/,
        ),
        expect.stringMatching(
          /^- \*\*RED\*\* `Database` (?:for|first seen) \d+ s(?: ago)?: `'@here' \[x\]\(https:\/\/evil\.example\) more`$/,
        ),
        expect.stringMatching(
          /^ {2}- \*\*RED\*\* `Orders` (?:for|first seen) \d+ s(?: ago)?: `because Database is RED`$/,
        ),
        "",
        service.url,
      ]);
    });

    test("copies one row as text, with times that do not age and the address of the row", async () => {
      const service = await startOrders();
      service.set("Data base", "RED", { detail: "gone" });
      service.set("Exports", "RED", {}, { dependsOn: ["Data base"] });
      const page = await newPage({ permissions: ["clipboard-read", "clipboard-write"] });
      await open(page, `${service.url}?state=RED`);
      await rowOf(page, "Data base").locator("summary").first().click();
      await page.getByRole("button", { name: "Copy this row" }).first().click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      const lines = (await page.evaluate(() => navigator.clipboard.readText())).split("\n");
      expect(lines).toEqual([
        expect.stringMatching(
          /^RED Data base (?:since|first seen) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: gone$/,
        ),
        "1 more with it: Exports",
        expect.stringMatching(/^orders 1\.2\.3 \(web:1\) at \d{4}-\d\d-\d\dT[\d:.]+Z$/),
        `${service.url}#handler-Data%20base`,
      ]);
    });

    test.each([true, false])("finds the row that the address names open, script: %s", async (hasScript) => {
      const service = await startOrders();
      service.set("Data base", "RED", { detail: "gone" });
      service.set("Exports", "RED", {}, { dependsOn: ["Data base"] });
      for (let index = 0; index < 60; index += 1) service.set(`Filler ${index}`, "YELLOW");
      for (const name of ["Cache", "Exports"]) {
        const page = await newPage({ javaScriptEnabled: hasScript });
        await page.goto(`${service.url}#handler-${name}`);
        const row = rowOf(page, name);
        await row.getByRole("heading", { name: "Recent changes" }).waitFor();
        await expect
          .poll(async () => (await row.locator(hasScript ? ".summary" : ".tasks").boundingBox())?.y ?? -1)
          .toSatisfy((y: number) => y >= 0 && y < 800);
        expect(await row.locator(":focus").count()).toBe(1);
      }
    });

    test.each([320, 375, 800, 1_280])(
      "nothing moves when the headline grows, at a width of %d",
      async (width) => {
        const service = await startOrders();
        const page = await newPage({ viewport: { width, height: 800 } });
        await open(page, service.url);
        const topOfRows = async () => (await page.locator("#rows").boundingBox())?.y ?? 0;
        const before = await topOfRows();
        if (width < 768) expect(before).toBeLessThan(200);
        service.set("Database", "RED", { detail: "connect ECONNREFUSED 10.1.2.3:5432 ".repeat(8) });
        for (const name of ["Orders", "Cache", "Queue"]) service.set(name, "RED");
        const sentence = page.locator(".sentence", { hasText: "1 more with it: Orders. Also Cache, Queue." });
        await sentence.waitFor();
        expect(await topOfRows()).toBe(before);
        // The whole sentence is there on request: covering what is below it, or on a phone with the tools.
        if (width < 768) await showTools(page);
        else await sentence.hover();
        const last = sentence.locator("bdi").last();
        expect(await last.evaluate(isOnTop)).toBe(true);
        if (width >= 768) expect(await topOfRows()).toBe(before);
      },
    );

    test("follows the link of a row and that of the cause", async () => {
      const service = await startOrders();
      service.set("Database", "RED", { detail: "gone" });
      const page = await newPage();
      await open(page, service.url);
      await page.locator(".overall a").click();
      await rowOf(page, "Database").locator("summary:focus").waitFor();
      await rowOf(page, "Database").getByRole("link", { name: "Link to this row" }).first().click();
      expect(await page.evaluate(() => location.hash)).toBe("#handler-Database");
      expect(await violationsOf(page)).toEqual([]);
    });
  });

  describe("who has no script", () => {
    test("reads everything, opens rows, filters, and sees the page refresh itself", async () => {
      const service = await startOrders();
      service.set("Cache", "YELLOW", { detail: "41 % hits" });
      const page = await newPage({ javaScriptEnabled: false });
      await page.goto(service.url);
      expect(await shownText(page, ".overall")).toMatch(/^YELLOW .*: Cache — 41 % hits\.$/);
      expect(await page.getByRole("button").allInnerTexts()).toEqual(["Apply"]);
      await rowOf(page, "Cache").locator("summary").click();
      await page.getByText("Recent changes").first().waitFor();
      service.set("Database", "RED");
      await rowOf(page, "Database", ".RED").waitFor();
      await page.getByRole("searchbox").fill("cache");
      await page.getByRole("button", { name: "Apply" }).click();
      await page.waitForURL("**/svc_status?q=cache&span=24h");
      expect(await page.locator(".row:visible .name").allInnerTexts()).toEqual(["Cache"]);
    });
  });

  describe("the probe's button", () => {
    test("decommissions and commissions, after a second thought", async () => {
      const service = await startOrders({ svcStatus: { controls: true } });
      const page = await newPage();
      await open(page, service.url);
      await page.getByText("Decommission…").focus();
      await page.keyboard.press("Enter");
      expect(service.probe.commissioned).toBe(true);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await page.locator(".probe", { hasText: "Decommissioned" }).waitFor();
      expect(service.probe.body).toBe("OFF");
      await page.getByText("Commission…").click();
      await page.getByRole("button", { name: /^Commission .* now$/ }).click();
      await page.locator(".probe", { hasText: "In service" }).waitFor();
      expect(service.probe.commissioned).toBe(true);
    });

    test.each([320, 800, 1_280])("opens a dialog that moves nothing at a width of %d", async (width) => {
      const service = await startOrders({ svcStatus: { controls: true } });
      const page = await newPage({ viewport: { width, height: 800 } });
      await open(page, service.url);
      if (width < 768) await page.getByText("Tools").click();
      const parts = [page.getByText("Decommission…"), page.locator("#rows"), page.locator(".head")];
      const measure = () => Promise.all(parts.map((part) => part.boundingBox()));
      const before = await measure();
      await page.getByText("Decommission…").click();
      const dialog = page.locator("[data-control]");
      await dialog.getByText("to this instance.").waitFor();
      expect(await measure()).toEqual(before);
      const { x = 0, width: breadth = 0 } = (await dialog.boundingBox()) ?? {};
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + breadth).toBeLessThanOrEqual(width);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Decommission…");
    });

    test("is closed when someone else changes the probe, so that a click never does the opposite", async () => {
      const service = await startOrders({ svcStatus: { controls: true } });
      const page = await newPage();
      await open(page, service.url);
      await page.getByText("Decommission…").click();
      await page.getByRole("button", { name: /^Decommission .* now$/ }).waitFor();
      service.probe.decommission("OFF");
      await page.locator(".probe", { hasText: "Decommissioned" }).waitFor();
      expect(await page.locator("[data-control]").isVisible()).toBe(false);
    });

    test("says so where nothing was changed", async () => {
      let isAllowed = true;
      const service = await startOrders({
        svcStatus: { controls: true },
        probeStatus: { control: ({ method }) => method === "GET" || isAllowed },
      });
      const page = await newPage();
      await open(page, service.url);
      isAllowed = false;
      await page.getByText("Decommission…").click();
      await page.getByRole("button", { name: /^Decommission .* now$/ }).click();
      const alert = page.getByRole("alert").getByText("Nothing was changed: the server answered 403.");
      await alert.waitFor();
      expect(service.probe.commissioned).toBe(true);
      service.set("Orders", "YELLOW");
      await page.locator(".head.YELLOW").waitFor();
      expect(await alert.isVisible()).toBe(true);
      await page.keyboard.press("Escape");
      await page.getByText("Decommission…").click();
      expect(await alert.count()).toBe(0);
    });

    test("says that the server has not answered yet", async () => {
      const permission = createDeferred<boolean>();
      const service = await startOrders({
        svcStatus: { controls: true },
        probeStatus: { control: ({ method }) => method === "GET" || permission.promise },
      });
      const page = await newPage();
      await open(page, service.url);
      await page.getByText("Decommission…").click();
      await page.getByRole("button", { name: /^Decommission .* now$/ }).click();
      await page.getByRole("alert").getByText("Sending…").waitFor();
      permission.resolve(true);
      await page.locator(".probe.off").waitFor();
      await page.getByText("Commission…").click();
      expect(await page.getByRole("alert").count()).toBe(0);
    });
  });

  describe("names and details that are made to break the page", () => {
    test.each([1_100, 320])("are text, and the layout is intact, at a width of %d", async (width) => {
      const service = await startPageService({ service: { name: HOSTILE[0], version: HOSTILE[1] } });
      for (const text of HOSTILE) service.set(text, "RED", { detail: text, [text]: { [text]: text } });
      service.set("long", "YELLOW", { detail: "x".repeat(10_000), words: "many words ".repeat(900) });
      service.set("n".repeat(200), "OK", { detail: "ä😀".repeat(4_000) });
      const page = await newPage({ viewport: { width, height: 800 } });
      await open(page, service.url);
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      expect(await page.evaluate(() => "isBroken" in window)).toBe(false);
      expect(await widthOf(page)).toBe(width);
      const names = await page.locator(".row .name bdi").allTextContents();
      expect(names).toEqual(expect.arrayContaining([...HOSTILE]));
      for (const text of HOSTILE) {
        const row = page
          .locator(".row")
          .filter({ has: page.getByText(text, { exact: true }) })
          .first();
        expect(await row.locator(".detail").textContent()).toBe(text);
      }
      expect(await page.locator("img, .row script").count()).toBe(0);
      const long = page.locator('.row[data-key="handler:long"]');
      const [summary, axis] = await Promise.all(
        ["summary", ".axis"].map((each) => long.locator(each).boundingBox()),
      );
      expect((summary?.height ?? 1_000) - (axis?.height ?? 0)).toBeLessThan(150);
      expect(await long.locator(".properties").textContent()).toContain("x".repeat(10_000));
      expect(await violationsOf(page)).toEqual([]);
    });
  });

  describe("for everybody", () => {
    /** What the page can look like. */
    const LOOKS: Readonly<Record<string, (service: PageService, page: Page) => Promise<unknown>>> = {
      OK: async () => {},
      YELLOW: async (service, page) => {
        service.set("Cache", "YELLOW", { detail: "41 % hits" }, { critical: false });
        await page.locator(".head.YELLOW").waitFor();
      },
      RED: async (service, page) => {
        service.set("Database", "RED", { detail: "connect ECONNREFUSED" });
        service.set("Orders", "RED");
        await page.locator(".fold").waitFor();
        await page.locator(".fold > summary").click();
      },
      opened: async (_, page) => {
        await page.locator("summary.summary").first().click();
        await page.getByText("Decommission…").click();
      },
      decommissioned: async (service, page) => {
        service.probe.decommission();
        await page.locator(".probe.off").waitFor();
      },
      paused: (_, page) => page.getByRole("button", { name: "Pause" }).click(),
      lost: async (service, page) => {
        service.set("Database", "RED");
        await page.locator(".head.RED").waitFor();
        await service.stop();
        await waitForLink(page, "Connection lost");
      },
      "nothing found": (_, page) => page.getByRole("searchbox").fill("nothing"),
    };

    describe.each(["light", "dark"] as const)("%s", (colorScheme) => {
      test.each(Object.entries(LOOKS))("axe finds nothing wrong: %s", async (_, prepare) => {
        const service = await startOrders({ svcStatus: { controls: true } });
        const page = await newPage({ colorScheme });
        await open(page, service.url);
        await prepare(service, page);
        expect(await violationsOf(page)).toEqual([]);
      });
    });

    test("axe finds nothing wrong where details are hidden, nor without handlers", async () => {
      const hidden = await startOrders({ svcStatus: { details: "never" } });
      const empty = await startPageService();
      for (const { url } of [hidden, empty]) {
        const page = await newPage();
        await open(page, url);
        expect(await violationsOf(page)).toEqual([]);
      }
    });

    test.each([320, 600, 2_560])("it fits into a width of %d, whatever it shows", async (width) => {
      const service = await startOrders({ svcStatus: { controls: true } });
      const page = await newPage({ viewport: { width, height: 800 } });
      await open(page, service.url);
      await showTools(page);
      for (const look of ["YELLOW", "RED", "opened", "decommissioned", "lost"])
        await LOOKS[look]?.(service, page);
      expect(await widthOf(page)).toBe(width);
    });

    test("it shows in dark what it shows in light", async () => {
      const service = await startOrders();
      const colours = [];
      for (const colorScheme of ["light", "dark"] as const) {
        const page = await newPage({ colorScheme });
        await open(page, service.url);
        colours.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      }
      expect(colours).toEqual(["rgb(245, 246, 248)", "rgb(14, 18, 23)"]);
    });

    test("it prints what there is to read, and no buttons", async () => {
      const service = await startOrders({ svcStatus: { controls: true } });
      const page = await newPage();
      await open(page, service.url);
      await page.setViewportSize(A4);
      await page.emulateMedia({ media: "print" });
      expect(await widthOf(page)).toBe(A4.width);
      expect(await violationsOf(page)).toEqual([]);
      expect(await page.locator(".row:visible").count()).toBe(3);
      expect(await page.locator("button:visible, input:visible, .control:visible").count()).toBe(0);
      const shown = await page.locator(".since, .probe time, #link").evaluateAll(
        (elements) =>
          elements
            .flatMap((element) => [element, ...element.querySelectorAll("*")])
            .filter((element) => {
              const size = getComputedStyle(element).fontSize;
              return (
                /^(Live|for|\d+ s)/.test(element.textContent ?? "") &&
                size !== "0px" &&
                !element.children.length
              );
            }).length,
      );
      expect(shown).toBe(0);
      const after = (element: Element): string => getComputedStyle(element, "::after").content;
      expect(await page.locator(".row time").first().evaluate(after)).toMatch(/^"20\d\d-.* UTC"$/);
      expect(await page.locator(".for").first().evaluate(after)).toBe('"since "');
      expect((await page.locator(".more").first().boundingBox())?.height).toBeGreaterThan(50);
    });

    test("it works behind a prefix, for the handlers that were asked for", async () => {
      const service = await startPageService(
        { svcStatus: { controls: true } },
        (listener) => (request, response) => {
          request.url = request.url?.replace(/^\/internal(?=\/)/, "") ?? "";
          listener(request, response);
        },
      );
      service.set("Cache", "OK");
      service.set("Database", "OK");
      const page = await newPage();
      await open(page, service.url.replace("/svc_status", "/internal/svc_status.html?name=Cache"));
      service.set("Database", "RED");
      service.set("Cache", "YELLOW");
      await page.locator(".row.YELLOW").waitFor();
      expect(await rowsOf(page)).toEqual(["YELLOW Cache"]);
      await page.getByRole("searchbox").fill("c");
      expect(await searchOf(page)).toBe("?name=Cache&q=c");
      await page.getByText("Decommission…").click();
      await page.getByRole("button", { name: /^Decommission .* now$/ }).click();
      await page.locator(".probe.off").waitFor();
      expect(
        await page
          .getByRole("link", { name: "JSON", exact: true })
          .evaluate((link) => (link as HTMLAnchorElement).href),
      ).toMatch(/\/internal\/svc_status\.json\?name=Cache$/);
    });

    test.each([true, false])("of too many handlers it lists the worst, script: %s", async (hasScript) => {
      const service = await startPageService();
      for (let index = 0; index < 3_000; index += 1)
        service.set(`Handler${index}`, "OK", { detail: `detail ${index}` }, { intervalMs: 60_000 });
      service.set("Zebra", "RED");
      const page = await newPage({ javaScriptEnabled: hasScript });
      await page.goto(service.url);
      if (hasScript) await waitForLink(page, "Live");
      expect((await rowsOf(page))[0]).toBe("RED Zebra");
      expect(await page.locator(".row").count()).toBe(MAX_LISTED_HANDLERS);
      const rest = page.locator("[data-key=rest]");
      expect(await rest.textContent()).toContain(
        "1000 of 3001 handlers are listed, the worst first. Not listed: 2001 OK.",
      );
      expect(await rowOf(page, "Handler999").count()).toBe(0);
      // Without a script, the page reloads itself meanwhile: this is what its form sends.
      if (hasScript) await page.getByRole("searchbox").fill("handler999");
      else await page.goto(`${service.url}?q=handler999`);
      await rowOf(page, "Handler999").waitFor();
      expect(await rowsOf(page)).toEqual(["OK Handler999"]);
      expect(await rest.textContent()).toContain("1 of 3001 handlers are listed");
      expect(await page.getByRole("searchbox").inputValue()).toBe("handler999");
      expect(await page.locator(".gone").count()).toBe(0);
      if (!hasScript) return;
      expect(await page.locator("[type=search]:focus").count()).toBe(1);
      service.set("Handler999", "YELLOW", { detail: "slow" });
      await rowOf(page, "Handler999", ".YELLOW").waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole("searchbox").fill("");
      await page.waitForFunction(
        (rows) => document.querySelectorAll(".row").length === rows,
        MAX_LISTED_HANDLERS,
      );
      expect((await rowsOf(page)).slice(0, 2)).toEqual(["RED Zebra", "YELLOW Handler999"]);
      await page.goto(`${service.url}#handler-Handler2999`);
      await rowOf(page, "Handler2999").locator("summary:focus").waitFor();
      await rowOf(page, "Handler2999").getByRole("heading", { name: "Recent changes" }).waitFor();
      for (let index = 0; index < 2_500; index += 1) service.registry.removeStatusHandler(`Handler${index}`);
      await rest.waitFor({ state: "detached" });
      expect(await page.locator(".gone:visible").allTextContents()).toEqual([]);
    });

    test("it stays usable with 500 handlers", async () => {
      const service = await startPageService();
      for (let index = 0; index < 500; index += 1)
        service.set(`Handler${index}`, "OK", { detail: `detail ${index}` }, { intervalMs: 1_000 });
      const page = await newPage();
      await open(page, service.url);
      service.set("Handler499", "RED");
      await page.locator(".row.RED").first().waitFor();
      expect((await rowsOf(page))[0]).toBe("RED Handler499");
      const filterMs = await page.evaluate(() => {
        const field = document.querySelector<HTMLInputElement>("[type=search]");
        if (field) field.value = "Handler49";
        const startedAt = performance.now();
        field?.dispatchEvent(new Event("input", { bubbles: true }));
        document.body.getBoundingClientRect();
        return performance.now() - startedAt;
      });
      expect(filterMs).toBeLessThan(1_000);
      expect((await rowsOf(page)).length).toBe(11);
    });
  });
});
