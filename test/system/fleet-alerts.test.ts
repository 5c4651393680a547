import { expect, test } from "vitest";
import type { StatusFunction } from "../../src/core/handler.ts";
import { toDashboard } from "../../src/fleet/dashboard.ts";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import { startMonitoring } from "../support/fleet-monitoring.ts";
import { startWorld, toTargets, type World } from "../support/fleet-world.ts";
import { describeWithProgram } from "../support/system.ts";

/** A scrape, two evaluations and the wait of the group are 10 s; the rest is for a busy machine. */
const MAX_NOTIFICATION_MS = 20_000;

interface Step {
  readonly what: string;
  readonly act: (world: World) => void;
  readonly undo: (world: World) => void;
  /** The notifications, in any order: `group: status Alert service/handler severity`. */
  readonly notified: readonly string[];
}

const STEPS: readonly Step[] = [
  {
    what: "a database dies: one notification, which names the first cause",
    act: ({ states }) => void states.set("accounts/Database", "RED"),
    undo: ({ states }) => states.clear(),
    notified: ["accounts: firing Red accounts/Database critical"],
  },
  {
    what: "two independent causes are two notifications",
    act({ states }) {
      states.set("accounts/Database", "RED");
      states.set("stock/Disk", "RED");
    },
    undo: ({ states }) => states.clear(),
    notified: ["accounts: firing Red accounts/Database critical", "stock: firing Red stock/Disk critical"],
  },
  {
    what: "a RED that is not critical is a warning",
    act: ({ states }) => void states.set("billing/Reports", "RED"),
    undo: ({ states }) => states.clear(),
    notified: ["billing: firing Red billing/Reports warning"],
  },
  {
    what: "an instance has been decommissioned for too long",
    act: (world) => world.of("web")[0]?.probe.decommission(),
    undo: (world) => world.of("web")[0]?.probe.commission(),
    notified: ["web: firing Decommissioned web/web-1 warning"],
  },
  {
    what: "a handler hangs in one instance",
    act: (world) => setQueue(world, 1, () => new Promise(() => {})),
    undo: (world) => setQueue(world, 1, () => ({ state: "OK" })),
    notified: ["orders: firing Red orders/Queue critical"],
  },
  {
    what: "a handler vanishes without a new version",
    act(world) {
      for (const { registry } of world.of("orders")) registry.removeStatusHandler("Queue");
    },
    undo(world) {
      for (const index of [0, 1, 2]) setQueue(world, index, () => ({ state: "OK" }));
    },
    notified: ["orders: firing HandlerVanished orders/Queue warning"],
  },
  {
    what: "one of three instances is killed",
    act: (world) => setUp(world, "billing", false, 1),
    undo: (world) => setUp(world, "billing", true, 1),
    notified: ["billing: firing FewerInstances billing warning"],
  },
  {
    what: "no instance of a service is left: what depends on it is silent",
    act: (world) => setUp(world, "stock", false),
    undo: (world) => setUp(world, "stock", true),
    notified: ["stock: firing NobodyInService stock critical"],
  },
  {
    what: "a rollout stays half way",
    act: (world) => setVersion(world, "1.1.0"),
    undo: (world) => setVersion(world, "1.0.0"),
    notified: ["web: firing RolloutStuck web warning"],
  },
];

function setUp(world: World, service: string, isUp: boolean, count = Number.POSITIVE_INFINITY): void {
  for (const instance of world.of(service).slice(0, count)) instance.isUp = isUp;
}

function setQueue(world: World, index: number, handler: StatusFunction): void {
  world.of("orders")[index]?.registry.addStatusHandler("Queue", handler, { timeoutMs: 200 });
}

function setVersion(world: World, version: string): void {
  const [instance] = world.of("web");
  if (instance !== undefined) instance.version = version;
}

/** The queries of the dashboard, for all services. */
function toQueries(): { readonly title: string; readonly expr: string }[] {
  const { panels } = toDashboard(DEFAULT_LABELS);
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ title, expr: expr.replaceAll("$service", ".*") })),
  );
}

async function countSeries(port: number, query: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query })}`);
  const { data } = (await response.json()) as { readonly data?: { readonly result: readonly unknown[] } };
  return data?.result.length ?? -1;
}

describeWithProgram(["prometheus", "prometheus-alertmanager"], "Prometheus and Alertmanager", () => {
  test("notify what happens to 15 instances of five services, once each, and its end", {
    timeout: 600_000,
  }, async () => {
    const world = await startWorld();
    const monitoring = await startMonitoring(toTargets(world), {
      decommissioned: 2_000,
      missing: 2_000,
      vanished: 2_000,
      rollout: 2_000,
      fewer: 2_000,
      lookback: 10_000,
    });
    await world.scraped(12);

    for (const { what, act, undo, notified } of STEPS) {
      const startedAt = performance.now();
      act(world);
      const fired = [];
      for (const _ of notified) fired.push(await monitoring.next());
      expect([what, fired.map(({ text }) => text).sort()]).toEqual([what, notified]);
      for (const { at } of fired) expect(at - startedAt).toBeLessThan(MAX_NOTIFICATION_MS);
      if (what.startsWith("a database")) {
        for (const { title, expr } of toQueries())
          await expect
            .poll(() => countSeries(monitoring.prometheus, expr), { message: title })
            .toBeGreaterThan(0);
        // Prometheus restarts in the middle, which nobody should notice.
        await monitoring.restartPrometheus();
      }
      await monitoring.untilGroups(notified.length);
      undo(world);
      const ended = [];
      for (const _ of notified) ended.push((await monitoring.next()).text);
      expect([what, ended.sort()]).toEqual([
        what,
        notified.map((text) => text.replace("firing", "resolved")),
      ]);
      // Until those instances have been scraped that would be a first guess now.
      await world.scraped(2);
      await monitoring.untilGroups(0);
    }
    expect(monitoring.notified).toHaveLength(2 * STEPS.flatMap(({ notified }) => notified).length);
  });
});
