import { expect, test } from "vitest";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import { type FleetReaderOptions, type FleetView, readOverview } from "../../src/fleet/read/reader.ts";
import { toRecordingRules } from "../../src/fleet/recording-rules.ts";
import { startVictoria, type Victoria } from "../support/fleet-victoria.ts";
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
  "accounts: accounts Database",
  "billing: accounts ",
  "orders: accounts ",
  "web: accounts ",
  "stock:  ",
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
async function readRoots({ port }: Victoria, expr = "handler:svc_status_root:count"): Promise<string[]> {
  const query = new URLSearchParams({ query: expr });
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?${query}`);
  const { data } = (await response.json()) as {
    readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
  };
  return data.result.map(({ metric: { job, name, role, root } }) => `${job}/${name} ${role} ${root}`).sort();
}

function toRoots({ services }: FleetView): readonly string[] {
  return services.map(({ name, root = "", causes }) => `${name}: ${root} ${causes.join()}`);
}

function toReaderOptions({ port }: Victoria): FleetReaderOptions {
  const url = new URL(`http://127.0.0.1:${port}`);
  const prometheus = { url, timeoutMs: 10_000, maxAnswerBytes: 1_000_000, toCredentials: () => ({}) };
  return { ...DEFAULT_LABELS, prometheus, selector: {}, maxAgeMs: 120_000 };
}

describeWithProgram(["victoria-metrics", "vmalert"], "VictoriaMetrics and vmalert", () => {
  test("find the cause too, one level of the rules with each evaluation", { timeout: 120_000 }, async () => {
    const levels = countLevels();
    expect(levels).toBe(20);
    const world = await startWorld();
    world.states.set("accounts/Database", "RED");
    const victoria = await startVictoria(toTargets(world));
    const seen: string[][] = [];
    // A level may take two evaluations: what one writes may arrive while the next one reads.
    while (seen.at(-1)?.join() !== ROOTS.join() && (await victoria.countEvaluations()) < 2 * levels) {
      await world.scraped(1);
      seen.push(await readRoots(victoria));
    }
    expect(seen.at(-1)).toEqual(ROOTS);
    // Before the chain is complete, the effects are causes: the reason for a longer wait of the group.
    expect(await readRoots(victoria, "last_over_time(handler:svc_status_root:count[1h])")).toContain(
      "web/call orders cause web",
    );

    // The reader shows the same from this engine. The rules of the services read those of the handlers.
    const { signal } = new AbortController();
    const read = (): ReturnType<typeof readOverview> => readOverview(toReaderOptions(victoria), { signal });
    let view = await read();
    while (toRoots(view).join() !== SERVICES.join() && (await victoria.countEvaluations()) < 3 * levels) {
      await world.scraped(1);
      view = await read();
    }
    expect({ state: view.state, problems: view.problems }).toEqual({ state: "RED", problems: [] });
    expect(toRoots(view)).toEqual(SERVICES);

    world.states.clear();
    while (seen.at(-1)?.length !== 0 && (await victoria.countEvaluations()) < 5 * levels) {
      await world.scraped(1);
      seen.push(await readRoots(victoria));
    }
    expect(seen.at(-1)).toEqual([]);
  });
});
