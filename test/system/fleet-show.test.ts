import { expect, test } from "vitest";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import { queryPrometheus } from "../../src/fleet/read/prometheus.ts";
import { toRawQuery } from "../../src/fleet/read/queries.ts";
import { toServices } from "../../src/fleet/read/view.ts";
import { BIN, runCli } from "../support/cli.ts";
import { startMonitoring } from "../support/fleet-monitoring.ts";
import { startWorld, toTargets } from "../support/fleet-world.ts";
import { startProgram } from "../support/program.ts";
import type { Outcome } from "../support/run.ts";
import { describeWithProgram } from "../support/system.ts";

describeWithProgram(["prometheus", "prometheus-alertmanager"], "svc-status fleet show", () => {
  test("names the first cause first, with what Prometheus knows and remembers", {
    timeout: 120_000,
  }, async () => {
    const world = await startWorld();
    const { prometheus } = await startMonitoring(toTargets(world));
    const url = `http://127.0.0.1:${prometheus}`;
    const show = (...args: readonly string[]): Promise<Outcome> =>
      runCli(["fleet", "show", ...args, "--prometheus", url]);

    /** Repeats a command until it shows something, as often as instances are scraped. */
    async function showUntil(pattern: RegExp, ...args: readonly string[]): Promise<Outcome> {
      for (let times = 0; times < 30; times += 1) {
        await world.scraped(1);
        const outcome = await show(...args);
        if (pattern.test(outcome.stdout)) return outcome;
      }
      return show(...args);
    }

    const healthy = await showUntil(/^OK: 5 services, as of/m);
    expect(healthy).toMatchObject({ code: 0, stderr: "" });
    const healthyAt = new Date().toISOString();

    const watch = startProgram(process.execPath, [
      BIN,
      ...["fleet", "watch", "--interval", "200ms", "--prometheus", url],
    ]);
    // A service is known from its first instance on.
    await watch.waitForLine(/ stock OK "\d instances?"$/);
    world.states.set("accounts/Database", "RED");
    await watch.waitForLine(/ accounts Database OK -> RED "\d RED/);
    // It may be scraped before what it needs, and be its own cause until then.
    await watch.waitForLine(/ web OK -> RED "/);
    watch.kill("SIGINT");
    expect(await watch.exit).toEqual({ code: null, signal: "SIGINT" });
    const red = await showUntil(/^RED +accounts .*Database; 3 RED because of it$/m);
    expect(red.code).toBe(2);
    const [, first = "", ...others] = red.stdout.split("\n");
    expect(first).toMatch(/^RED +accounts /);
    expect(others.slice(0, 3).map((line) => line.replace(/ +\d.* {2,}/, " ").replace(/ +/g, " "))).toEqual([
      "RED billing because of accounts",
      "RED orders because of accounts",
      "RED web because of accounts",
    ]);
    expect(red.stdout).toMatch(/^RED: 4 of 5 services, as of \S+, \d+ (?:ms|s) before$/m);

    // A service is RED with its first instance; the last one's scrape may come later.
    await showUntil(/^RED +call orders +.*3 RED/m, "web");
    const web = await show("web", "--json");
    expect(web.code).toBe(2);
    expect(JSON.parse(web.stdout)).toMatchObject({
      state: "RED",
      isRaw: false,
      services: [
        {
          name: "web",
          root: "accounts",
          instances: { targets: 3, scraped: 3, inService: 3 },
          handlers: [{ name: "call orders", state: "RED", root: "accounts", instances: { RED: 3 } }, {}, {}],
        },
      ],
    });
    const accounts = await showUntil(/^RED +Database +.*3 RED/m, "accounts");
    expect(accounts.stdout).toMatch(/^RED +Database +\d+ m?s +3 RED +root: accounts$/m);
    expect(accounts.stdout).toMatch(/^accounts-1 {2}RED {2}Database$/m);

    // The same services and states without the rules.
    const reading = { signal: new AbortController().signal };
    const options = {
      url: new URL(url),
      timeoutMs: 10_000,
      maxAnswerBytes: 1_000_000,
      toCredentials: () => ({}),
    };
    const raw = await queryPrometheus(options, toRawQuery(DEFAULT_LABELS, {}), reading);
    const services = "series" in raw ? toServices(raw.series, DEFAULT_LABELS, new Date(0)) : raw.problem;
    expect(services).toMatchObject([
      {
        name: "accounts",
        state: "RED",
        causes: ["Database"],
        instances: { targets: 3, scraped: 3, inService: 3 },
      },
      { name: "billing", state: "RED" },
      { name: "orders", state: "RED" },
      { name: "web", state: "RED" },
      { name: "stock", state: "OK" },
    ]);

    const before = await show("--at", healthyAt);
    expect(before).toMatchObject({ code: 0, stdout: expect.stringMatching(/^OK: 5 services/m) });

    world.states.clear();
    for (const [instance] of [world.of("stock"), world.of("web")]) {
      if (instance?.service === "stock") instance.isUp = false;
      else instance?.probe.decommission();
    }
    const partly = await showUntil(/^YELLOW +stock .*1 not scraped$[\s\S]*^OK +web .*1 decommissioned$/m);
    expect(partly.code).toBe(1);
    expect((await show("stock")).stdout).toMatch(/^stock-1 {2}down$/m);

    const [one, other] = world.of("billing");
    if (one !== undefined) one.version = "1.1.0";
    const wait = (...args: readonly string[]): Promise<Outcome> =>
      runCli([
        "fleet",
        "wait",
        "billing",
        "--version",
        "1.1.0",
        "--interval",
        "100ms",
        ...args,
        "--prometheus",
        url,
      ]);
    expect(await wait("--share", "30%")).toMatchObject({ code: 0 });
    expect(await wait("--timeout", "1s")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("1 of 3 ready (33%)"),
    });
    if (other !== undefined) other.version = "1.1.0";
    other?.registry.addStatusHandler("New", () => ({ state: "RED" }));
    expect(await wait("--grace", "100ms")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        "1.1.0 is worse than the other versions of billing: 1 of 3 ready (33%), 1 RED",
      ),
    });

    const hostile = await show('stock"} or vector(1) or up{job="');
    expect(hostile).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringContaining("Prometheus has no such service with extended metrics"),
    });
  });
});
