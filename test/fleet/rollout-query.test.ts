import { expect, test } from "vitest";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import type { Series } from "../../src/fleet/read/prometheus.ts";
import { EVALUATED, KIND } from "../../src/fleet/read/queries.ts";
import { toRollout, toRolloutQuery } from "../../src/fleet/read/rollout.ts";

function seriesOf(kind: string, value: number, version?: string): Series {
  return { labels: { [KIND]: kind, ...(version !== undefined && { service_version: version }) }, value };
}

test("counts the instances of each version, and knows when they were scraped", () => {
  const rollout = toRollout([
    seriesOf("instances", 2, "1.4.2"),
    seriesOf("instances", 3, "1.4.3"),
    seriesOf("instances", 1),
    seriesOf("ready", 2, "1.4.2"),
    seriesOf("ready", 1, "1.4.3"),
    seriesOf("red", 2, "1.4.3"),
    seriesOf("targets", 7),
    seriesOf(EVALUATED, 1_000.5),
  ]);
  expect(rollout).toEqual({
    targets: 7,
    versions: {
      "1.4.2": { instances: 2, ready: 2, red: 0 },
      "1.4.3": { instances: 3, ready: 1, red: 2 },
      "": { instances: 1, ready: 0, red: 0 },
    },
    sampledAt: new Date(1_000_500),
  });
});

test("has no time if nothing was scraped", () => {
  expect(toRollout([])).toEqual({ targets: 0, versions: {} });
});

test("asks for one service, whose name cannot change the query", () => {
  const query = toRolloutQuery(DEFAULT_LABELS, { job: 'orders"} or vector(1) #' });
  const matchers = String.raw`{job="orders\"} or vector(1) #"}`;
  expect(query.replaceAll(matchers, "{}")).not.toContain("vector(1)");
  expect(query.split(matchers)).toHaveLength(9);
  for (const kind of ["instances", "ready", "red", "targets", EVALUATED])
    expect(query).toContain(`"${KIND}", "${kind}", "", "")`);
});
