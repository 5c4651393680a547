import { expect, test } from "vitest";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import { type FleetReaderOptions, readOverview } from "../../src/fleet/read/reader.ts";
import { toRecordingRules } from "../../src/fleet/recording-rules.ts";
import { ENGINES, type Engine } from "../support/fleet-engines.ts";
import { startWorld, toTargets } from "../support/fleet-world.ts";
import { describeWithProgram } from "../support/system.ts";

const ROOTS = [
  "accounts/Database cause accounts",
  "accounts/Login effect accounts",
  "billing/call accounts effect accounts",
  "orders/call accounts effect accounts",
  "web/call orders effect accounts",
];

const SERVICES = [
  ["accounts", "accounts", ["Database"]],
  ["billing", "accounts", []],
  ["orders", "accounts", []],
  ["web", "accounts", []],
  ["stock", undefined, []],
];

/** The length of the longest chain of rules that read each other: 20 with the alert at its end. */
function countLevels(): number {
  const levels = new Map<string, number>();
  for (const { record, expr } of toRecordingRules(DEFAULT_LABELS)) {
    const read = [...expr.matchAll(/(?:handler|service):[a-z_]+:[a-z]+/g)].map(([name]) => levels.get(name));
    levels.set(record, 1 + Math.max(0, ...read.map((level) => level ?? 0)));
  }
  return 1 + Math.max(...levels.values());
}

/** The roots of the handlers, or of a longer time those of all that were RED in it. */
async function readRoots({ url }: Engine, expr = "handler:svc_status_root:count"): Promise<string[]> {
  const query = new URLSearchParams({ query: expr });
  const response = await fetch(`${url}/api/v1/query?${query}`);
  const { data } = (await response.json()) as {
    readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
  };
  return data.result.map(({ metric: { job, name, role, root } }) => `${job}/${name} ${role} ${root}`).sort();
}

function toReaderOptions({ url }: Engine): FleetReaderOptions {
  const limits = { timeoutMs: 10_000, maxAnswerBytes: 1_000_000 };
  const prometheus = { url: new URL(url), ...limits, toCredentials: () => ({}) };
  return { ...DEFAULT_LABELS, prometheus, selector: {}, maxAgeMs: 120_000 };
}

describeWithProgram(ENGINES.VictoriaMetrics.programs, "VictoriaMetrics and vmalert", () => {
  test("find the cause too, one level of the rules with each evaluation", async () => {
    const levels = countLevels();
    expect(levels).toBe(20);
    const world = await startWorld();
    world.states.set("accounts/Database", "RED");
    const engine = await ENGINES.VictoriaMetrics.start(toTargets(world));
    // A level may take two evaluations: what one writes may arrive while the next one reads.
    await engine.until(2 * levels, async () => expect(await readRoots(engine)).toEqual(ROOTS));
    // Before the chain is complete, the effects are causes: the reason for a longer wait of the group.
    expect(await readRoots(engine, "last_over_time(handler:svc_status_root:count[1h])")).toContain(
      "web/call orders cause web",
    );

    // The reader shows the same from this engine. The rules of the services read those of the handlers.
    const { signal } = new AbortController();
    await engine.until(levels, async () => {
      const { state, services, problems } = await readOverview(toReaderOptions(engine), { signal });
      expect({ state, problems }).toEqual({ state: "RED", problems: [] });
      expect(services.map(({ name, root, causes }) => [name, root, causes])).toEqual(SERVICES);
    });

    world.states.clear();
    await engine.until(2 * levels, async () => expect(await readRoots(engine)).toEqual([]));
  });
});
