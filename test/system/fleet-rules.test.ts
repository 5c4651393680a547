import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toAlertmanagerFile } from "../../src/fleet/alertmanager.ts";
import { DEFAULT_LABELS, DEFAULT_TIMES_MS, type RuleOptions } from "../../src/fleet/options.ts";
import { toRuleTests } from "../../src/fleet/rule-tests.ts";
import { toRuleFile } from "../../src/fleet/rules.ts";
import { type Discovery, toScrapeConfig } from "../../src/fleet/scrape-config.ts";
import { type Tree, toYaml } from "../../src/fleet/yaml.ts";
import { describeWithProgram } from "../support/system.ts";

const OPTIONS: RuleOptions = { ...DEFAULT_LABELS, timesMs: DEFAULT_TIMES_MS, labels: {} };

/** Everything that a user can set, in the worst form that is accepted. */
const HOSTILE: RuleOptions = {
  service: "service_name",
  within: [],
  timesMs: { ...DEFAULT_TIMES_MS, red: 90_000, yellow: 1_234, vanished: 0 },
  labels: { team: "a\"b\\c\n{{ $value }}: #'%" },
  runbookUrl: "https://wiki/{{ $labels.alertname }}#\"'",
  intervalMs: 15_000,
};

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "svc-status-rules-"));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, tree: Tree): string {
  const file = join(directory, name);
  writeFileSync(file, toYaml(tree));
  return file;
}

/** What a program says, and its exit status. */
function check(
  program: string,
  ...args: readonly string[]
): { readonly text: string; readonly code: number | null } {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: "utf8", timeout: 60_000 });
  return { text: stdout + stderr, code: status };
}

describeWithProgram(["promtool", "amtool"], "promtool and amtool", () => {
  test.each([
    ["by default", OPTIONS],
    ["with hostile options", HOSTILE],
  ])("accept the rules, whose own tests pass: %s", (_, options) => {
    const rules = write("rules.yml", toRuleFile(options));
    expect(check("promtool", "check", "rules", rules)).toMatchObject({ code: 0 });
    const tests = write("tests.yml", toRuleTests(options, "rules.yml"));
    const outcome = check("promtool", "test", "rules", tests);
    expect(outcome.text).toContain("SUCCESS");
    expect(outcome.code).toBe(0);
  });

  test("a runbook is found by the names of the service and the handler", () => {
    const runbookUrl = "https://wiki.example/{{ $labels.job }}/{{ $labels.name | urlquery }}";
    write("rules.yml", toRuleFile({ ...OPTIONS, runbookUrl }));
    const series = (values: string, name: string, labels: string): Tree => ({
      series: `svc_status_${name}{job="orders", instance="1"${labels}}`,
      values,
    });
    const alert = {
      exp_labels: {
        ...{ job: "orders", name: "Event loop & more", critical: "true", severity: "critical" },
        ...{ role: "cause", root: "orders" },
      },
      exp_annotations: {
        summary: "Event loop & more of orders is RED in 1 instances",
        runbook_url: "https://wiki.example/orders/Event+loop+%26+more",
      },
    };
    const tests = write("tests.yml", {
      rule_files: ["rules.yml"],
      tests: [
        {
          interval: "1m",
          input_series: [
            series("2x30", "state", ', name="Event loop & more", critical="true", scope="local"'),
            series("2x30", "overall", ""),
            series("1x30", "in_service", ""),
          ],
          alert_rule_test: [{ eval_time: "20m", alertname: "SvcStatusRed", exp_alerts: [alert] }],
        },
      ],
    });
    expect(check("promtool", "test", "rules", tests)).toEqual({
      text: expect.stringContaining("SUCCESS"),
      code: 0,
    });
  });

  test("an instance that vanishes counts at once no longer, and one that restarts has a new start", () => {
    write("rules.yml", toRuleFile(OPTIONS));
    const series = (instance: string, family: string, values: string, labels = ""): Tree => ({
      series: `${family}{job="orders", instance="${instance}"${labels}}`,
      values,
    });
    const toInstance = (instance: string, present: string, starts: string): readonly Tree[] => [
      series(instance, "up", "1x40"),
      series(instance, "svc_status_overall", `2x${present}`),
      series(instance, "svc_status_in_service", `1x${present}`),
      series(
        instance,
        "svc_status_state",
        `2x${present}`,
        ', name="Database", critical="true", scope="shared"',
      ),
      series(instance, "svc_status_last_change_timestamp_seconds", starts, ', name="Database"'),
    ];
    const handler = '{job="orders", name="Database"';
    const since = "handler:svc_status_red_since_timestamp_seconds:min";
    const states = "handler:svc_status_state:count";
    const counts = `${states}${handler}, critical="true", scope="shared", state="2"}`;
    const expectAt = (minute: number, expr: string, labels: string, value: number): Tree => ({
      expr,
      eval_time: `${minute}m`,
      exp_samples: [{ labels, value }],
    });
    const tests = write("tests.yml", {
      rule_files: ["rules.yml"],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: [
            // It restarts at minute 10, and vanishes at minute 20.
            ...toInstance("1", "19 stale", "100x9 600x9 stale"),
            ...toInstance("2", "40", "300x40"),
          ],
          promql_expr_test: [
            expectAt(5, since, `${since}${handler}}`, 100),
            expectAt(5, states, counts, 2),
            // The other instance has been RED for longer now.
            expectAt(10, since, `${since}${handler}}`, 300),
            expectAt(19, states, counts, 2),
            expectAt(20, states, counts, 1),
          ],
        },
      ],
    });
    expect(check("promtool", "test", "rules", tests)).toEqual({
      text: expect.stringContaining("SUCCESS"),
      code: 0,
    });
  });

  test("the tests fail without the rule that they are about", () => {
    const options = { ...OPTIONS, timesMs: { ...DEFAULT_TIMES_MS, yellow: 60_000, decommissioned: 60_000 } };
    for (const alert of ["SvcStatusRed", "SvcStatusHandlerVanished", "SvcStatusFewerInstances"]) {
      const [group] = toRuleFile(options).groups as readonly {
        readonly rules: readonly { alert?: string }[];
      }[];
      const rules = (group?.rules ?? []).filter((rule) => rule.alert !== alert);
      write("rules.yml", { groups: [{ name: "svc-status", rules: rules as readonly Tree[] }] });
      const outcome = check(
        "promtool",
        "test",
        "rules",
        write("tests.yml", toRuleTests(options, "rules.yml")),
      );
      expect([alert, outcome.code]).toEqual([alert, 1]);
    }
  });

  test.each<Discovery>(["kubernetes", "dns", "file"])("accept the scrape configuration: %s", (discovery) => {
    const config = toScrapeConfig({ discovery, scrapeMs: 30_000, path: "/svc_status.prometheus" });
    const file = write("prometheus.yml", config);
    // Debian builds Prometheus without the discovery of Kubernetes.
    const text = readFileSync(file, "utf8").replace(
      /kubernetes_sd_configs:\n +- role: "pod"/,
      "static_configs: []",
    );
    writeFileSync(file, text);
    expect(check("promtool", "check", "config", "--syntax-only", file)).toMatchObject({ code: 0 });
  });

  test("accept the configuration of Alertmanager", () => {
    const times = { scrapeMs: 30_000, evaluationMs: 30_000, groupIntervalMs: 300_000 };
    const file = write(
      "alertmanager.yml",
      toAlertmanagerFile({ ...DEFAULT_LABELS, ...times, receiver: 'a"b' }),
    );
    expect(check("amtool", "check-config", file)).toMatchObject({ code: 0 });
  });
});
