import { expect, test } from "vitest";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import { queryPrometheus } from "../../src/fleet/read/prometheus.ts";
import { toRawQuery } from "../../src/fleet/read/queries.ts";
import { toServices } from "../../src/fleet/read/view.ts";
import { runCli } from "../support/cli.ts";
import { ENGINES } from "../support/fleet-engines.ts";
import { startWorld, toTargets } from "../support/fleet-world.ts";
import type { Outcome } from "../support/run.ts";
import { describeWithProgram } from "../support/system.ts";

/** The number of evaluations after which the rules that read only instances, and then each other once, are complete. */
const EVALUATIONS = 12;

const RAW = [
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
];

for (const [name, { programs, start }] of Object.entries(ENGINES)) {
  describeWithProgram(programs, `the instances of a fleet on ${name}`, () => {
    test("are shown by `fleet show SERVICE`, gate a deployment, and are known without the rules", async () => {
      const world = await startWorld();
      world.states.set("accounts/Database", "RED");
      const engine = await start(toTargets(world));
      const source = ["--prometheus", engine.url];

      // The same services and states without the rules.
      const { signal } = new AbortController();
      const options = {
        url: new URL(engine.url),
        timeoutMs: 10_000,
        maxAnswerBytes: 1_000_000,
        toCredentials: () => ({}),
      };
      await engine.until(EVALUATIONS, async () => {
        const raw = await queryPrometheus(options, toRawQuery(DEFAULT_LABELS, {}), { signal });
        expect("series" in raw ? toServices(raw.series, DEFAULT_LABELS, new Date(0)) : raw).toMatchObject(
          RAW,
        );
      });

      const show = async (service: string): Promise<string> =>
        (await runCli(["fleet", "show", service, ...source])).stdout;
      await engine.until(EVALUATIONS, async () => {
        const accounts = await show("accounts");
        expect(accounts).toMatch(/^RED +Database +.*3 RED/m);
        expect(accounts).toMatch(/^accounts-1 {2}RED {2}Database$/m);
      });
      const [down] = world.of("stock");
      if (down !== undefined) down.isUp = false;
      await engine.until(EVALUATIONS, async () => expect(await show("stock")).toMatch(/^stock-1 {2}down$/m));

      world.states.clear();
      const [one, other] = world.of("billing");
      if (one !== undefined) one.version = "1.1.0";
      const gate = ["fleet", "wait", "billing", "--version", "1.1.0", "--interval", "100ms", ...source];
      const wait = (...args: readonly string[]): Promise<Outcome> => runCli([...gate, ...args]);
      expect(await wait("--share", "30%")).toMatchObject({ code: 0 });
      // While an instance is still RED, that is the result.
      await engine.until(EVALUATIONS, async () =>
        expect(await wait("--timeout", "1s")).toMatchObject({
          code: 1,
          stderr: expect.stringContaining("1 of 3 ready (33%)"),
        }),
      );
      if (other !== undefined) other.version = "1.1.0";
      other?.registry.addStatusHandler("New", () => ({ state: "RED" }));
      expect(await wait("--grace", "100ms")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(
          "1.1.0 is worse than the other versions of billing: 1 of 3 ready (33%), 1 RED",
        ),
      });
    });
  });
}
