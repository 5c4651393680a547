import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createNoopMeter, type Meter } from "@opentelemetry/api";
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { expect, onTestFinished, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { FAMILY_NAMES } from "../../src/metrics/families.ts";
import { observeStatus } from "../../src/metrics/opentelemetry.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";

/** A reader that is asked by the test. */
class TestReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

interface Scene {
  readonly meter: Meter;
  /** What OpenTelemetry's Prometheus exporter answers. */
  scrape(): Promise<string>;
}

/** A real SDK with a real exporter behind a real socket. */
async function createScene(): Promise<Scene> {
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    withoutScopeInfo: true,
    withoutTargetInfo: true,
  });
  const provider = new MeterProvider({ readers: [exporter] });
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await provider.shutdown();
  });
  const { port } = server.address() as AddressInfo;
  return {
    meter: provider.getMeter("app"),
    scrape: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
  };
}

function createRegistry(): StatusRegistry {
  const registry = createStatusRegistry({ clock: createFakeClock() });
  registry.addStatusHandler("Queue", () => ({ state: "YELLOW", labels: { waiting: 7 } }));
  registry.addStatusHandler("Database", () => ({ state: "OK" }), { upstream: "db" });
  return registry;
}

test("shows every family through the Prometheus exporter, under its own name", async () => {
  const { meter, scrape } = await createScene();
  const service = { name: "orders", version: "1.4.2" };
  observeStatus(meter, createRegistry(), createProbe({ body: "OFF" }), service);
  expect(await scrape()).toBe(`# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED
# TYPE svc_status gauge
svc_status{name="Database"} 0
svc_status{name="Queue"} 1
svc_status{name="Queue_waiting"} 7
# HELP svc_status_state State of the handler: 0->OK, 1->YELLOW, 2->RED
# TYPE svc_status_state gauge
svc_status_state{name="Database",critical="true",scope="shared"} 0
svc_status_state{name="Queue",critical="true",scope="shared"} 1
# HELP svc_status_overall Worst state, with the RED of a non-critical handler as YELLOW: 0->OK, 1->YELLOW, 2->RED
# TYPE svc_status_overall gauge
svc_status_overall 1
# HELP svc_status_info The service and its version; always 1
# TYPE svc_status_info gauge
svc_status_info{service_name="orders",service_version="1.4.2"} 1
# HELP svc_status_upstream The service that the handler calls; always 1
# TYPE svc_status_upstream gauge
svc_status_upstream{name="Database",upstream="db"} 1
# HELP svc_status_label A number that the handler reports
# TYPE svc_status_label gauge
svc_status_label{name="Queue",label="waiting"} 7
# HELP svc_status_duration_seconds Duration of the last check
# UNIT svc_status_duration_seconds s
# TYPE svc_status_duration_seconds gauge
svc_status_duration_seconds{name="Database"} 0
svc_status_duration_seconds{name="Queue"} 0
# HELP svc_status_last_check_timestamp_seconds End of the last check
# UNIT svc_status_last_check_timestamp_seconds s
# TYPE svc_status_last_check_timestamp_seconds gauge
svc_status_last_check_timestamp_seconds{name="Database"} 1767225600
svc_status_last_check_timestamp_seconds{name="Queue"} 1767225600
# HELP svc_status_last_change_timestamp_seconds Start of the current state
# UNIT svc_status_last_change_timestamp_seconds s
# TYPE svc_status_last_change_timestamp_seconds gauge
svc_status_last_change_timestamp_seconds{name="Database"} 1767225600
svc_status_last_change_timestamp_seconds{name="Queue"} 1767225600
# HELP svc_status_in_service Answer of the probe: 1->in service, 0->decommissioned
# TYPE svc_status_in_service gauge
svc_status_in_service 0
# HELP svc_status_changes_total Number of changes to this state
# UNIT svc_status_changes_total {change}
# TYPE svc_status_changes_total counter
svc_status_changes_total{name="Database",state="OK"} 0
svc_status_changes_total{name="Database",state="YELLOW"} 0
svc_status_changes_total{name="Database",state="RED"} 0
svc_status_changes_total{name="Queue",state="OK"} 0
svc_status_changes_total{name="Queue",state="YELLOW"} 1
svc_status_changes_total{name="Queue",state="RED"} 0
`);
});

test("names its instruments by OpenTelemetry's conventions", async () => {
  const reader = new TestReader();
  observeStatus(new MeterProvider({ readers: [reader] }).getMeter("app"), createRegistry());
  const { resourceMetrics } = await reader.collect();
  const instruments = resourceMetrics.scopeMetrics[0]?.metrics.map(({ descriptor }) => descriptor);
  expect(instruments?.map(({ name, unit }) => [name, unit])).toEqual([
    ["svc.status", ""],
    ["svc.status_state", ""],
    ["svc.status_overall", ""],
    ["svc.status_upstream", ""],
    ["svc.status_label", ""],
    ["svc.status_duration_seconds", "s"],
    ["svc.status_last_check_timestamp_seconds", "s"],
    ["svc.status_last_change_timestamp_seconds", "s"],
    ["svc.status_in_service", ""],
    ["svc.status_changes", "{change}"],
  ]);
});

/** Units and the words that Prometheus' OTLP receiver and the Collector append for them. */
const UNIT_WORDS: Readonly<Record<string, string>> = { s: "seconds", "": "", "{change}": "" };

/** The name that Prometheus' OTLP receiver and the Collector derive, by the rules of prometheus/otlptranslator. */
function toPrometheusName({ name, unit, isCounter }: Instrument): string {
  const words = name.split(/[^A-Za-z0-9]+/);
  const further = [UNIT_WORDS[unit] ?? "?", isCounter ? "total" : ""].filter((word) => word !== "");
  return [...words, ...further.filter((word) => !words.includes(word))].join("_");
}

interface Instrument {
  readonly name: string;
  readonly unit: string;
  readonly isCounter: boolean;
}

test("has instruments that OTLP turns into the same names", async () => {
  const instruments: Instrument[] = [];
  const meter = new MeterProvider().getMeter("app");
  const createGauge = meter.createObservableGauge.bind(meter);
  const createCounter = meter.createObservableCounter.bind(meter);
  meter.createObservableGauge = (name, options) => {
    instruments.push({ name, unit: options?.unit ?? "", isCounter: false });
    return createGauge(name, options);
  };
  meter.createObservableCounter = (name, options) => {
    instruments.push({ name, unit: options?.unit ?? "", isCounter: true });
    return createCounter(name, options);
  };
  observeStatus(meter, createRegistry());
  expect(instruments.map(toPrometheusName)).toEqual(FAMILY_NAMES);
});

test("asks each handler once for a collection, and anew for the next one", async () => {
  const { meter, scrape } = await createScene();
  const handler = createFakeHandler();
  const registry = createRegistry();
  registry.addStatusHandler("Queue", handler);
  observeStatus(meter, registry);
  await scrape();
  expect(handler.calls).toBe(1);
  await scrape();
  expect(handler.calls).toBe(2);
});

test("asks each handler once for collections that overlap", async () => {
  const readers = [new TestReader(), new TestReader()];
  const handler = createFakeHandler();
  handler.hang();
  const registry = createRegistry();
  registry.addStatusHandler("Queue", handler);
  observeStatus(new MeterProvider({ readers }).getMeter("app"), registry);
  const collections = readers.map((reader) => reader.collect());
  handler.release();
  const results = await Promise.all(collections);
  expect(handler.calls).toBe(1);
  expect(results.map(({ errors }) => errors)).toEqual([[], []]);
});

test("counts on from collection to collection", async () => {
  const { meter, scrape } = await createScene();
  const handler = createFakeHandler();
  const registry = createRegistry();
  registry.addStatusHandler("Queue", handler);
  observeStatus(meter, registry);
  const shown: (string | undefined)[] = [];
  for (const state of ["RED", "OK", "RED"] as const) {
    handler.report(state);
    shown.push(/name="Queue",state="RED"} (\d+)/.exec(await scrape())?.[1]);
  }
  expect(shown).toEqual(["1", "1", "2"]);
});

test("shows a handler as RED that throws, and everything else as it is", async () => {
  const { meter, scrape } = await createScene();
  const registry = createRegistry();
  registry.addStatusHandler("Queue", () => {
    throw new Error("no");
  });
  observeStatus(meter, registry);
  expect(await scrape()).toContain('svc_status{name="Database"} 0\nsvc_status{name="Queue"} 2\n');
});

test("waits for a handler that hangs until its deadline", async () => {
  const { meter, scrape } = await createScene();
  const clock = createFakeClock();
  const handler = createFakeHandler();
  const asked = new Promise<void>((resolve) => {
    handler.hang();
    const registry = createStatusRegistry({ clock });
    const status: typeof handler.status = (context) => {
      resolve();
      return handler.status(context);
    };
    registry.addStatusHandler("Queue", status, { timeoutMs: 2_000 });
    observeStatus(meter, registry);
  });
  const scraped = scrape();
  await asked;
  await clock.advance(2_000);
  expect(await scraped).toContain('svc_status{name="Queue"} 2\n');
});

test("leaves out numbers that JSON does not have, and keeps the others", async () => {
  const { meter, scrape } = await createScene();
  const registry = createRegistry();
  const labels = { ratio: Number.NaN, limit: Number.POSITIVE_INFINITY, jobs: 3 };
  registry.addStatusHandler("Queue", () => ({ state: "OK", labels }));
  observeStatus(meter, registry);
  const text = await scrape();
  expect(text).toContain('svc_status{name="Queue"} 0\nsvc_status{name="Queue_jobs"} 3\n');
  expect(text).not.toMatch(/Queue_ratio|Queue_limit/);
});

test("asks nobody any more once it was ended, and can begin again", async () => {
  const { meter, scrape } = await createScene();
  const handler = createFakeHandler();
  const registry = createRegistry();
  registry.addStatusHandler("Queue", handler);
  const end = observeStatus(meter, registry);
  end();
  await scrape();
  expect(handler.calls).toBe(0);
  observeStatus(meter, registry);
  await scrape();
  expect(handler.calls).toBe(1);
});

test("shows the registry of the last call for a meter", async () => {
  const { meter, scrape } = await createScene();
  observeStatus(meter, createRegistry());
  const other = createStatusRegistry();
  other.addStatusHandler("Other", () => ({ state: "YELLOW" }));
  observeStatus(meter, other);
  const text = await scrape();
  expect(text).toContain('svc_status{name="Other"} 1\n');
  expect(text).not.toContain('name="Database"');
});

test("does nothing where there is no SDK, however often: the API has one meter for all then", () => {
  const ends = [createNoopMeter(), createNoopMeter()].map((meter) => observeStatus(meter, createRegistry()));
  expect(ends.map((end) => end())).toEqual([undefined, undefined]);
});

test("refuses what is no meter", () => {
  expect(() => observeStatus(new MeterProvider() as never)).toThrow(
    "meter: expected an object with createObservableGauge(), createObservableCounter(), " +
      "addBatchObservableCallback(), removeBatchObservableCallback(), got an object",
  );
});

test("rejects a service that cannot be a label", async () => {
  const { meter } = await createScene();
  const observe = (service: object) => () => observeStatus(meter, createRegistry(), createProbe(), service);
  expect(observe({ name: "a\nb" })).toThrow("service.name: expected 1 to 200 characters");
  expect(observe({ verison: "1" })).toThrow(
    'service: unknown option "verison", expected one of name, version',
  );
});
