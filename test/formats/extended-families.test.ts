import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { EXTENDED_FAMILIES, renderExtended } from "../../src/formats/prometheus.ts";
import type { FamiliesSource, ServiceIdentity } from "../../src/metrics/families.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";
import { createFakeHandler } from "../../src/testing/fake-handler.ts";

/** A queue that became RED a minute after the start, and was asked half a minute later, which took 250 ms. */
async function createSource(name = "Queue"): Promise<FamiliesSource> {
  const clock = createFakeClock();
  const registry = createStatusRegistry({ clock });
  const handler = createFakeHandler({ clock });
  registry.addStatusHandler(name, handler);
  await registry.getReport();
  handler.report("RED", { labels: { waiting: 7 } });
  await clock.advance(60_000);
  await registry.getReport();
  handler.answerAfter(250);
  await clock.advance(30_000);
  const [report] = await Promise.all([registry.getReport(), clock.advance(250)]);
  return { entries: report.entries, probe: createProbe(), changeCounts: registry.changeCounts };
}

const STATES = `# HELP svc_status_state State of the handler: 0->OK, 1->YELLOW, 2->RED
# TYPE svc_status_state gauge
svc_status_state{name="Queue",critical="true",scope="shared"} 2
# HELP svc_status_overall Worst state, with the RED of a non-critical handler as YELLOW: 0->OK, 1->YELLOW, 2->RED
# TYPE svc_status_overall gauge
svc_status_overall 2
`;

const GAUGES = `${STATES}# HELP svc_status_label A number that the handler reports
# TYPE svc_status_label gauge
svc_status_label{name="Queue",label="waiting"} 7
# HELP svc_status_duration_seconds Duration of the last check
# TYPE svc_status_duration_seconds gauge
svc_status_duration_seconds{name="Queue"} 0.25
# HELP svc_status_last_check_timestamp_seconds End of the last check
# TYPE svc_status_last_check_timestamp_seconds gauge
svc_status_last_check_timestamp_seconds{name="Queue"} 1767225690.25
# HELP svc_status_last_change_timestamp_seconds Start of the current state
# TYPE svc_status_last_change_timestamp_seconds gauge
svc_status_last_change_timestamp_seconds{name="Queue"} 1767225660
# HELP svc_status_in_service Answer of the probe: 1->in service, 0->decommissioned
# TYPE svc_status_in_service gauge
svc_status_in_service 1
`;

const CHANGES = `svc_status_changes_total{name="Queue",state="OK"} 0
svc_status_changes_total{name="Queue",state="YELLOW"} 0
svc_status_changes_total{name="Queue",state="RED"} 1
`;

describe("the extended families", () => {
  test("omit the labels without details, and nothing else", async () => {
    const all = renderExtended(await createSource(), false);
    const label = /# HELP svc_status_label (?:.*\n)# TYPE svc_status_label gauge\nsvc_status_label\{.*\n/;
    expect(all).toMatch(label);
    expect(renderExtended(await createSource(), false, false)).toBe(all.replace(label, ""));
  });

  test("say how long a check took, when it was, since when the state holds, and how often it changed", async () => {
    expect(renderExtended(await createSource(), false)).toBe(
      `${GAUGES}# HELP svc_status_changes_total Number of changes to this state
# TYPE svc_status_changes_total counter
${CHANGES}`,
    );
  });

  test("name the family of the counter without its suffix in OpenMetrics", async () => {
    expect(renderExtended(await createSource(), true)).toBe(
      `${GAUGES}# HELP svc_status_changes Number of changes to this state
# TYPE svc_status_changes counter
${CHANGES}`,
    );
  });

  test("are sorted by name, each name escaped", async () => {
    const one = await createSource('b "x"');
    const other = await createSource("a");
    const text = renderExtended({ ...one, entries: [...one.entries, ...other.entries] }, false);
    const lines = text.split("\n").filter((line) => line.startsWith("svc_status_duration_seconds"));
    expect(lines).toEqual([
      'svc_status_duration_seconds{name="a"} 0.25',
      String.raw`svc_status_duration_seconds{name="b \"x\""} 0.25`,
    ]);
  });

  test("are the probe and the overall state if there are no handlers", async () => {
    const probe = createProbe();
    probe.decommission();
    const text = renderExtended({ ...(await createSource()), entries: [], probe }, false);
    expect(text.split("\n").filter((line) => !line.startsWith("#"))).toEqual([
      "svc_status_overall 0",
      "svc_status_in_service 0",
      "",
    ]);
  });

  test("are known by every name that their lines have in either format", async () => {
    const source = await createSource();
    const lines = [false, true].flatMap((openMetrics) =>
      renderExtended(source, openMetrics).trim().split("\n"),
    );
    const names = lines.map((line) => line.replace(/^# (?:HELP|TYPE) /, "").split(/[ {]/, 1)[0]);
    expect(names).toHaveLength(52);
    expect(EXTENDED_FAMILIES).toEqual(expect.arrayContaining(names));
  });

  test("omit what handlers report if details are refused, and keep what is registered", async () => {
    const source = await createSource();
    const service = { name: "orders", version: "1.4.2" };
    const entries = source.entries.map((entry) => ({ ...entry, upstream: "queues" }));
    const families = (details: boolean) =>
      Array.from(
        renderExtended({ ...source, entries, service }, false, details).matchAll(
          /^# TYPE svc_status_(\S+)/gm,
        ),
        ([, family]) => family,
      );
    const hidden = families(true).filter((family) => !families(false).includes(family));
    expect(hidden).toEqual(["label"]);
    expect(families(false)).toEqual(expect.arrayContaining(["state", "info", "upstream"]));
  });

  test("contain the service, as far as it is known", async () => {
    const source = await createSource();
    const infoOf = (service: ServiceIdentity) =>
      renderExtended({ ...source, service }, false).match(/^svc_status_info.*$/m)?.[0];
    expect(infoOf({ name: "orders", version: '1.4"2' })).toBe(
      String.raw`svc_status_info{service_name="orders",service_version="1.4\"2"} 1`,
    );
    expect(infoOf({ version: "7" })).toBe('svc_status_info{service_version="7"} 1');
    expect(infoOf({})).toBeUndefined();
  });

  test("name every RED handler that explains a RED, and only those", async () => {
    const registry = createStatusRegistry();
    for (const name of ["Disk", "Database", "Cache"])
      registry.addStatusHandler(name, () => ({ state: name === "Cache" ? "OK" : "RED" }));
    registry.addStatusHandler("Orders", () => ({ state: "RED" }), {
      dependsOn: ["Cache", "Database", "Disk", "Database"],
      critical: false,
      scope: "local",
    });
    const { entries } = await registry.getReport();
    const text = renderExtended(
      { entries, probe: createProbe(), changeCounts: registry.changeCounts },
      false,
    );
    expect(text.match(/^svc_status_cause.*$/gm)).toEqual([
      'svc_status_cause{name="Orders",cause="Database"} 1',
      'svc_status_cause{name="Orders",cause="Disk"} 1',
    ]);
    expect(text).toContain('svc_status_state{name="Orders",critical="false",scope="local"} 2\n');
  });

  test("write no label twice that is shown like another one", async () => {
    const source = await createSource();
    const labels = { "a\u0001": 1, "a\u0002": 2, b: Number.NaN };
    const entries = source.entries.map((entry) => ({ ...entry, status: { state: "OK" as const, labels } }));
    expect(renderExtended({ ...source, entries }, false).match(/^svc_status_label.*$/gm)).toEqual([
      'svc_status_label{name="Queue",label="a "} 1',
      'svc_status_label{name="Queue",label="b"} NaN',
    ]);
  });
});
