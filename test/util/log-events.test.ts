import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LOG_EVENTS, type LogEvent, toLogId } from "../../src/util/log-events.ts";

/** Users search and alert by these. Add new ones at the end; never change or remove one that was released. */
const COMMITTED = {
  "state-change": 1,
  "readiness-held": 2,
  "readiness-released": 3,
  "registry-listener": 4,
  "probe-listener": 5,
  "internal-part": 6,
  "status-request": 7,
  "authorize-option": 8,
  "details-option": 9,
  "health-names": 10,
  "control-option": 11,
  "page-controls": 12,
  "page-updates": 13,
  "application-metrics": 14,
  "duplicate-series": 15,
  "probe-changed": 16,
  "probe-expired": 17,
  "drain-waits": 18,
  "drain-worker": 19,
  "drain-ended": 20,
  "drain-recommissioned": 21,
  "drain-close": 22,
  "drain-streams": 23,
  "drain-trigger": 24,
  "second-signal": 25,
  "second-signal-option": 26,
  "consumer-failed": 27,
  "prober-slow": 28,
  "prober-id": 29,
  "keep-alive-short": 30,
  "cluster-unanswered": 31,
  "cluster-alone": 32,
  "cluster-ended": 33,
  "cluster-entries": 34,
  "sentinel-ended": 35,
  "sentinel-publish": 36,
  "sentinel-listener": 37,
  "notify-full": 38,
  "notify-closed": 39,
  "notify-retry": 40,
  "notify-dropped": 41,
  "notify-recovered": 42,
  "recorder-failed": 43,
  "recorder-damage": 44,
  "check-option": 45,
  "fleet-authorize": 46,
  "fleet-updates": 47,
};

const ROOT = join(import.meta.dirname, "../..");
const EVENTS = Object.keys(LOG_EVENTS) as readonly LogEvent[];

test("the numbers are those that are committed", () => {
  expect(LOG_EVENTS).toEqual(COMMITTED);
});

test("no number is used twice, and none is left out", () => {
  expect(Object.values(LOG_EVENTS)).toEqual(EVENTS.map((_, index) => index + 1));
});

test("an id has three digits", () => {
  expect(toLogId("state-change")).toBe("SVC001");
  expect(toLogId("control-option")).toBe("SVC011");
});

test("each event is logged by one place of the sources", () => {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("log-events.ts"))
    .map((name) => readFileSync(join(ROOT, "src", name), "utf8"))
    .join("\n");
  const uses = EVENTS.map((event) => [event, sources.split(`"${event}"`).length - 1]);
  expect(uses).toEqual(EVENTS.map((event) => [event, 1]));
});

test("docs/logging.md lists each event with its id, in order", () => {
  const text = readFileSync(join(ROOT, "docs/logging.md"), "utf8");
  const rows = [...text.matchAll(/^\| `(SVC\d{3})` +\| `([a-z-]+)` +\| ([a-z, ]+?) +\| \S/gm)];
  expect(rows.map(([, id, event]) => [id, event])).toEqual(EVENTS.map((event) => [toLogId(event), event]));
});
