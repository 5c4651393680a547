import * as successor from "@prometheus-io/client";
import * as promClient15 from "prom-client";
import * as promClient13 from "prom-client-13";
import * as promClient14 from "prom-client-14";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { exposeStatus, type PromRegister } from "../../src/metrics/prom-client.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";

const FAMILIES = [
  "svc_status",
  "svc_status_state",
  "svc_status_overall",
  "svc_status_info",
  "svc_status_cause",
  "svc_status_held",
  "svc_status_upstream",
  "svc_status_label",
  "svc_status_duration_seconds",
  "svc_status_last_check_timestamp_seconds",
  "svc_status_last_change_timestamp_seconds",
  "svc_status_in_service",
  "svc_status_draining",
  "svc_status_changes_total",
];

/** As much of a register as the tests use. */
interface Register extends PromRegister {
  readonly contentType: string;
  metrics(): Promise<string>;
  getMetricsAsJSON(): Promise<unknown>;
  setDefaultLabels(labels: object): void;
  resetMetrics(): void;
  clear(): void;
}

const LIBRARIES = [
  ["prom-client 13", promClient13],
  ["prom-client 14", promClient14],
  ["prom-client 15", promClient15],
  ["@prometheus-io/client", successor],
] as const;

const WITH_OPEN_METRICS = [
  ["prom-client 15", promClient15],
  ["@prometheus-io/client", successor],
] as const;

/** A register with one counter of the application. */
function createRegister({ Registry, Counter }: (typeof LIBRARIES)[number][1]): Register {
  const register = new Registry();
  new Counter({ name: "app_jobs_total", help: "Jobs", registers: [register as never] }).inc(3);
  return register as unknown as Register;
}

function createRegistry(): StatusRegistry {
  const registry = createStatusRegistry({ clock: createFakeClock() });
  registry.addStatusHandler("Queue", () => ({ state: "YELLOW", labels: { waiting: 7 } }));
  registry.addStatusHandler("Database", () => ({ state: "OK" }));
  return registry;
}

function familiesOf(text: string): string[] {
  return Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, family = ""]) => family);
}

describe.each(LIBRARIES)("a register of %s", (_, library) => {
  test("shows every family behind the application's own", async () => {
    const register = createRegister(library);
    exposeStatus(register, createRegistry(), createProbe());
    expect(await register.metrics()).toBe(`# HELP app_jobs_total Jobs
# TYPE app_jobs_total counter
app_jobs_total 3

# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED
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

# HELP svc_status_cause Another handler whose RED explains the RED of this one; always 1
# TYPE svc_status_cause gauge

# HELP svc_status_held The handler is RED, and readiness does not count it; always 1
# TYPE svc_status_held gauge

# HELP svc_status_upstream The service that the handler calls; always 1
# TYPE svc_status_upstream gauge

# HELP svc_status_label A number that the handler reports
# TYPE svc_status_label gauge
svc_status_label{name="Queue",label="waiting"} 7

# HELP svc_status_duration_seconds Duration of the last check
# TYPE svc_status_duration_seconds gauge
svc_status_duration_seconds{name="Database"} 0
svc_status_duration_seconds{name="Queue"} 0

# HELP svc_status_last_check_timestamp_seconds End of the last check
# TYPE svc_status_last_check_timestamp_seconds gauge
svc_status_last_check_timestamp_seconds{name="Database"} 1767225600
svc_status_last_check_timestamp_seconds{name="Queue"} 1767225600

# HELP svc_status_last_change_timestamp_seconds Start of the current state
# TYPE svc_status_last_change_timestamp_seconds gauge
svc_status_last_change_timestamp_seconds{name="Database"} 1767225600
svc_status_last_change_timestamp_seconds{name="Queue"} 1767225600

# HELP svc_status_in_service Answer of the probe: 1->in service, 0->decommissioned
# TYPE svc_status_in_service gauge
svc_status_in_service 1

# HELP svc_status_draining The process is about to end; always 1
# TYPE svc_status_draining gauge

# HELP svc_status_changes_total Number of changes to this state
# TYPE svc_status_changes_total counter
svc_status_changes_total{name="Database",state="OK"} 0
svc_status_changes_total{name="Database",state="YELLOW"} 0
svc_status_changes_total{name="Database",state="RED"} 0
svc_status_changes_total{name="Queue",state="OK"} 0
svc_status_changes_total{name="Queue",state="YELLOW"} 1
svc_status_changes_total{name="Queue",state="RED"} 0
`);
  });

  test("asks each handler once for all families, and anew for the next scrape", async () => {
    const handler = createFakeHandler();
    const registry = createRegistry();
    registry.addStatusHandler("Queue", handler);
    const register = createRegister(library);
    exposeStatus(register, registry);
    await register.metrics();
    expect(handler.calls).toBe(1);
    await register.getMetricsAsJSON();
    expect(handler.calls).toBe(2);
  });

  test("asks each handler once for scrapes that overlap", async () => {
    const handler = createFakeHandler();
    handler.hang();
    const registry = createRegistry();
    registry.addStatusHandler("Queue", handler);
    const register = createRegister(library);
    exposeStatus(register, registry, createProbe());
    const scrapes = [register.metrics(), register.metrics()];
    handler.report("RED");
    handler.release();
    const [one, other] = await Promise.all(scrapes);
    expect(handler.calls).toBe(1);
    expect(one).toContain('svc_status{name="Queue"} 2\n');
    expect(other).toBe(one);
  });

  test.each([
    [
      "throws",
      (): never => {
        throw new Error("no");
      },
    ],
    ["rejects with undefined", () => Promise.reject(undefined)],
    ["returns no status", () => "fine"],
  ])("shows a handler as RED that %s, and everything else as it is", async (_how, handler) => {
    const registry = createRegistry();
    registry.addStatusHandler("Queue", handler as never);
    const register = createRegister(library);
    exposeStatus(register, registry);
    const text = await register.metrics();
    expect(text).toContain('svc_status{name="Database"} 0\nsvc_status{name="Queue"} 2\n');
    expect(text).toContain("app_jobs_total 3\n");
  });

  test("waits for a handler that hangs until its deadline", async () => {
    const clock = createFakeClock();
    const handler = createFakeHandler();
    handler.hang();
    const registry = createStatusRegistry({ clock });
    registry.addStatusHandler("Queue", handler, { timeoutMs: 2_000 });
    const register = createRegister(library);
    exposeStatus(register, registry);
    const [text] = await Promise.all([register.metrics(), clock.advance(2_000)]);
    expect(text).toContain('svc_status{name="Queue"} 2\n');
    expect(text).toContain('svc_status_duration_seconds{name="Queue"} 2\n');
  });

  test("shows the registry of the last call, as tests expose one for each application", async () => {
    const register = createRegister(library);
    const other = createStatusRegistry();
    other.addStatusHandler("Other", () => ({ state: "YELLOW" }));
    const removeFirst = exposeStatus(register, createRegistry());
    const before = familiesOf(await register.metrics());
    const removeSecond = exposeStatus(register, other);
    removeFirst();
    const text = await register.metrics();
    expect(familiesOf(text)).toEqual(before);
    expect(text).toContain('svc_status{name="Other"} 1\n');
    expect(text.match(/^svc_status\{/gm)).toHaveLength(1);
    removeSecond();
    expect(familiesOf(await register.metrics())).toEqual(["app_jobs_total"]);
  });

  test("is left as it was where the application has a metric of such a name", async () => {
    const register = createRegister(library);
    new library.Gauge({ name: "svc_status_in_service", help: "Mine", registers: [register as never] });
    expect(() => exposeStatus(register, createRegistry())).toThrow(
      "expected no metric svc_status_in_service",
    );
    expect(familiesOf(await register.metrics())).toEqual(["app_jobs_total", "svc_status_in_service"]);
  });

  test("shows nothing of it after it was removed, and can have it again", async () => {
    const register = createRegister(library);
    const remove = exposeStatus(register, createRegistry());
    remove();
    expect(familiesOf(await register.metrics())).toEqual(["app_jobs_total"]);
    exposeStatus(register, createRegistry());
    remove();
    expect(familiesOf(await register.metrics())).toEqual(["app_jobs_total", ...FAMILIES]);
  });

  test("can have it again after it was cleared", async () => {
    const register = createRegister(library);
    exposeStatus(register, createRegistry());
    register.clear();
    exposeStatus(register, createRegistry());
    expect(familiesOf(await register.metrics())).toEqual(FAMILIES);
  });

  test("adds its default labels, and nothing of them stays", async () => {
    const register = createRegister(library);
    exposeStatus(register, createRegistry(), createProbe());
    register.setDefaultLabels({ app: "a" });
    await register.getMetricsAsJSON();
    expect(await register.metrics()).toContain('svc_status_in_service{app="a"} 1\n');
    register.setDefaultLabels({ app: "b" });
    expect(await register.metrics()).toContain('svc_status{name="Queue",app="b"} 1\n');
    register.setDefaultLabels({});
    expect(await register.metrics()).toContain('svc_status{name="Queue"} 1\n');
  });

  test("goes on counting when it is told to begin again: the count is the registry's", async () => {
    const register = createRegister(library);
    exposeStatus(register, createRegistry());
    await register.metrics();
    register.resetMetrics();
    expect(await register.metrics()).toContain('svc_status_changes_total{name="Queue",state="YELLOW"} 1\n');
  });

  test("follows handlers that come and go", async () => {
    const registry = createRegistry();
    const register = createRegister(library);
    exposeStatus(register, registry);
    await register.metrics();
    registry.removeStatusHandler("Queue");
    registry.addStatusHandler("Disk", () => ({ state: "OK" }));
    const text = await register.metrics();
    expect(text).toContain('svc_status{name="Disk"} 0\n');
    expect(text).not.toContain("Queue");
  });

  test("aggregates workers by the worst of them, and adds their changes up", async () => {
    const workers = [];
    for (const [state, body] of [
      ["YELLOW", "OK"],
      ["RED", "OFF"],
      ["YELLOW", "OK"],
    ] as const) {
      const registry = createStatusRegistry({ clock: createFakeClock() });
      registry.addStatusHandler("Queue", () => ({ state }));
      const register = createRegister(library);
      exposeStatus(register, registry, createProbe({ body }));
      workers.push(await register.getMetricsAsJSON());
    }
    const { AggregatorRegistry } = library as unknown as {
      AggregatorRegistry: { aggregate(metrics: readonly unknown[]): Register };
    };
    const text = await AggregatorRegistry.aggregate(JSON.parse(JSON.stringify(workers))).metrics();
    expect(text).toContain("app_jobs_total 9\n");
    expect(text).toContain('svc_status{name="Queue"} 2\n');
    expect(text).toContain("svc_status_in_service 0\n");
    expect(text).toContain('svc_status_changes_total{name="Queue",state="YELLOW"} 2\n');
    expect(text).toContain('svc_status_changes_total{name="Queue",state="RED"} 1\n');
  });
});

describe.each(WITH_OPEN_METRICS)("a register of %s that writes OpenMetrics", (_, { Registry }) => {
  function createOpenMetricsRegister(): Register & { setContentType(type: string): void } {
    const register = new Registry() as promClient15.Registry;
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    return register as never;
  }

  test("shows every family, the counter without its suffix", async () => {
    const register = createOpenMetricsRegister();
    exposeStatus(register, createRegistry());
    const text = await register.metrics();
    expect(familiesOf(text)).toEqual([...FAMILIES.slice(0, -1), "svc_status_changes"]);
    expect(text).toContain('\nsvc_status_changes_total{name="Queue",state="YELLOW"} 1\n');
    expect(text).toMatch(/state="RED"\} 0\n# EOF\n$/);
    expect(register.contentType).toBe(Registry.OPENMETRICS_CONTENT_TYPE);
  });

  test("writes the counter with its suffix again when the application switches it back", async () => {
    const register = createOpenMetricsRegister();
    exposeStatus(register, createRegistry());
    const openMetrics = await register.metrics();
    register.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
    const text = await register.metrics();
    expect(familiesOf(text)).toEqual(FAMILIES);
    expect(text).toContain('\nsvc_status_changes_total{name="Queue",state="YELLOW"} 1\n');
    register.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    expect(await register.metrics()).toBe(openMetrics);
  });

  test("has nothing of it after it was removed", async () => {
    const register = createOpenMetricsRegister();
    const remove = exposeStatus(register, createRegistry());
    await register.metrics();
    remove();
    expect(familiesOf(await register.metrics())).toEqual([]);
  });
});

describe("exposeStatus", () => {
  const register = new promClient15.Registry();

  test.each([
    [
      "a register",
      "register: expected an object with registerMetric(), getSingleMetric(), removeSingleMetric()",
      [promClient15],
    ],
    ["a registry", "registry: expected an object with getReport(), changeCounts()", [register, {}]],
    [
      "a probe",
      "probe: expected an object with decommission(), commission()",
      [register, createRegistry(), {}],
    ],
  ])("refuses what is not %s", (_, message, parameters) => {
    const expose = exposeStatus as (...anything: unknown[]) => void;
    expect(() => expose(...parameters)).toThrow(new TypeError(`${message}, got an object`));
  });

  test("takes the default registry where no other is given", async () => {
    const remove = exposeStatus(register);
    expect(await register.metrics()).toContain("svc_status_in_service 1\n");
    remove();
  });
});
