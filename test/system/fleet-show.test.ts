import { expect, test } from "vitest";
import { BIN, runCli } from "../support/cli.ts";
import { ENGINES } from "../support/fleet-engines.ts";
import { startWorld, toTargets } from "../support/fleet-world.ts";
import { startProgram } from "../support/program.ts";
import type { Outcome } from "../support/run.ts";
import { describeWithProgram } from "../support/system.ts";

const WEB = {
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
};

describeWithProgram(ENGINES.Prometheus.programs, "svc-status fleet show", () => {
  test("names the first cause first, with what Prometheus knows and remembers", async () => {
    const world = await startWorld();
    const { url, ...engine } = await ENGINES.Prometheus.start(toTargets(world));
    const show = (...args: readonly string[]): Promise<Outcome> =>
      runCli(["fleet", "show", ...args, "--prometheus", url]);

    const until = (look: () => Promise<void>): Promise<void> => engine.until(30, look);

    await until(async () =>
      expect(await show()).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^OK: 5 services, as of/m),
        stderr: "",
      }),
    );
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

    await until(async () => {
      const { code, stdout } = await show();
      expect(code).toBe(2);
      const [, first = "", ...others] = stdout.split("\n");
      expect(first).toMatch(/^RED +accounts .*Database; 3 RED because of it$/);
      expect(others.slice(0, 3).map((line) => line.replace(/ +\d.* {2,}/, " ").replace(/ +/g, " "))).toEqual([
        "RED billing because of accounts",
        "RED orders because of accounts",
        "RED web because of accounts",
      ]);
      expect(stdout).toMatch(/^RED: 4 of 5 services, as of \S+, \d+ (?:ms|s) before$/m);
    });
    // A service is RED with its first instance; the last one's scrape may come later.
    await until(async () => {
      const { code, stdout } = await show("web", "--json");
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject(WEB);
    });
    await until(async () => {
      const { stdout } = await show("accounts");
      expect(stdout).toMatch(/^RED +Database +\d+ (?:ms|s|min) +3 RED +root: accounts$/m);
      expect(stdout).toMatch(/^accounts-1 {2}RED {2}Database$/m);
    });

    const before = await show("--at", healthyAt);
    expect(before).toMatchObject({ code: 0, stdout: expect.stringMatching(/^OK: 5 services/m) });

    world.states.clear();
    for (const [instance] of [world.of("stock"), world.of("web")]) {
      if (instance?.service === "stock") instance.isUp = false;
      else instance?.probe.decommission();
    }
    await until(async () => {
      const { code, stdout } = await show();
      expect(stdout).toMatch(/^YELLOW +stock .*1 not scraped$[\s\S]*^OK +web .*1 decommissioned$/m);
      // The last instance that was RED may be scraped later than those.
      expect(code).toBe(1);
    });

    const hostile = await show('stock"} or vector(1) or up{job="');
    expect(hostile).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringContaining("Prometheus has no such service with extended metrics"),
    });
  });
});
