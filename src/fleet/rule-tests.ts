import type { RuleOptions, TimeName } from "./options.ts";
import type { Tree } from "./yaml.ts";

type Labels = Readonly<Record<string, string>>;

/** A series of the input, in promtool's notation for values. */
type Input = readonly [family: string, labels: Labels, values: string];

type State = 0 | 1 | 2 | "flapping";

interface Scene {
  readonly name: string;
  readonly input: readonly Input[];
  /** The time of the alert. Default: at once. */
  readonly after?: TimeName;
  readonly alert: string;
  /** The labels of the alerts that fire. */
  readonly fires: readonly Labels[];
}

/** Long enough for all tests. */
const MINUTES = 1_500;
const VISIBLE: readonly string[] = ["root", "role", "name"];
const FLAPPING = "0 2 ".repeat(20);
const EVER = `x${MINUTES}`;

/** The unit tests of the rules for `promtool test rules`. */
export function toRuleTests(options: RuleOptions, ruleFile: string): Tree {
  return {
    rule_files: [ruleFile],
    evaluation_interval: "1m",
    tests: [
      ...toScenes(options).map(({ name, input, after, alert, fires }) => ({
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
      })),
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

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table
function toScenes(options: RuleOptions): readonly Scene[] {
  const { service } = options;
  const instance = (name: string, number = 1): Labels => ({ [service]: name, instance: `${name}-${number}` });
  const healthy = (name: string): readonly Input[] => [
    ["svc_status_overall", instance(name), `0${EVER}`],
    ["svc_status_in_service", instance(name), `1${EVER}`],
    ["up", instance(name), `1${EVER}`],
  ];
  /** A service with one handler in a state, which calls another service. */
  const serve = (name: string, handler: string, state: State, more: Labels & { upstream?: string } = {}) => {
    const { upstream, critical = "true" } = more;
    const on = { ...instance(name), name: handler };
    const states = state === "flapping" ? FLAPPING : `${state}${EVER}`;
    return [
      ["svc_status_state", { ...on, critical, scope: "shared" }, states],
      ["svc_status_last_change_timestamp_seconds", on, `${upstream === undefined ? 1 : 2}${EVER}`],
      ["svc_status_overall", instance(name), states],
      ["svc_status_in_service", instance(name), `1${EVER}`],
      ["up", instance(name), `1${EVER}`],
      ...(upstream === undefined ? [] : [["svc_status_upstream", { ...on, upstream }, `1${EVER}`] as const]),
    ] satisfies readonly Input[];
  };
  const expected = (name: string, labels: Labels = {}): Labels => ({ [service]: name, ...labels });
  const cause = (name: string, handler: string): Labels =>
    expected(name, { name: handler, root: name, role: "cause" });
  const effect = (name: string, handler: string, root: string): Labels =>
    expected(name, { name: handler, root, role: "effect" });
  const red = { after: "red", alert: "SvcStatusRed" } as const;

  return [
    {
      name: "a cause is named over four levels",
      input: [
        ...serve("a", "Database", 2),
        ...["b", "c", "d", "e"].flatMap((name, index) =>
          serve(name, "Upstream", 2, { upstream: "abcd"[index] ?? "" }),
        ),
      ],
      ...red,
      fires: [cause("a", "Database"), ...["b", "c", "d", "e"].map((name) => effect(name, "Upstream", "a"))],
    },
    {
      name: "the members of a cycle stay causes, and the services that depend on them are effects",
      input: [
        ...serve("a", "B", 2, { upstream: "b" }),
        ...serve("b", "A", 2, { upstream: "a" }),
        ...serve("c", "A", 2, { upstream: "a" }),
      ],
      ...red,
      fires: [cause("a", "B"), cause("b", "A"), effect("c", "A", "a")],
    },
    {
      name: "two causes stay two",
      input: [...serve("a", "Database", 2), ...serve("b", "Disk", 2)],
      ...red,
      fires: [cause("a", "Database"), cause("b", "Disk")],
    },
    {
      name: "an upstream that is not RED explains nothing",
      input: [...serve("a", "Database", 1), ...serve("b", "A", 2, { upstream: "a" })],
      ...red,
      fires: [cause("b", "A")],
    },
    {
      name: "a cause among the handlers of a service",
      input: [
        ...serve("a", "Database", 2),
        [
          "svc_status_state",
          { ...instance("a"), name: "Orders", critical: "true", scope: "shared" },
          `2${EVER}`,
        ],
        ["svc_status_cause", { ...instance("a"), name: "Orders", cause: "Database" }, `1${EVER}`],
      ],
      ...red,
      fires: [cause("a", "Database"), effect("a", "Orders", "a")],
    },
    {
      name: "a service without instances in service is the cause of its dependents' failures",
      input: [
        ["up", instance("a"), `1${EVER}`],
        ["svc_status_overall", instance("a"), `0${EVER}`],
        ["svc_status_in_service", instance("a"), `0${EVER}`],
        ...serve("b", "A", 2, { upstream: "a" }),
      ],
      ...red,
      fires: [effect("b", "A", "a")],
    },
    {
      name: "no instance in service",
      input: [
        ["up", instance("a"), `1 1 0${EVER}`],
        ["svc_status_overall", instance("a"), "0 0 stale"],
        ["svc_status_in_service", instance("a"), "1 1 stale"],
      ],
      after: "unavailable",
      alert: "SvcStatusNobodyInService",
      fires: [expected("a", { root: "a", role: "cause" })],
    },
    {
      name: "YELLOW for a long time",
      input: serve("a", "Queue", 1),
      after: "yellow",
      alert: "SvcStatusYellow",
      fires: [expected("a", { name: "Queue" })],
    },
    {
      name: "a handler flaps, and its effects do not count",
      input: [...serve("a", "Database", "flapping"), ...serve("b", "A", "flapping", { upstream: "a" })],
      alert: "SvcStatusFlapping",
      fires: [expected("a", { name: "Database" })],
    },
    {
      name: "decommissioned for a long time",
      input: [...healthy("a"), ["svc_status_in_service", instance("a", 2), `0${EVER}`]],
      after: "decommissioned",
      alert: "SvcStatusDecommissioned",
      fires: [expected("a")],
    },
    {
      name: "readiness is held",
      input: [
        ...serve("a", "Database", 2),
        ["svc_status_held", { ...instance("a"), name: "Database" }, `1${EVER}`],
      ],
      after: "held",
      alert: "SvcStatusReadinessHeld",
      fires: [expected("a", { name: "Database" })],
    },
    {
      name: "scraped without a status",
      input: [...healthy("a"), ["up", instance("a", 2), `1${EVER}`]],
      after: "missing",
      alert: "SvcStatusMissing",
      fires: [expected("a")],
    },
    {
      name: "a handler vanishes",
      input: [
        ...healthy("a"),
        [
          "svc_status_state",
          { ...instance("a"), name: "Queue", critical: "true", scope: "shared" },
          "0x5 stale",
        ],
      ],
      after: "vanished",
      alert: "SvcStatusHandlerVanished",
      fires: [expected("a", { name: "Queue" })],
    },
    {
      name: "a rollout is stuck",
      input: ["1", "2"].map((version) => [
        "svc_status_info",
        { ...instance("a", Number(version)), service_version: version },
        `1${EVER}`,
      ]),
      after: "rollout",
      alert: "SvcStatusRolloutStuck",
      fires: [expected("a")],
    },
    {
      name: "fewer instances than before",
      input: [...healthy("a"), ["svc_status_overall", instance("a", 2), "0x9 stale"]],
      after: "fewer",
      alert: "SvcStatusFewerInstances",
      fires: [expected("a")],
    },
    { name: "the watchdog", input: [], alert: "SvcStatusWatchdog", fires: [{}] },
  ];
}

/** PromQL uses the escapes of JSON. */
function toSeries(family: string, labels: Labels): string {
  return `${family}{${Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`)}}`;
}
