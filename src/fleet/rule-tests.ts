import type { RuleOptions } from "./options.ts";
import { EVER, type Labels, toAlertScenes, toRootScenes } from "./rule-scenes.ts";
import type { Tree } from "./yaml.ts";

const VISIBLE: readonly string[] = ["root", "role", "name"];

/** The unit tests of the rules for `promtool test rules`. */
export function toRuleTests(options: RuleOptions, ruleFile: string): Tree {
  return {
    rule_files: [ruleFile],
    evaluation_interval: "1m",
    tests: [
      ...[...toRootScenes(options), ...toAlertScenes(options)].map(
        ({ name, input, after, alert, fires }) => ({
          name,
          interval: "1m",
          input_series: input.map(([family, labels, values]) => ({
            series: toSeries(family, labels),
            values,
          })),
          promql_expr_test: [
            {
              expr: `count by (${[options.service, ...VISIBLE].join(", ")}) (ALERTS{alertname="${alert}", alertstate="firing"})`,
              eval_time: `${20 + Math.ceil(after === undefined ? 0 : options.timesMs[after] / 60_000)}m`,
              exp_samples: fires.map((labels) => ({ labels: toSeries("", labels), value: 1 })),
            },
          ],
        }),
      ),
      toSinceTest(options),
    ],
  };
}

/** A state that returns has a new start. A gap of less than an hour does not change the start. */
function toSinceTest({ service }: RuleOptions): Tree {
  const series = (family: string): string => toSeries(family, { [service]: "a", instance: "a-1" });
  return {
    name: "the start of a state",
    interval: "1m",
    input_series: [
      { series: series("svc_status_overall"), values: "0x9 1x4 0x9 _x15 0x60" },
      { series: series("svc_status_in_service"), values: `1${EVER}` },
      { series: series("up"), values: `1${EVER}` },
    ],
    promql_expr_test: [
      ["9m", 0, 0],
      ["14m", 1, 600],
      ["24m", 0, 900],
      ["60m", 0, 900],
    ].map(([time, state, value]) => ({
      expr: "service:svc_status_since_timestamp_seconds:max",
      eval_time: String(time),
      exp_samples: [
        {
          labels: toSeries("service:svc_status_since_timestamp_seconds:max", {
            [service]: "a",
            state: String(state),
          }),
          value: Number(value),
        },
      ],
    })),
  };
}

/** PromQL uses the escapes of JSON. */
function toSeries(family: string, labels: Labels): string {
  return `${family}{${Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`)}}`;
}
