import { describe, expect, test } from "vitest";
import { toAlertingRules } from "../../src/fleet/alerting-rules.ts";
import { toAlertmanagerFile } from "../../src/fleet/alertmanager.ts";
import { toDashboard } from "../../src/fleet/dashboard.ts";
import { toPodMonitor, toPrometheusRule } from "../../src/fleet/operator.ts";
import { DEFAULT_LABELS, DEFAULT_TIMES_MS, type RuleOptions } from "../../src/fleet/options.ts";
import { toRecordingRules } from "../../src/fleet/recording-rules.ts";
import { toRuleTests } from "../../src/fleet/rule-tests.ts";
import { toRuleFile } from "../../src/fleet/rules.ts";
import { toScrapeConfig } from "../../src/fleet/scrape-config.ts";

const OPTIONS: RuleOptions = { ...DEFAULT_LABELS, timesMs: DEFAULT_TIMES_MS, labels: {} };
const SERIES = /(?:handler|service):[a-z_]+:[a-z]+/g;

describe("the recording rules", () => {
  test("read only what an earlier rule has recorded, except what they know from before", () => {
    const recorded = new Set<string>();
    for (const { record, expr } of toRecordingRules(OPTIONS)) {
      const unknown = [...expr.matchAll(SERIES)].map(([name]) => name).filter((name) => !recorded.has(name));
      const expected = record === "service:svc_status_known:max" ? [record] : [];
      const ownPast =
        record === "service:svc_status_since_timestamp_seconds:max" ? [record, record] : expected;
      expect([record, unknown]).toEqual([record, ownPast]);
      recorded.add(record);
    }
  });

  test("need no interval of their own, and have one if it is set", () => {
    expect(toRuleFile(OPTIONS).groups).toMatchObject([{ name: "svc-status" }]);
    expect(toRuleFile(OPTIONS).groups[0]).not.toHaveProperty("interval");
    expect(toRuleFile({ ...OPTIONS, intervalMs: 15_000 }).groups).toMatchObject([{ interval: "15s" }]);
  });
});

describe("the alerting rules", () => {
  test("read only what is scraped or recorded", () => {
    const recorded: readonly string[] = toRecordingRules(OPTIONS).map(({ record }) => record);
    for (const { alert, expr } of toAlertingRules(OPTIONS)) {
      const unknown = [...expr.matchAll(SERIES)]
        .map(([name]) => name)
        .filter((name) => !recorded.includes(name));
      expect([alert, unknown]).toEqual([alert, []]);
    }
  });

  test("have a summary and a severity each, and a runbook only if one is known", () => {
    for (const { labels, annotations } of toAlertingRules(OPTIONS)) {
      expect(labels["severity"]).toMatch(/^(?:warning|critical|none|\{\{ if eq \$labels\.critical.*)$/);
      expect(Object.keys(annotations)).toEqual(["summary"]);
    }
    const runbookUrl = "https://wiki/{{ $labels.alertname }}";
    const [first] = toAlertingRules({ ...OPTIONS, runbookUrl, labels: { team: "a" } });
    expect(first?.annotations["runbook_url"]).toBe(runbookUrl);
    expect(first?.labels["team"]).toBe("a");
  });

  test("last as long as the times say", () => {
    const timesMs = { ...DEFAULT_TIMES_MS, red: 90_000, flapping: 60_000 };
    const rules = toAlertingRules({ ...OPTIONS, timesMs });
    expect(rules.find(({ alert }) => alert === "SvcStatusRed")?.for).toBe("90s");
    expect(rules.find(({ alert }) => alert === "SvcStatusFlapping")?.expr).toContain("[1m]");
  });
});

test("Alertmanager waits for a scrape and two evaluations before it names a cause", () => {
  const file = toAlertmanagerFile({
    ...DEFAULT_LABELS,
    scrapeMs: 15_000,
    evaluationMs: 20_000,
    groupIntervalMs: 60_000,
    receiver: "team",
  });
  expect(file).toMatchObject({ route: { group_wait: "55s" } });
  expect(file).toMatchObject({ inhibit_rules: [{ equal: ["cluster", "namespace", "environment", "root"] }] });
});

test("a scrape never takes longer than its interval", () => {
  const config = toScrapeConfig({ discovery: "file", scrapeMs: 5_000, path: "/m" });
  expect(config).toMatchObject({ scrape_configs: [{ scrape_timeout: "5s", honor_labels: false }] });
});

test("the operator gets the same rules, and pods whose job is their service", () => {
  expect(toPrometheusRule(OPTIONS)).toMatchObject({ kind: "PrometheusRule", spec: toRuleFile(OPTIONS) });
  expect(toPodMonitor({ scrapeMs: 15_000, path: "/m" })).toMatchObject({
    kind: "PodMonitor",
    spec: {
      podMetricsEndpoints: [{ path: "/m", interval: "15s", scrapeTimeout: "10s", honorLabels: false }],
    },
  });
});

test("every alert has a unit test for promtool", () => {
  const tests = JSON.stringify(toRuleTests(OPTIONS, "rules.yml"));
  for (const { alert } of toAlertingRules(OPTIONS)) expect(tests).toContain(`alertname=\\"${alert}\\"`);
});

test("the dashboard reads recorded series only, and its panels do not overlap", () => {
  const recorded: readonly string[] = toRecordingRules(OPTIONS).map(({ record }) => record);
  const taken = new Set<string>();
  for (const { targets, gridPos } of toDashboard(OPTIONS).panels) {
    const read = targets.flatMap(({ expr }) => expr.match(SERIES) ?? []);
    expect(read).not.toEqual([]);
    expect(recorded).toEqual(expect.arrayContaining(read));
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      expect(taken).not.toContain(`${x}/${gridPos.y}`);
      taken.add(`${x}/${gridPos.y}`);
    }
  }
});
