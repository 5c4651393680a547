import type { RuleOptions, TimeName } from "./options.ts";

export type Labels = Readonly<Record<string, string>>;

/** A series of the input, in promtool's notation for values. */
type Input = readonly [family: string, labels: Labels, values: string];

type State = 0 | 1 | 2 | "flapping";

/** An alert, with the series that make it fire. */
export interface Scene {
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
/** The end of the values of a series that stays as it is. */
export const EVER: string = `x${MINUTES}`;
const FLAPPING = "0 2 ".repeat(20);

/** The scenes of causes and effects. */
export function toRootScenes({ service }: RuleOptions): readonly Scene[] {
  const { instance, serve } = toInputs(service);
  const toFired =
    (role: string) =>
    (name: string, handler: string, root = name): Labels => ({ [service]: name, name: handler, root, role });
  const [cause, effect] = [toFired("cause"), toFired("effect")];
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
  ];
}

/** The scenes of the other alerts. */
export function toAlertScenes({ service }: RuleOptions): readonly Scene[] {
  const { instance, serve, healthy } = toInputs(service);
  const expected = (name: string, labels: Labels = {}): Labels => ({ [service]: name, ...labels });
  return [
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

interface Inputs {
  /** The labels of an instance. Default: the first one. */
  instance(name: string, number?: number): Labels;
  /** A service with one handler in a state, which calls another service. */
  serve(
    name: string,
    handler: string,
    state: State,
    more?: Labels & { readonly upstream?: string },
  ): readonly Input[];
  /** A service without handlers. */
  healthy(name: string): readonly Input[];
}

function toInputs(service: string): Inputs {
  const instance: Inputs["instance"] = (name, number = 1) => ({
    [service]: name,
    instance: `${name}-${number}`,
  });
  return {
    instance,
    serve(name, handler, state, { upstream, critical = "true" } = {}) {
      const on = { ...instance(name), name: handler };
      const states = state === "flapping" ? FLAPPING : `${state}${EVER}`;
      return [
        ["svc_status_state", { ...on, critical, scope: "shared" }, states],
        ["svc_status_last_change_timestamp_seconds", on, `${upstream === undefined ? 1 : 2}${EVER}`],
        ["svc_status_overall", instance(name), states],
        ["svc_status_in_service", instance(name), `1${EVER}`],
        ["up", instance(name), `1${EVER}`],
        ...(upstream === undefined
          ? []
          : [["svc_status_upstream", { ...on, upstream }, `1${EVER}`] as const]),
      ];
    },
    healthy: (name) => [
      ["svc_status_overall", instance(name), `0${EVER}`],
      ["svc_status_in_service", instance(name), `1${EVER}`],
      ["up", instance(name), `1${EVER}`],
    ],
  };
}
