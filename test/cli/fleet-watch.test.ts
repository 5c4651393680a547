import { expect, onTestFinished, test, vi } from "vitest";
import { describeAge } from "../../src/cli/fleet/watch.ts";
import { createFleetViews, type FleetViews, MAX_VANISHED } from "../../src/cli/fleet/watch-views.ts";
import { createPaint } from "../../src/cli/terminal/style.ts";
import { layOut } from "../../src/cli/watch/layout.ts";
import type { Choices } from "../../src/cli/watch/list.ts";
import { press } from "../../src/cli/watch/press.ts";
import { renderChange } from "../../src/cli/watch/render.ts";
import type { FleetView } from "../../src/fleet/read/reader.ts";
import type { FleetHandler, ServiceDetail } from "../../src/fleet/read/service-detail.ts";

const NOW = new Date("2026-11-27T03:12:10Z");
const EVALUATED = new Date("2026-11-27T03:12:04Z");
const SINCE = new Date("2026-11-27T03:07:00Z");
const START: Choices = { filter: "", isTyping: false, folds: new Map() };

function useTime(): void {
  vi.useFakeTimers({ now: NOW, toFake: ["Date", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

function handlerOf(
  name: string,
  state: FleetHandler["state"],
  more: Partial<FleetHandler> = {},
): FleetHandler {
  const instances = { OK: 1, YELLOW: 0, RED: 0, [state]: 2 };
  return { name, state, critical: true, instances, ...(state === "RED" && { since: SINCE }), ...more };
}

function serviceOf(
  name: string,
  state: ServiceDetail["state"],
  more: Partial<ServiceDetail> = {},
): ServiceDetail {
  return {
    name,
    where: {},
    state,
    isUnavailable: false,
    instances: { targets: 3, scraped: 3, inService: 3 },
    versions: [],
    causes: [],
    evaluatedAt: EVALUATED,
    handlers: [],
    states: { OK: 3, YELLOW: 0, RED: 0 },
    problems: [],
    ...more,
  };
}

const ACCOUNTS = serviceOf("accounts", "RED", {
  since: SINCE,
  root: "accounts",
  causes: ["Database\u001b[2J"],
  handlers: [handlerOf("Database\u001b[2J", "RED")],
});
const WEB = serviceOf("web", "RED", {
  since: SINCE,
  root: "accounts",
  handlers: [handlerOf("call accounts", "RED", { root: "accounts" })],
});
const STOCK = serviceOf("stock", "OK");

function answerOf(
  services: readonly ServiceDetail[],
  more: Partial<FleetView> = {},
): FleetView<ServiceDetail> {
  const view = { state: services[0]?.state ?? "UNKNOWN", at: NOW, evaluatedAt: EVALUATED, isRaw: false };
  return { ...view, problems: [], ...more, services };
}

function away(services: readonly ServiceDetail[]): FleetView<ServiceDetail> {
  return answerOf(services, { state: "UNKNOWN", isStale: true, problems: ["connect ECONNREFUSED"] });
}

function screen(fleet: FleetViews, title: string, choices = START, rows = 24): readonly string[] {
  const usual = { columns: 80, rows, now: performance.now(), hasCursor: true, footer: "q quits" };
  return layOut(fleet.views, choices, { paint: createPaint(false), title, ...usual }).screen;
}

/** The lines that a pipe would get. */
function lines(fleet: FleetViews, answer: FleetView<ServiceDetail>): readonly string[] {
  return fleet
    .update(answer, [])
    .flatMap(({ where, changes }) => changes.map((change) => renderChange(where, change, NOW).slice(25)));
}

test("shows the worst first, with its cause, what is not OK below it, and never a control character", () => {
  useTime();
  const fleet = createFleetViews("http://p:9090");
  const answer = answerOf([ACCOUNTS, WEB, STOCK]);
  fleet.update(answer, []);
  expect(screen(fleet, describeAge(answer, Date.now()))).toEqual([
    "3 services: 2 RED, 1 OK; rules evaluated 6 s ago",
    "> ▾ RED  accounts  for 5 min; Database; 1 RED because of it; 3 instances",
    "    Database  RED     5 min  2 RED, 1 OK",
    "  ▾ RED  web       for 5 min; because of accounts; 3 instances",
    "    call accounts  RED     5 min  2 RED, 1 OK; root: accounts",
    "  ▸ OK   stock     3 instances",
    "",
    "q quits",
  ]);
});

test("unfolds all handlers and the instances that are not OK, and keeps the fold while the order changes", () => {
  useTime();
  const fleet = createFleetViews("http://p:9090");
  fleet.update(answerOf([ACCOUNTS, STOCK]), []);
  const layout = layOut(fleet.views, START, {
    columns: 80,
    rows: 24,
    now: performance.now(),
    hasCursor: true,
    footer: "",
    paint: createPaint(false),
  });
  const unfolded = press(START, "\r", layout);
  const detail = serviceOf("accounts", "OK", {
    handlers: [handlerOf("Cache", "OK", { critical: false })],
    problems: [{ name: "a:1", problem: "RED", handler: "Database", labels: {} }],
  });
  const id = [...unfolded.folds.keys()][0] ?? -1;
  expect(fleet.find(id)).toBe(JSON.stringify([{}, "accounts"]));
  fleet.update(answerOf([serviceOf("stock", "RED"), serviceOf("accounts", "OK")]), [detail]);
  expect(screen(fleet, "now", unfolded)).toEqual([
    "2 services: 1 RED, 1 OK; now",
    "  ▸ RED  stock     3 instances",
    "> ▾ OK   accounts  3 instances",
    "    3 instances, 3 scraped, 3 in service",
    "    NAME   STATE   DETAIL",
    "    Cache  OK      2 OK; not critical",
    "    a:1  RED  Database",
    "",
    "q quits",
  ]);
});

test("is never green without an answer of Prometheus, and shows the age of what it shows", () => {
  useTime();
  const fleet = createFleetViews("http://p:9090");
  const nothing = answerOf([], { problems: ["connect ECONNREFUSED"] });
  expect(lines(fleet, nothing)).toEqual(['http://p:9090 no answer "connect ECONNREFUSED"']);
  expect(screen(fleet, describeAge(nothing, Date.now()), START, 4)).toEqual([
    "nothing is known",
    "> ▾ no answer  p:9090  for 0 s",
    "    connect ECONNREFUSED",
    "q quits",
  ]);
  fleet.update(answerOf([STOCK, serviceOf("web", "OK")]), []);
  expect(screen(fleet, "now")[0]).toBe("2 services: 2 OK; now");
  expect(lines(fleet, away([STOCK, serviceOf("web", "OK")]))).toEqual([
    'http://p:9090 OK -> no answer "connect ECONNREFUSED"',
    'stock OK -> UNKNOWN "connect ECONNREFUSED"',
    'web OK -> UNKNOWN "connect ECONNREFUSED"',
  ]);
  vi.advanceTimersByTime(90_000);
  expect(lines(fleet, away([STOCK, serviceOf("web", "OK")]))).toEqual([]);
  expect(screen(fleet, describeAge(away([STOCK]), Date.now()))).toEqual([
    "3 services: 1 no answer, 2 UNKNOWN; 1 min old, Prometheus does not answer",
    "> ▸ no answer  p:9090  for 1 min, was OK: connect ECONNREFUSED",
    "  ▸ UNKNOWN    stock   for 1 min, was OK: connect ECONNREFUSED",
    "  ▸ UNKNOWN    web     for 1 min, was OK: connect ECONNREFUSED",
    "",
    "q quits",
  ]);
});

test("shows a service whose rules were evaluated too long ago as unknown, and missing rules in the title", () => {
  useTime();
  const fleet = createFleetViews("http://p:9090");
  const old = new Date(NOW.getTime() - 300_000);
  const problems = ["recording rules are missing: x"];
  const answer = answerOf([serviceOf("stock", "UNKNOWN", { evaluatedAt: old }), WEB], {
    problems,
    isRaw: true,
    absent: ["y"],
  });
  fleet.update(answer, []);
  expect(screen(fleet, "")).toContain(
    "  ▸ UNKNOWN  stock  for 0 s: no recent state, rules evaluated 5 min ago",
  );
  expect(describeAge(answer, NOW.getTime())).toBe(
    "rules evaluated 6 s ago; without recording rules; no series of the recording rule y: see svc-status fleet rules; incomplete: recording rules are missing: x",
  );
});

test("prints changes once: of services, of handlers, and of services that vanish", () => {
  useTime();
  const fleet = createFleetViews("http://p:9090");
  expect(lines(fleet, answerOf([STOCK, serviceOf("accounts", "OK")]))).toEqual([
    "http://p:9090 OK",
    'stock OK "3 instances"',
    'accounts OK "3 instances"',
  ]);
  const red = answerOf([ACCOUNTS, STOCK]);
  expect(lines(fleet, red)).toEqual([
    'accounts Database OK -> RED "2 RED, 1 OK"',
    'accounts OK -> RED "Database; 3 instances"',
  ]);
  expect(lines(fleet, red)).toEqual([]);
  expect(lines(fleet, answerOf([serviceOf("accounts", "OK")]))).toEqual([
    "accounts Database RED -> OK",
    'accounts RED -> OK "3 instances"',
    'stock OK -> UNKNOWN "Prometheus no longer has it"',
  ]);
});

test("keeps a bounded number of services that vanished", () => {
  const fleet = createFleetViews("http://p:9090");
  for (let turn = 0; turn < 3; turn += 1) {
    const services = Array.from({ length: 100 }, (_, index) => serviceOf(`s${turn}-${index}`, "OK"));
    fleet.update(answerOf(services), []);
    expect(fleet.views.length).toBeLessThanOrEqual(100 + MAX_VANISHED);
  }
  expect(fleet.views).toHaveLength(100 + MAX_VANISHED);
});
