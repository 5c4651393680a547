import { expect, test } from "vitest";
import { describeInstances, describeService, findEffects } from "../../src/fleet/describe.ts";
import { DEFAULT_LABELS } from "../../src/fleet/options.ts";
import type { Series } from "../../src/fleet/read/prometheus.ts";
import { KIND } from "../../src/fleet/read/queries.ts";
import { toDetails } from "../../src/fleet/read/service-detail.ts";

const OLDEST = new Date(0);

/** A series of the service `orders`, recorded by a rule or marked with its kind. */
function seriesOf(kind: string, value: number, labels: Series["labels"] = {}): Series {
  const name = kind.includes(":") ? { __name__: kind } : { [KIND]: kind };
  return { labels: { job: "orders", namespace: "shop", ...name, ...labels }, value };
}

const SERVICE: readonly Series[] = [
  seriesOf("service:svc_status_known:max", 1),
  seriesOf("service:svc_status_overall:max", 2),
  seriesOf("service:svc_status_up:count", 3),
  seriesOf("service:svc_status_up:sum", 2),
  seriesOf("service:svc_status_in_service:sum", 1),
  seriesOf("service:svc_status_root:max", 1, { root: "database" }),
  seriesOf("service:svc_status_info:count", 1, { service_version: "1.4.3" }),
  seriesOf("service:svc_status_info:count", 2, { service_version: "1.4.2" }),
  seriesOf("evaluated", 1_000),
];

const HANDLERS: readonly Series[] = [
  seriesOf("handler:svc_status_state:max", 0, { name: "Cache", critical: "false" }),
  seriesOf("handler:svc_status_state:max", 2, { name: "Database", critical: "true" }),
  seriesOf("handler:svc_status_state:max", 0, { name: "Backup", critical: "true" }),
  seriesOf("handler:svc_status_state:count", 3, { name: "Cache", state: "0" }),
  seriesOf("handler:svc_status_state:count", 1, { name: "Database", state: "0" }),
  seriesOf("handler:svc_status_state:count", 1, { name: "Database", state: "2", critical: "true" }),
  seriesOf("handler:svc_status_state:count", 1, { name: "Database", state: "2", critical: "false" }),
  seriesOf("handler:svc_status_red_since_timestamp_seconds:min", 900, { name: "Database" }),
  seriesOf("handler:svc_status_root:count", 2, { name: "Database", root: "database", role: "effect" }),
];

const INSTANCES: readonly Series[] = [
  seriesOf("instance", 2, { instance: "a:1", name: "Database" }),
  seriesOf("instance", 1, { instance: "b:1", name: "Cache" }),
  seriesOf("instance", 2, { instance: "c:1" }),
  seriesOf("down", 0, { instance: "d:1" }),
  seriesOf("decommissioned", 0, { instance: "e:1" }),
];

test.each([
  [0, "OK", 800],
  [1, "YELLOW", 700],
])(
  "knows since when the state is %s from the rules, and only the start of that state",
  (state, word, since) => {
    const series = [
      seriesOf("service:svc_status_known:max", 1),
      seriesOf("service:svc_status_overall:max", state),
      seriesOf("service:svc_status_since_timestamp_seconds:max", 800, { state: "0" }),
      seriesOf("service:svc_status_since_timestamp_seconds:max", 700, { state: "1" }),
      seriesOf("evaluated", 1_000),
    ];
    const [service] = toDetails(series, DEFAULT_LABELS, OLDEST);
    expect(service).toMatchObject({ state: word, since: new Date(since * 1_000) });
    const [old] = toDetails(series, DEFAULT_LABELS, new Date(2_000_000));
    expect(old).toMatchObject({ state: "UNKNOWN" });
    expect(old).not.toHaveProperty("since");
  },
);

test("knows since when a service is RED from the service, or if it has no instance, from the rules", () => {
  const rows = [
    seriesOf("service:svc_status_known:max", 1),
    seriesOf("service:svc_status_overall:max", 2),
    seriesOf("service:svc_status_since_timestamp_seconds:max", 800, { state: "2" }),
  ];
  const failed = (value: number): Series =>
    seriesOf("service:svc_status_failed_since_timestamp_seconds:min", value);
  const since = (value: number) => toDetails([...rows, failed(value)], DEFAULT_LABELS, OLDEST)[0]?.since;
  expect(since(795)).toEqual(new Date(795_000));
  expect(since(0)).toEqual(new Date(800_000));
});

test("shows instances that are draining apart from those that are decommissioned", () => {
  const [service] = toDetails(
    [
      seriesOf("service:svc_status_known:max", 1),
      seriesOf("service:svc_status_up:count", 5),
      seriesOf("service:svc_status_up:sum", 4),
      seriesOf("service:svc_status_in_service:sum", 1),
      seriesOf("service:svc_status_draining:sum", 2),
      seriesOf("draining", 1, { instance: "a:1" }),
    ],
    DEFAULT_LABELS,
    OLDEST,
  );
  if (service === undefined) throw new Error("expected a service");
  expect(service.problems).toMatchObject([{ name: "a:1", problem: "draining" }]);
  expect(describeInstances(service)).toBe("5 instances, 4 scraped, 1 in service, 2 draining");
  expect(describeService(service, findEffects([service]))).toEqual([
    "1 not scraped",
    "2 draining",
    "1 decommissioned",
  ]);
});

test("shows the handlers worst first, with their instances by state, and since when", () => {
  const [service, ...others] = toDetails([...SERVICE, ...HANDLERS], DEFAULT_LABELS, OLDEST);
  expect(others).toEqual([]);
  expect(service).toMatchObject({
    name: "orders",
    where: { namespace: "shop" },
    state: "RED",
    root: "database",
    instances: { targets: 3, scraped: 2, inService: 1 },
    versions: [
      { version: "1.4.2", instances: 2 },
      { version: "1.4.3", instances: 1 },
    ],
  });
  expect(service?.handlers).toEqual([
    {
      name: "Database",
      state: "RED",
      critical: true,
      since: new Date(900_000),
      instances: { OK: 1, YELLOW: 0, RED: 2 },
      root: "database",
    },
    { name: "Backup", state: "OK", critical: true, instances: { OK: 0, YELLOW: 0, RED: 0 } },
    { name: "Cache", state: "OK", critical: false, instances: { OK: 3, YELLOW: 0, RED: 0 } },
  ]);
});

test("shows the instances that are not OK, down or decommissioned, and none without a handler", () => {
  const [service] = toDetails([...SERVICE, ...INSTANCES], DEFAULT_LABELS, OLDEST);
  expect(service?.problems[0]?.labels).toMatchObject({ instance: "a:1", name: "Database" });
  expect(service?.problems.map(({ labels: _, ...problem }) => problem)).toEqual([
    { name: "a:1", handler: "Database", problem: "RED" },
    { name: "b:1", handler: "Cache", problem: "YELLOW" },
    { name: "d:1", problem: "down" },
    { name: "e:1", problem: "decommissioned" },
  ]);
});

test("keeps services of one name apart by where they run", () => {
  const elsewhere = [...SERVICE, ...HANDLERS].map(({ labels, value }) => ({
    labels: { ...labels, namespace: "test" },
    value,
  }));
  const found = toDetails([...SERVICE, ...elsewhere, ...INSTANCES], DEFAULT_LABELS, OLDEST);
  const shown = found.map(({ where, handlers, problems }) => [
    where["namespace"],
    handlers.length,
    problems.length,
  ]);
  expect(new Map(shown.map(([where, ...counts]) => [where, counts]))).toEqual(
    new Map([
      ["shop", [0, 4]],
      ["test", [3, 0]],
    ]),
  );
});
