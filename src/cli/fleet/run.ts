import { toAlertmanagerFile } from "../../fleet/alertmanager.ts";
import { toDashboard } from "../../fleet/dashboard.ts";
import { toPodMonitor, toPrometheusRule } from "../../fleet/operator.ts";
import { DEFAULT_TIMES_MS, type RuleOptions, type TimeName } from "../../fleet/options.ts";
import { toRuleTests } from "../../fleet/rule-tests.ts";
import { toRuleFile } from "../../fleet/rules.ts";
import { toScrapeConfig } from "../../fleet/scrape-config.ts";
import { toYaml } from "../../fleet/yaml.ts";
import { didYouMean } from "../../util/suggest.ts";
import { CliError } from "../cli-error.ts";
import type { Run } from "../command.ts";
import { parseDuration } from "../duration.ts";
import type { FLEET } from "./definition.ts";
import { expectLabel, parseLabels, type Values } from "./labels.ts";

/** `svc-status fleet` */
export const runFleet: Run<typeof FLEET> = async ({ operands: [what = "", service], values, io }) => {
  // Loaded on demand, because it connects.
  if (what === "show") return (await import("./show.ts")).showFleet(service, values, io);
  if (what === "serve" && service === undefined) return (await import("./serve.ts")).serveFleet(values, io);
  if (what === "watch") return (await import("./watch.ts")).watchFleet(service, values, io);
  if (what === "wait") return (await import("./wait.ts")).waitForVersion(service, values, io);
  if (service !== undefined) throw new CliError(`unexpected argument ${JSON.stringify(service)}`);
  const write = WRITERS[what];
  if (write === undefined) throw new CliError(`there is no fleet ${what}`);
  io.stdout.write(write(values));
  return 0;
};

const WRITERS: Readonly<Record<string, (values: Values) => string>> = {
  rules(values) {
    const options = toRuleOptions(values);
    if (values.test && values.operator) throw new CliError("--test and --operator: expected one of them");
    if (values.test) return toYaml(toRuleTests(options, values["rule-file"]));
    return toYaml(values.operator ? toPrometheusRule(options) : toRuleFile(options));
  },
  alertmanager: (values) =>
    toYaml(
      toAlertmanagerFile({
        ...parseLabels(values),
        scrapeMs: values["scrape-interval"],
        evaluationMs: values["evaluation-interval"],
        groupIntervalMs: values["group-interval"],
        receiver: values.receiver,
      }),
    ),
  "scrape-config"(values) {
    const options = { scrapeMs: values["scrape-interval"], path: values.path, discovery: values.discovery };
    return toYaml(values.operator ? toPodMonitor(options) : toScrapeConfig(options));
  },
  dashboard: (values) => `${JSON.stringify(toDashboard(parseLabels(values)), null, 2)}\n`,
};

function toRuleOptions(values: Values): RuleOptions {
  const { runbook, interval } = values;
  return {
    ...parseLabels(values),
    timesMs: { ...DEFAULT_TIMES_MS, ...Object.fromEntries(values.time.map(parseTime)) },
    labels: Object.fromEntries(
      values.label.map((text) => {
        const [name, value] = split("--label", text);
        return [expectLabel("--label", name), value];
      }),
    ),
    ...(runbook !== undefined && { runbookUrl: runbook }),
    ...(interval !== undefined && { intervalMs: interval }),
  };
}

function parseTime(text: string): [TimeName, number] {
  const [name, duration] = split("--time", text);
  const names = Object.keys(DEFAULT_TIMES_MS);
  if (!names.includes(name))
    throw new CliError(
      `--time: expected one of ${names.join(", ")}, got ${JSON.stringify(name)}${didYouMean(name, names)}`,
    );
  // The lookback times of alerts cannot be 0.
  const mayBeZero = name !== "flapping" && name !== "lookback";
  const isZero = mayBeZero && /^0[a-z]*$/.test(duration);
  return [name as TimeName, isZero ? 0 : parseDuration(`--time ${name}`, duration)];
}

function split(option: string, text: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new CliError(`${option}: expected NAME=VALUE, got ${JSON.stringify(text)}`);
  return [name, value];
}
