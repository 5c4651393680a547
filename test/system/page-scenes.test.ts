import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { BROWSERS, type Look, violationsOf } from "../support/browsers.ts";
import { type PageService, startPageService } from "../support/page-service.ts";
import { describeWithProgram } from "../support/system.ts";

const TIMEOUT_MS = 180_000;

const LOOKS: Readonly<Record<string, Look>> = {
  "colors and motion": { media: "(forced-colors: none)", chromium: {}, firefox: {} },
  "forced colors and reduced motion": {
    media: "(forced-colors: active) and (prefers-reduced-motion: reduce)",
    chromium: { forcedColors: "active", reducedMotion: "reduce" },
    firefox: { "browser.display.document_color_use": 2, "ui.prefersReducedMotion": 1 },
  },
};

/** What a reader sees, one scene after the other. Each waits until an expression is true. */
const SCENES: Readonly<Record<string, (service: PageService) => [change: unknown, expression: string]>> = {
  "all is OK": () => ["", textOf("#link", "Live")],
  "a database takes its dependants with it": (service) => {
    service.set("Database", "RED", { detail: "connect ECONNREFUSED" });
    service.set("Orders", "RED");
    return ["", textOf(".overall .sentence", "1 more with it: Orders.")];
  },
  "the row and the fold are opened": () => [
    "",
    `[...document.querySelectorAll(".RED > details, .fold")].map((each) => (each.open = true)).length > 1
      && ${textOf(".RED .changes", "connect ECONNREFUSED")}`,
  ],
  "the handler recovers, and another one is gone": (service) => {
    service.set("Database", "YELLOW", { detail: "slow" });
    service.registry.removeStatusHandler("Cache");
    return [
      "",
      `${textOf(".YELLOW .detail", "slow")} && ${textOf("#rows", "Cache is no longer registered")}`,
    ];
  },
  "the instance is decommissioned": (service) => [
    service.probe.decommission(),
    textOf(".probe", "Decommissioned"),
  ],
  "the connection is lost": (service) => [service.stop(), textOf("#link", "Connection lost")],
};

function textOf(selector: string, text: string): string {
  return `!!document.querySelector('${selector}')?.textContent.includes(${JSON.stringify(text)})`;
}

for (const [browser, openBrowser] of Object.entries(BROWSERS)) {
  describeWithProgram([browser], `the status page in ${browser}`, () => {
    describe.each(Object.entries(LOOKS))("with %s", (_, look) => {
      test("shows each scene, in which axe finds nothing wrong", { timeout: TIMEOUT_MS }, async () => {
        const service = await startPageService({
          service: { name: "orders" },
          svcStatus: { controls: true },
        });
        service.set("Cache", "OK", { detail: "97 % hits" });
        service.set("Database", "OK", { detail: "12 of 20 connections in use" });
        service.set("Orders", "OK", {}, { dependsOn: ["Database"] });
        const page = await openBrowser(look);
        await page.open(service.url);
        expect(await page.evaluate(`matchMedia("${look.media}").matches`)).toBe(true);
        for (const [scene, prepare] of Object.entries(SCENES)) {
          const [change, expression] = prepare(service);
          await change;
          await expect.poll(() => page.evaluate(expression), { timeout: 30_000, message: scene }).toBe(true);
          expect({ scene, violations: await violationsOf(page) }).toEqual({ scene, violations: [] });
        }
        const behavior = await page.evaluate("getComputedStyle(document.documentElement).scrollBehavior");
        expect(behavior).toBe(look.media.includes("reduce") ? "auto" : "smooth");
      });
    });
  });

  describeWithProgram([browser, "pdftotext"], `the printed page in ${browser}`, () => {
    test("is on A4, and shows each row whole on one sheet", { timeout: TIMEOUT_MS }, async () => {
      const service = await startPageService({ service: { name: "orders" } });
      const names = Array.from({ length: 12 }, (_, index) => `Handler${index}`);
      const long = "connect ECONNREFUSED 10.1.2.3:5432 ".repeat(6);
      for (const name of names)
        service.set(name, "OK", { detail: `${name}-begins ${long}${name}-ends`, last: `${name}-last` });
      const page = await openBrowser(LOOKS["colors and motion"] ?? expect.unreachable());
      await page.open(service.url);
      await expect.poll(() => page.evaluate(textOf("#link", "Live")), { timeout: 30_000 }).toBe(true);
      const sheets = readSheets(await page.print());
      expect(sheets.length).toBeGreaterThan(1);
      for (const { width, height } of sheets) {
        expect(Math.abs(width - A4_POINTS.width)).toBeLessThan(2);
        expect(Math.abs(height - A4_POINTS.height)).toBeLessThan(2);
      }
      const placesOf = (text: string): readonly number[] =>
        sheets.flatMap(({ words }, at) => words.filter((word) => word === text).map(() => at));
      for (const name of names) {
        const last = placesOf(`${name}-last`);
        const places = [name, `${name}-begins`, `${name}-ends`].flatMap(placesOf);
        expect({ name, places: [...new Set(places)] }).toEqual({ name, places: last });
        // The summary and the reported properties both contain the whole detail.
        expect(placesOf(`${name}-ends`)).toHaveLength(2);
      }
    });

    test("begins a row that is longer than a sheet below the head", { timeout: TIMEOUT_MS }, async () => {
      const service = await startPageService({ service: { name: "orders" } });
      service.set("Database", "RED", { detail: "refused" });
      const names = Array.from({ length: 12 }, (_, index) => `Dependant${index}`);
      for (const name of names) service.set(name, "RED", {}, { dependsOn: ["Database"] });
      const page = await openBrowser(LOOKS["colors and motion"] ?? expect.unreachable());
      await page.open(service.url);
      await expect.poll(() => page.evaluate(textOf("#link", "Live")), { timeout: 30_000 }).toBe(true);
      const [first, ...others] = readSheets(await page.print());
      expect(first?.words).toContain("Reported");
      expect(others.length).toBeGreaterThan(0);
    });
  });
}

/** The size of a sheet of A4. */
const A4_POINTS = { width: 595, height: 842 } as const;

interface Sheet {
  readonly width: number;
  readonly height: number;
  /** The words that lie completely on the sheet. */
  readonly words: readonly string[];
}

function readSheets(pdf: Uint8Array): readonly Sheet[] {
  const text = execFileSync("pdftotext", ["-bbox", "-", "-"], { input: pdf, encoding: "utf8" });
  return text
    .split("<page ")
    .slice(1)
    .map((sheet) => {
      const [, width = 0, height = 0] = /^width="([\d.]+)" height="([\d.]+)"/.exec(sheet)?.map(Number) ?? [];
      const boxes = sheet.matchAll(/xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</g);
      const words = Array.from(boxes, ([, left, top, right, bottom, word = ""]) => {
        const isWhole =
          Number(left) >= 0 && Number(top) >= 0 && Number(right) <= width && Number(bottom) <= height;
        return isWhole ? word : "";
      });
      return { width, height, words };
    });
}
