/// <reference lib="dom" />
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { fleetStatus } from "../../src/fleet/fleet-status.ts";
import { openPage, startBrowser } from "../support/browser.ts";
import { startMonitoring } from "../support/fleet-monitoring.ts";
import { startWorld, toTargets } from "../support/fleet-world.ts";
import { describeWithProgram } from "../support/system.ts";

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe: loaded } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await loaded.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
  const isWider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  return [...violations, ...(isWider ? ["wider than the window"] : [])];
}

describeWithProgram(["prometheus", "prometheus-alertmanager", "chromium"], "the page of the fleet", () => {
  test("names the cause of an outage first, live, accessible at every width, and as it was before", {
    timeout: 180_000,
  }, async () => {
    const world = await startWorld();
    const { prometheus } = await startMonitoring(toTargets(world));
    const fleet = fleetStatus({ prometheus: `http://127.0.0.1:${prometheus}`, refreshMs: 1_000 });
    onTestFinished(() => fleet.close());
    const server = createServer(serviceStatus({ svcStatus: false, probeStatus: false, fleet }));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fleet`;
    const browser = await startBrowser();
    onTestFinished(() => browser.close());
    const page = await openPage(browser);

    await world.scraped(3);
    await page.goto(url);
    await page.locator(".head.OK").waitFor();
    const healthyAt = new Date().toISOString();
    await world.scraped(2);

    world.states.set("accounts/Database", "RED");
    // Without a reload.
    await page.locator(".head.RED").waitFor();
    expect(await page.title()).toBe("RED: Fleet");
    await page.locator(".sentence", { hasText: "accounts — Database" }).waitFor();
    await page.locator(".fold > summary", { hasText: "3 RED because of this" }).waitFor();
    for (const width of [320, 800, 1_280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await findViolations(page)).toEqual([]);
    }

    await page.goto(`${url}?service=accounts`);
    await page.locator(".detail", { hasText: "3 RED" }).first().waitFor();
    expect(await page.locator(".fold > summary").textContent()).toBe("3 instances that are not OK");
    expect(await findViolations(page)).toEqual([]);

    await page.goto(`${url}?at=${healthyAt}`);
    expect(await page.title()).toBe("OK: Fleet");
    expect(await page.locator("script").count()).toBe(0);
    expect(await findViolations(page)).toEqual([]);
  });
});
