import { describe, expect, test } from "vitest";
import { BROWSERS, type Look, violationsOf } from "../support/browsers.ts";
import { type PageService, startPageService } from "../support/page-service.ts";
import { describeWithProgram } from "../support/system.ts";

const TIMEOUT_MS = 120_000;

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
        const pdf = await page.print();
        expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
      });
    });
  });
}
