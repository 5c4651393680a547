import { expect, test } from "vitest";
import type { ProbeOptions } from "../../src/core/probe.ts";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import { getProbeSeams } from "../../src/core/seams.ts";
import type { PrometheusViewOptions } from "../../src/http/options.ts";
import { type Ask, createAsk } from "../../src/testing/ask.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

const OPEN_METRICS = { headers: { accept: "application/openmetrics-text; version=1.0.0" } };

const APPLICATION = `# HELP app_jobs_total Jobs
# TYPE app_jobs_total counter
app_jobs_total 3
# HELP svc_status_changes_total Number of changes to this state
# TYPE svc_status_changes_total counter
svc_status_changes_total{name="A",state="RED"} 1
# HELP svc_status_in_service Somebody's
# TYPE svc_status_in_service gauge
svc_status_in_service 1
`;

const OPEN_METRICS_APPLICATION = `# TYPE app_jobs counter
app_jobs_total 3
# TYPE svc_status_changes counter
svc_status_changes_total{name="A",state="RED"} 1
svc_status_changes_created{name="A",state="RED"} 1767225600
# EOF
`;

function createRegistry(): StatusRegistry {
  const registry = createStatusRegistry({ clock: createFakeClock() });
  registry.addStatusHandler("A", () => ({ state: "OK", labels: { jobs: 7 } }));
  registry.addStatusHandler("B", () => ({ state: "RED" }));
  return registry;
}

function askWith(
  prometheus: PrometheusViewOptions,
  registry = createRegistry(),
  probe: ProbeOptions = {},
): Ask {
  return createAsk({ registry, probe: createProbe(probe), svcStatus: { prometheus } });
}

function familiesOf(text: string): string[] {
  return Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, family = ""]) => family);
}

test("are left out by default", async () => {
  const { body } = await askWith({})("/svc_status.prometheus");
  expect(familiesOf(body)).toEqual(["svc_status"]);
});

test("stand between the status and the application's metrics", async () => {
  const metrics = { metrics: () => "# TYPE app_jobs_total counter\napp_jobs_total 3\n" };
  const { body } = await askWith({ extended: true, metrics })("/svc_status.prometheus");
  expect(familiesOf(body)).toEqual([
    "svc_status",
    "svc_status_state",
    "svc_status_overall",
    "svc_status_label",
    "svc_status_duration_seconds",
    "svc_status_last_check_timestamp_seconds",
    "svc_status_last_change_timestamp_seconds",
    "svc_status_in_service",
    "svc_status_changes_total",
    "app_jobs_total",
  ]);
});

test("end with # EOF in OpenMetrics", async () => {
  const { headers, body } = await askWith({ extended: true })("/svc_status", OPEN_METRICS);
  expect(headers["Content-Type"]).toContain("application/openmetrics-text");
  expect(familiesOf(body).at(-1)).toBe("svc_status_changes");
  expect(body).toMatch(/\nsvc_status_changes_total\{name="B",state="RED"\} 1\n# EOF\n$/);
});

test("show the probe that is served", async () => {
  const ask = askWith({ extended: true }, createRegistry(), { body: "OFF" });
  expect((await ask("/svc_status.prometheus")).body).toContain("\nsvc_status_in_service 0\n");
});

test("show that the process is about to end, and nothing before", async () => {
  const probe = createProbe();
  const ask = createAsk({
    registry: createRegistry(),
    probe,
    svcStatus: { prometheus: { extended: true } },
  });
  expect((await ask("/svc_status.prometheus")).body).not.toContain("svc_status_draining");
  probe.decommission();
  expect((await ask("/svc_status.prometheus")).body).not.toContain("svc_status_draining");
  getProbeSeams(probe).setDraining?.({ reason: "SIGTERM", deadlineAt: Date.now() + 1_000 });
  expect((await ask("/svc_status.prometheus")).body).toContain("\nsvc_status_draining 1\n");
});

test("show the handlers that are asked for, and no other", async () => {
  const { body } = await askWith({ extended: true })("/svc_status.prometheus?name=B");
  expect(body).toContain('svc_status_duration_seconds{name="B"} 0\n');
  expect(body).not.toContain('name="A"');
});

test("contain the name and the version of the service", async () => {
  const service = { name: "orders", version: "1.4.2" };
  const ask = createAsk({
    registry: createRegistry(),
    service,
    svcStatus: { prometheus: { extended: true } },
  });
  const { body } = await ask("/svc_status.prometheus");
  expect(body).toContain('\nsvc_status_info{service_name="orders",service_version="1.4.2"} 1\n');
});

test("are shown with details refused, without what a handler reports", async () => {
  const registry = createRegistry();
  const ask = createAsk({ registry, svcStatus: { details: "never", prometheus: { extended: true } } });
  const { body } = await ask("/svc_status.prometheus");
  expect(body).toContain('svc_status_duration_seconds{name="A"} 0\n');
  expect(body).not.toMatch(/jobs/);
});

test.each([
  ["0.0.4", APPLICATION, {}, ["svc_status_changes_total", "svc_status_in_service"]],
  ["OpenMetrics", OPEN_METRICS_APPLICATION, OPEN_METRICS, ["svc_status_changes"]],
  ["OpenMetrics, read as 0.0.4", OPEN_METRICS_APPLICATION, {}, ["svc_status_changes_total"]],
])(
  "are left out of the application's metrics, which the logger is told: %s",
  async (_, text, how, families) => {
    const lines: string[] = [];
    const registry = createRegistry();
    registry.logger = { info() {}, warn: (line) => void lines.push(line), error() {} };
    const ask = askWith({ extended: true, metrics: { metrics: () => text } }, registry);
    const { body } = await ask("/svc_status.prometheus", how);
    expect(body).toContain("app_jobs_total 3\n");
    expect(body.match(/^svc_status_changes\w*\{name="A",state="RED"\}.*$/gm)).toEqual([
      'svc_status_changes_total{name="A",state="RED"} 0',
    ]);
    expect(new Set(familiesOf(body)).size).toBe(familiesOf(body).length);
    for (const family of families) expect(lines.join("\n")).toContain(`the application's family ${family}`);
  },
);

test("stay in the application's metrics where the view itself does not write them", async () => {
  const ask = askWith({ metrics: { metrics: () => APPLICATION } });
  const { body } = await ask("/svc_status.prometheus");
  expect(body).toContain('svc_status_changes_total{name="A",state="RED"} 1\n');
  expect(familiesOf(body)).toEqual([
    "svc_status",
    "app_jobs_total",
    "svc_status_changes_total",
    "svc_status_in_service",
  ]);
});

test("refuse anything but true and false", () => {
  const extended = "yes" as unknown as boolean;
  expect(() => askWith({ extended })).toThrow(
    new TypeError('svcStatus.prometheus.extended: expected true or false, got "yes"'),
  );
});
