import { expect, test } from "vitest";
import { FLEET } from "../../src/cli/fleet/definition.ts";
import { DEFAULT_TIMES_MS } from "../../src/fleet/options.ts";
import { toDurationText } from "../../src/util/duration-text.ts";
import { runCli } from "../support/cli.ts";

test.each([
  [["rules"], 'record: "handler:svc_status_state:max"'],
  [["rules", "--test", "--rule-file", "mine.yml"], 'rule_files:\n  - "mine.yml"'],
  [["rules", "--operator"], 'kind: "PrometheusRule"'],
  [["rules", "--time", "red=0s", "--time", "yellow=2h", "--label", "team=a=b"], 'for: "2h"'],
  [["rules", "--label", "team=a=b"], 'team: "a=b"'],
  [["rules", "--within", ""], "max by (job, name, critical, scope)"],
  [
    ["rules", "--service-label", "app"],
    "max by (cluster, namespace, environment, app, name, critical, scope)",
  ],
  [["alertmanager", "--scrape-interval", "5s", "--evaluation-interval", "5s"], 'group_wait: "15s"'],
  [["scrape-config", "--discovery", "dns"], "dns_sd_configs"],
  [["scrape-config", "--operator"], 'kind: "PodMonitor"'],
  [["dashboard"], '"title": "Service status"'],
])("svc-status fleet %j", async (args, expected) => {
  const { code, stdout, stderr } = await runCli(["fleet", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(expected);
});

test.each([
  [["rules", "--time", "rde=1s"], "--time: expected one of red, yellow"],
  [["rules", "--time", "red"], '--time: expected NAME=VALUE, got "red"'],
  [["rules", "--time", "lookback=0s"], "--time lookback: expected 1ms to"],
  [["rules", "--within", "a b"], '--within: expected the name of a label, got "a b"'],
  [["rules", "--label", 'a"=b'], '--label: expected the name of a label, got "a\\""'],
  [["rules", "--test", "--operator"], "--test and --operator: expected one of them"],
  [["rule"], "WHAT: expected show, watch, serve, wait, rules, alertmanager, scrape-config, dashboard"],
  [["rules", "orders"], 'unexpected argument "orders"'],
  [
    ["serve", "--prometheus", "http://127.0.0.1:9", "--host", "0.0.0.0"],
    "--host 0.0.0.0: others can reach it. Add --password-file FILE with user:password",
  ],
  [
    ["serve", "--prometheus", "http://127.0.0.1:9", "--password-file", "/dev/null"],
    "--password-file: expected user:password in /dev/null",
  ],
  [["serve", "orders"], 'unexpected argument "orders"'],
  [["show"], "--prometheus: expected the URL of Prometheus"],
  [["watch"], "--prometheus: expected the URL of Prometheus"],
  [["watch", "--prometheus", "http://127.0.0.1:9", "--at", "2026-01-01T00:00Z"], "Use fleet show --at"],
  [["show", "--prometheus", "localhost:9090"], "--prometheus: expected the URL of Prometheus"],
  [["show", "--prometheus", "http://a:b@localhost"], "--prometheus: expected a URL without a password"],
  [["show", "--prometheus", "http://127.0.0.1:9", "--at", "yesterday"], "--at: expected a time in the past"],
  [
    ["show", "--prometheus", "http://127.0.0.1:9", "--at", "2999-01-01T00:00Z"],
    "--at: expected a time in the past",
  ],
  [["show", "--prometheus", "http://127.0.0.1:9", "--label", "a"], '--label: expected NAME=VALUE, got "a"'],
  [["show", "--prometheus", "http://127.0.0.1:9"], "no answer from http://127.0.0.1:9: connect ECONNREFUSED"],
])("svc-status fleet %j is refused", async (args, expected) => {
  const { code, stdout, stderr } = await runCli(["fleet", ...args]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toContain(expected);
});

test("the help names every time with its default", () => {
  const text = FLEET.description.join(" ");
  for (const [name, ms] of Object.entries(DEFAULT_TIMES_MS))
    expect(text).toContain(`${name} (${ms === 0 ? "0" : toDurationText(ms)})`);
});
