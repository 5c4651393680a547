/// <reference lib="dom" />
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { fleetStatus } from "../../src/fleet/fleet-status.ts";
import { openPage, startBrowser } from "../support/browser.ts";
import { runCli } from "../support/cli.ts";
import { ENGINES } from "../support/fleet-engines.ts";
import { startWorld, toTargets, type World } from "../support/fleet-world.ts";
import type { Outcome } from "../support/run.ts";
import { describeWithProgram } from "../support/system.ts";

/** What the page says while the engine does not answer. */
const STALE = /Prometheus does not answer\. Its last answer is \d+ m?s old\./;

const PATIENCE = { timeout: 30_000 };

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
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll("body *")]
      .filter(
        (each) =>
          document.documentElement.scrollWidth > innerWidth &&
          each.getBoundingClientRect().right > innerWidth,
      )
      .map((each) => `wider than ${innerWidth}: ${each.outerHTML.slice(0, 200)}`),
  );
  return [...violations, ...wide];
}

/** The number of evaluations in which all targets and rules are known. */
const START = 15;

const HEALTHY = {
  state: "OK",
  isRaw: false,
  services: ["accounts", "billing", "orders", "stock", "web"].map((name) => ({
    name,
    instances: { targets: 3, scraped: 3, inService: 3 },
  })),
};

/** Some of what happens to a fleet, all at once. */
function trouble(world: World): void {
  world.states.clear();
  const [hanging] = world.of("orders");
  hanging?.registry.addStatusHandler("Queue", () => new Promise(() => {}), { timeoutMs: 200 });
  const [killed] = world.of("billing");
  if (killed !== undefined) killed.isUp = false;
  const [stuck] = world.of("stock");
  if (stuck !== undefined) stuck.isHanging = true;
  world.of("web")[0]?.probe.decommission();
  const [updated] = world.of("accounts");
  if (updated !== undefined) updated.version = "1.1.0";
}

const TROUBLE = {
  state: "RED",
  problems: [],
  services: [
    { name: "orders", state: "RED", causes: ["Queue"] },
    { name: "web", state: "RED", root: "orders", instances: { targets: 3, scraped: 3, inService: 2 } },
    { name: "billing", state: "YELLOW", instances: { targets: 3, scraped: 2, inService: 2 } },
    { name: "stock", state: "YELLOW", instances: { targets: 3, scraped: 2, inService: 2 } },
    {
      name: "accounts",
      state: "OK",
      versions: [
        { version: "1.0.0", instances: 2 },
        { version: "1.1.0", instances: 1 },
      ],
    },
  ],
};

const TROUBLE_SHOWN = [
  /^RED +orders .*Queue; 1 RED because of it$/,
  /^RED +web .*because of orders; 1 decommissioned$/,
  /^YELLOW +billing .*1 not scraped$/,
  /^YELLOW +stock .*1 not scraped$/,
  /^OK +accounts .*1\.0\.0: 2, 1\.1\.0: 1$/,
];

for (const [name, { programs, evaluations, start }] of Object.entries(ENGINES)) {
  describeWithProgram([...programs, "chromium"], `the page of the fleet on ${name}`, () => {
    test("shows what happens to a fleet, and to the engine, as `fleet show` does", {
      timeout: 240_000,
    }, async () => {
      const world = await startWorld();
      const engine = await start(toTargets(world));
      const fleet = fleetStatus({ prometheus: engine.url, refreshMs: 1_000, timeoutMs: 2_000 });
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
      const readJson = async (): Promise<unknown> => (await fetch(`${url}.json`)).json();
      const show = (...args: readonly string[]): Promise<Outcome> =>
        runCli(["fleet", "show", ...args, "--request-timeout", "2s", "--prometheus", engine.url]);

      await world.scraped(1);
      await page.goto(url);
      await engine.until(START, async () => expect(await readJson()).toMatchObject(HEALTHY));
      await page.locator(".head.OK").waitFor();
      const healthyAt = new Date().toISOString();
      await world.scraped(2);

      // A database dies: within a scrape and two evaluations, page and command name it first.
      world.states.set("accounts/Database", "RED");
      await world.scraped(1);
      await engine.until(evaluations, async () =>
        expect((await show()).stdout).toMatch(/^STATE.*\nRED +accounts .*Database; 3 RED because of it\n/),
      );
      // Without a reload.
      await page.locator(".head.RED").waitFor();
      await expect.poll(() => page.title(), PATIENCE).toBe("RED: Fleet");
      await page.locator(".sentence", { hasText: "accounts — Database" }).waitFor();
      await page.locator(".fold > summary", { hasText: "3 RED because of this" }).waitFor();
      for (const width of [320, 800, 1_280, 1_920]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await findViolations(page)).toEqual([]);
      }

      await page.goto(`${url}?service=accounts`);
      await page.locator(".detail", { hasText: "3 RED" }).first().waitFor();
      await page.locator(".fold > summary", { hasText: /^3 instances that are not OK$/ }).waitFor();
      await expect
        .poll(() => page.locator(".matrix tbody tr").allInnerTexts(), PATIENCE)
        .toEqual(["accounts-1", "accounts-2", "accounts-3"].map((each) => `${each}\tRED\tRED`));
      expect(await findViolations(page)).toEqual([]);

      await page.goto(`${url}?at=${healthyAt}`);
      expect(await page.title()).toBe("OK: Fleet");
      expect(await page.locator("script").count()).toBe(0);
      expect(await findViolations(page)).toEqual([]);

      expect(await show("--at", healthyAt)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^OK: 5/m),
      });
      // The overview above needs only one RED instance of each service.
      await engine.until(evaluations, async () =>
        expect(JSON.parse((await show("web", "--json")).stdout)).toMatchObject({
          services: [
            { handlers: [{ name: "call orders", root: "accounts", instances: { RED: 3 } }, {}, {}] },
          ],
        }),
      );
      expect(await show('stock"} or vector(1) or up{job="')).toMatchObject({ code: 3, stdout: "" });

      // An instance is killed, one hangs, one is decommissioned, a handler hangs, a rollout goes half way.
      trouble(world);
      await world.scraped(1);
      await engine.until(evaluations, async () => {
        const lines = (await show()).stdout.split("\n").slice(1);
        TROUBLE_SHOWN.forEach((pattern, index) => void expect(lines[index]).toMatch(pattern));
      });
      await expect.poll(readJson, PATIENCE).toMatchObject(TROUBLE);
      await page.goto(url);
      await page.locator(".row.YELLOW", { hasText: "1 not scraped" }).first().waitFor();

      // The engine hangs, then continues.
      engine.signal("SIGSTOP");
      await page.locator(".head.UNKNOWN", { hasText: STALE }).waitFor();
      expect(await page.locator(".head time").count()).toBeGreaterThan(0);
      await expect.poll(() => page.locator(".rows > .row:not(.stale)").count(), PATIENCE).toBe(0);
      expect(await readJson()).toMatchObject({ state: "UNKNOWN", isStale: true });
      expect(await show()).toMatchObject({ code: 3, stderr: expect.stringContaining("within 2s") });
      engine.signal("SIGCONT");
      await page.locator(".head.RED").waitFor();

      // It restarts.
      await engine.restart(() => page.locator(".head.UNKNOWN", { hasText: STALE }).waitFor());
      await page.locator(".head.RED").waitFor();
      await expect.poll(readJson, PATIENCE).toMatchObject(TROUBLE);
    });
  });
}
