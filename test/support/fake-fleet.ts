import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { fleetStatus } from "../../src/fleet/fleet-status.ts";
import { EXPECTED_RULES } from "../../src/fleet/read/queries.ts";
import type { FakeRange, FakeSeries } from "./fake-prometheus.ts";
import { startFakePrometheus } from "./fake-prometheus.ts";

const MINUTE_S = 60;

/** How long the failure of `orders` lasts. */
const FAILED_MIN = 12;

const ZONE_B = 38;

interface FakeService {
  readonly overall: number;
  readonly instances: number;
  readonly scraped?: number;
  readonly sinceMin: number;
  readonly root?: string;
  readonly versions?: Readonly<Record<string, number>>;
  /** When it was worse before: its state and the minutes ago. */
  readonly troubles: readonly (readonly [from: number, to: number, state: number])[];
}

const SERVICES: Readonly<Record<string, FakeService>> = {
  orders: {
    overall: 2,
    instances: 2_000,
    scraped: 1_999,
    sinceMin: FAILED_MIN,
    root: "orders",
    troubles: [
      [FAILED_MIN, 0, 2],
      [430, 395, 1],
      [1_015, 985, 2],
    ],
  },
  web: {
    overall: 2,
    instances: 300,
    sinceMin: FAILED_MIN - 1,
    root: "orders",
    troubles: [
      [FAILED_MIN - 1, 0, 2],
      [1_010, 985, 2],
    ],
  },
  billing: { overall: 0, instances: 120, scraped: 119, sinceMin: 95, troubles: [[95, 0, 1]] },
  accounts: {
    overall: 0,
    instances: 120,
    sinceMin: 4_000,
    versions: { "1.14.2": 84, "1.15.0": 36 },
    troubles: [],
  },
  stock: { overall: 0, instances: 60, sinceMin: 700, troubles: [[730, 700, 1]] },
};

/** The handlers of `orders`, with the number of instances in which they are RED and YELLOW. */
const HANDLERS: Readonly<Record<string, readonly [red: number, yellow: number, critical: string]>> = {
  Database: [40, 0, "true"],
  OrderHistory: [ZONE_B, 0, "true"],
  Mailer: [0, 12, "false"],
  PaymentGateway: [0, 0, "true"],
};

/** Nine of these instances are YELLOW, the others RED. */
const INSTANCES: readonly string[] = Array.from({ length: 49 }, (_, index) => `10.4.2.${index + 10}:8080`);

const REPORT: object = {
  entries: [
    {
      name: "Database",
      state: "RED",
      detail: "connect ECONNREFUSED 10.4.0.5:5432",
      since: agoIso(FAILED_MIN),
    },
    { name: "OrderHistory", state: "RED", detail: "needs Database", since: agoIso(FAILED_MIN) },
    { name: "Mailer", state: "OK", detail: "no message waits", since: agoIso(3_000) },
    { name: "PaymentGateway", state: "OK", detail: "p95 180 ms", since: agoIso(3_000) },
  ],
};

/**
 * The page of a fleet in which 40 of the 2,000 instances of `orders` are RED, most of them in one zone, and
 * another service with them. Closed when the test is over.
 */
export async function serveFakeFleet(): Promise<string> {
  const prometheus = await startFakePrometheus(answer, (query) =>
    query.includes("handler:") ? toHandlerAxes() : toServiceAxes(),
  );
  const { host } = await serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://instance");
    const report = { ...REPORT, ...(searchParams.has("at") && { past: true }) };
    response.writeHead(pathname.endsWith(".report") ? 200 : 404).end(JSON.stringify(report));
  });
  const fleet = fleetStatus({
    prometheus,
    instanceUrl: `http://${host}/{instance}/svc_status`,
    details: { hosts: [host] },
  });
  onTestFinished(() => fleet.close());
  return `http://${(await serve(serviceStatus({ svcStatus: false, probeStatus: false, fleet }))).host}/fleet`;
}

async function serve(listener: RequestListener): Promise<{ readonly host: string }> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function answer(query: string, time: string | undefined): readonly FakeSeries[] {
  if (query.includes("red zone")) return SHARED;
  const [, wanted] = /job="(\w+)"/.exec(query) ?? [];
  const series = Object.entries(SERVICES).flatMap(([job, service]) => toService(job, service, time));
  return [...series, ...toHandlers(), ...toInstances()].filter(
    ([{ job }]) => wanted === undefined || job === wanted,
  );
}

const SHARED: readonly FakeSeries[] = [
  [{ svc_status_series: "red zone", name: "Database", zone: "b" }, ZONE_B],
  [{ svc_status_series: "red zone", name: "Database", zone: "a" }, 40 - ZONE_B],
  [{ svc_status_series: "red zone", name: "OrderHistory", zone: "b" }, ZONE_B],
  [{ svc_status_series: "all zone", zone: "a" }, 667],
  [{ svc_status_series: "all zone", zone: "b" }, 666],
  [{ svc_status_series: "all zone", zone: "c" }, 666],
];

function toService(job: string, service: FakeService, time: string | undefined): readonly FakeSeries[] {
  const { overall, instances, scraped = instances, sinceMin, root, versions } = service;
  const own: Readonly<Record<string, number>> = {
    "service:svc_status_known:max": 1,
    "service:svc_status_overall:max": overall,
    "service:svc_status_up:count": instances,
  };
  const state = scraped < instances && overall === 0 ? 1 : overall;
  return [
    ...EXPECTED_RULES.map((__name__): FakeSeries => [{ __name__, job }, own[__name__] ?? scraped]),
    ...Object.entries(versions ?? { "1.14.2": scraped }).map(
      ([service_version, count]): FakeSeries => [
        { __name__: "service:svc_status_info:count", job, service_version },
        count,
      ],
    ),
    [
      { __name__: "service:svc_status_since_timestamp_seconds:max", job, state: String(state) },
      agoS(sinceMin),
    ],
    ...(root === undefined
      ? []
      : [
          [{ __name__: "service:svc_status_root:max", job, root }, 1] as const,
          [
            { __name__: "service:svc_status_failed_since_timestamp_seconds:min", job },
            agoS(sinceMin),
          ] as const,
        ]),
    [{ svc_status_series: "evaluated", job }, (time === undefined ? Date.now() / 1_000 : Number(time)) - 4],
  ];
}

function toHandlers(): readonly FakeSeries[] {
  const job = "orders";
  const counts = { "0": 1_950, "1": 9, "2": 40 };
  return [
    ...Object.entries(counts).map(
      ([state, count]): FakeSeries => [{ __name__: "service:svc_status_overall:count", job, state }, count],
    ),
    [{ __name__: "handler:svc_status_root:count", job, name: "Database", role: "cause", root: job }, 40],
    ...Object.entries(HANDLERS).flatMap(([name, [red, yellow, critical]]): readonly FakeSeries[] => [
      [{ __name__: "handler:svc_status_state:max", job, name, critical }, red > 0 ? 2 : Number(yellow > 0)],
      [{ __name__: "handler:svc_status_state:count", job, name, critical, state: "0" }, 1_999 - red - yellow],
      [{ __name__: "handler:svc_status_state:count", job, name, critical, state: "1" }, yellow],
      [{ __name__: "handler:svc_status_state:count", job, name, critical, state: "2" }, red],
      ...(red > 0
        ? [
            [
              { __name__: "handler:svc_status_red_since_timestamp_seconds:min", job, name },
              agoS(FAILED_MIN),
            ] as const,
          ]
        : []),
    ]),
  ];
}

function toInstances(): readonly FakeSeries[] {
  const toSeries = (index: number, name: string, value: number): FakeSeries => {
    const zone = index < ZONE_B ? "b" : "a";
    return [
      { svc_status_series: "instance", job: "orders", instance: INSTANCES[index] ?? "", name, zone },
      value,
    ];
  };
  return [
    ...Object.entries(HANDLERS).flatMap(([name, [red]]) =>
      Array.from({ length: red }, (_, index) => toSeries(index, name, 2)),
    ),
    // Three of those that are RED, and nine others.
    ...[0, 1, 2, 40, 41, 42, 43, 44, 45, 46, 47, 48].map((index) => toSeries(index, "Mailer", 1)),
    [{ svc_status_series: "down", job: "orders", instance: "10.4.7.7:8080", zone: "c" }, 0],
  ];
}

/** For each state its latest start, as the rules record it. */
function toServiceAxes(): readonly FakeRange[] {
  return Object.entries(SERVICES).flatMap(([job, { troubles }]) =>
    [0, 1, 2].map(
      (state): FakeRange => [
        { job, state: String(state) },
        (at) => (toStateAt(troubles, at) === state ? toStart(troubles, at) : Number.NaN),
      ],
    ),
  );
}

/** The last start or end of a trouble. */
function toStart(troubles: FakeService["troubles"], atS: number): number {
  const changes = troubles.flatMap(([from, to]) => [agoS(from), agoS(to)]);
  return Math.max(agoS(4_000), ...changes.filter((change) => change <= atS));
}

function toHandlerAxes(): readonly FakeRange[] {
  const orders = SERVICES["orders"]?.troubles ?? [];
  return Object.keys(HANDLERS).map((name) => [
    { job: "orders", name },
    (at) => (name === "Database" || name === "OrderHistory" ? toStateAt(orders, at) : 0),
  ]);
}

function toStateAt(troubles: FakeService["troubles"], atS: number): number {
  const ago = (Date.now() / 1_000 - atS) / MINUTE_S;
  return troubles.find(([from, to]) => ago <= from && ago >= to)?.[2] ?? 0;
}

function agoS(minutes: number): number {
  return Date.now() / 1_000 - minutes * MINUTE_S;
}

function agoIso(minutes: number): string {
  return new Date(agoS(minutes) * 1_000).toISOString();
}
