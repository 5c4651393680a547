import { expect, test } from "vitest";
import { MAX_COLUMNS, MAX_ROWS, renderMatrix } from "../../src/fleet/page/render-matrix.ts";
import type { FleetHandler, FleetInstance, ServiceDetail } from "../../src/fleet/read/service-detail.ts";
import { toText } from "../../src/http/page/markup.ts";

const URL_TEMPLATE = "http://{instance}/svc_status";

const handler = (name: string, red = 0, more: Partial<FleetHandler> = {}): FleetHandler => ({
  name,
  state: red > 0 ? "RED" : "OK",
  critical: true,
  instances: { OK: 2_000 - red, YELLOW: 0, RED: red },
  ...more,
});

const red = (name: string, of: string): FleetInstance => ({
  name,
  handler: of,
  problem: "RED",
  labels: { instance: name },
});

const toService = (more: Partial<ServiceDetail>): ServiceDetail => ({
  name: "orders",
  where: {},
  state: "RED",
  isUnavailable: false,
  instances: { targets: 2_000, scraped: 2_000, inService: 2_000 },
  versions: [],
  causes: [],
  handlers: [],
  states: { OK: 1_960, YELLOW: 0, RED: 40 },
  problems: [],
  ...more,
});

/** The cells of each row, as text. */
function toCells(service: ServiceDetail): string[][] {
  const markup = renderMatrix(service, URL_TEMPLATE);
  const text = markup === false ? "" : toText(markup);
  return Array.from(text.matchAll(/<tr>(.*?)<\/tr>/g), ([, row = ""]) =>
    Array.from(row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g), ([, cell = ""]) =>
      cell.replace(/<span class="was">was <\/span>|<[^>]+>/g, ""),
    ),
  );
}

function toHtml(service: ServiceDetail): string {
  const markup = renderMatrix(service, URL_TEMPLATE);
  return markup === false ? "" : toText(markup);
}

test("a few instances have a row each, with what is not known about them", () => {
  const problems: FleetInstance[] = [
    red("10.0.0.1:80", "Database"),
    { ...red("10.0.0.1:80", "Cache"), problem: "YELLOW" },
    { name: "10.0.0.2:80", problem: "down", labels: { instance: "10.0.0.2:80" } },
    { name: "10.0.0.3:80", problem: "decommissioned", labels: { instance: "10.0.0.3:80" } },
  ];
  const service = toService({
    handlers: [handler("Database", 1), handler("Queue"), handler("Cache")],
    problems,
  });
  expect(toCells(service)).toEqual([
    ["Instances", "Database", "Cache"],
    ["10.0.0.1:80", "RED", "YELLOW"],
    ["10.0.0.2:80 not scraped", "UNKNOWN", "UNKNOWN"],
    ["10.0.0.3:80 decommissioned", "OK", "OK"],
  ]);
  const html = toHtml(service);
  expect(html).toContain('<a href="http://10.0.0.1/svc_status" rel="noreferrer">');
  expect(html.match(/<th scope="col">/g)).toHaveLength(3);
  expect(html.match(/<th scope="row">/g)).toHaveLength(3);
  expect(html).toContain('role="region" aria-label="Instances by handler" tabindex="0"');
});

test("2,000 instances stay readable: those with the same states share a row", () => {
  const names = Array.from({ length: 40 }, (_, index) => `10.0.0.${index}:80`);
  const problems = [
    ...names.map((name) => red(name, "Database")),
    ...names.slice(2).map((name) => red(name, "Login")),
  ];
  const shared = { label: "zone", value: "b", red: 38, instances: 660, total: 2_000 };
  const service = toService({
    handlers: [handler("Database", 40, { shared }), handler("Login", 38)],
    problems,
  });
  const [head, ...rows] = toCells(service);
  expect(head).toEqual(["Instances", "Database", "Login"]);
  expect(rows.map(([first = "", ...states]) => [first.slice(0, 25), ...states])).toEqual([
    ["38 instances10.0.0.2:80, ", "RED", "RED"],
    ["2 instances10.0.0.0:80, 1", "RED", "OK"],
  ]);
  expect(toHtml(service)).toContain("<caption>40 RED, 1,960 OK, 38 of the RED ones with zone b</caption>");
  expect(toHtml(service).match(/rel="noreferrer"/g)).toHaveLength(40);
});

test("the number of cells is limited, whatever is wrong", () => {
  const handlers = Array.from({ length: 50 }, (_, index) => handler(`Handler ${index}`, 1));
  const problems = Array.from({ length: 100 }, (_, index) => index).flatMap((index) =>
    handlers.filter((_, each) => (index + 1) & (1 << (each % 7))).map(({ name }) => red(`${index}`, name)),
  );
  const service = toService({ handlers, problems, states: { OK: 0, YELLOW: 0, RED: 2_000 } });
  const cells = toCells(service);
  expect(cells).toHaveLength(MAX_ROWS + 1);
  for (const row of cells) expect(row).toHaveLength(MAX_COLUMNS + 1);
  expect(toHtml(service)).toContain("<caption>2,000 RED, 100 of them listed</caption>");
  expect(toHtml(service)).toContain("<p>And 38 more handlers, 80 more combinations.</p>");
});

test("beyond the limit, nothing is known about an instance that is only decommissioned", () => {
  const names = Array.from({ length: 100 }, (_, index) => `${index}`);
  const decommissioned = { name: "x", problem: "decommissioned", labels: {} } as const;
  const problems = [...names.map((name) => red(name, "A")), decommissioned];
  const [, , last] = toCells(toService({ handlers: [handler("A", 100)], problems }));
  expect(last).toEqual(["x decommissioned", "UNKNOWN"]);
});

test("names are text, of a limited length; without a bad handler there is no table", () => {
  const name = "<script>".padEnd(10_000, "\u202e");
  const html = toHtml(toService({ handlers: [handler(name, 1)], problems: [red(name, name)] }));
  expect(html).not.toContain("<script>");
  expect(html).toContain("&lt;script&gt;");
  expect(html.length).toBeLessThan(2_000);
  expect(renderMatrix(toService({ handlers: [handler("A")] }), URL_TEMPLATE)).toBe(false);
  // Without the recording rules, there are no handlers.
  expect(toCells(toService({ problems: [red("1", "A")], states: { OK: 0, YELLOW: 0, RED: 0 } }))).toEqual([
    ["Instances", "A"],
    ["1", "RED"],
  ]);
});
