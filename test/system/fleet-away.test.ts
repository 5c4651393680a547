import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { fleetStatus } from "../../src/fleet/fleet-status.ts";
import { EXPECTED_RULES } from "../../src/fleet/read/queries.ts";
import { openPage, startBrowser } from "../support/browser.ts";
import { type FakeSeries, startFakePrometheus } from "../support/fake-prometheus.ts";
import { describeWithProgram } from "../support/system.ts";

describeWithProgram(["chromium"], "the open page of the fleet without Prometheus", () => {
  test("names Prometheus and the age of what it shows, and recovers", async () => {
    let isAway = false;
    const prometheus = await startFakePrometheus(() => {
      if (isAway) return undefined;
      const series = EXPECTED_RULES.map((name): FakeSeries => {
        const value = name === "service:svc_status_overall:max" ? 0 : 3;
        return [{ __name__: name, job: "orders" }, value];
      });
      return [...series, [{ svc_status_series: "evaluated", job: "orders" }, Date.now() / 1_000]];
    });
    const fleet = fleetStatus({ prometheus, refreshMs: 1_000, timeoutMs: 1_000 });
    const server = createServer(serviceStatus({ fleet, svcStatus: false, probeStatus: false }));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const browser = await startBrowser();
    onTestFinished(async () => {
      await browser.close();
      fleet.close();
      server.closeAllConnections();
      server.close();
    });
    const page = await openPage(browser);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/fleet`);
    const link = page.locator(".link");
    await link.filter({ hasText: /^Live; last result \d s ago$/ }).waitFor();
    isAway = true;
    await link.filter({ hasText: /^Prometheus does not answer; last result \d+ s ago$/ }).waitFor();
    await page.locator(".sentence", { hasText: /Its last answer is \d+ s old/ }).waitFor();
    await expect.poll(() => page.title(), { timeout: 30_000 }).toBe("UNKNOWN: Fleet");
    isAway = false;
    await link.filter({ hasText: /^Live; last result \d s ago$/ }).waitFor();
    await page.locator(".head.OK").waitFor();
  });
});
