import { describe, expect, onTestFinished, test } from "vitest";
import { fleetStatus } from "../../src/fleet/fleet-status.ts";
import { EXPECTED_RULES, STARTS } from "../../src/fleet/read/queries.ts";
import { createAsk } from "../../src/testing/ask.ts";
import { type FakeSeries, startFakePrometheus } from "../support/fake-prometheus.ts";

const NOW_S = Math.floor(Date.now() / 1_000);

/** Everything that a view of a service reads. All labels have the same text. */
function toSeries(text: string): readonly FakeSeries[] {
  const own = { job: text, namespace: text };
  const handler = { ...own, name: text, critical: "true" };
  const instance = { ...own, instance: text, zone: text };
  return [
    ...EXPECTED_RULES.map((__name__): FakeSeries => [{ ...own, __name__ }, 2]),
    [{ ...own, __name__: STARTS, state: "2" }, NOW_S - 60],
    [{ ...own, __name__: "service:svc_status_overall:count", state: "2" }, 2],
    [{ ...own, __name__: "service:svc_status_info:count", service_version: text }, 1],
    [{ ...own, __name__: "service:svc_status_info:count", service_version: `${text}2` }, 1],
    [{ ...own, __name__: "service:svc_status_failed_since_timestamp_seconds:min" }, NOW_S - 60],
    [{ ...own, __name__: "service:svc_status_root:max", root: text }, 1],
    [{ ...handler, __name__: "handler:svc_status_root:count", root: text, role: "cause" }, 2],
    [{ ...handler, __name__: "handler:svc_status_state:max" }, 2],
    [{ ...handler, __name__: "handler:svc_status_state:count", state: "2" }, 2],
    [{ ...handler, __name__: "handler:svc_status_red_since_timestamp_seconds:min" }, NOW_S - 60],
    [{ ...handler, ...instance, svc_status_series: "instance" }, 2],
    [{ ...instance, svc_status_series: "down", instance: `${text}2` }, 0],
    [{ ...instance, svc_status_series: "decommissioned" }, 0],
    [{ ...own, svc_status_series: "evaluated" }, NOW_S],
  ];
}

function toShared(text: string): readonly FakeSeries[] {
  return [
    [{ svc_status_series: "red zone", name: text, zone: text }, 2],
    [{ svc_status_series: "all zone", zone: text }, 2],
    [{ svc_status_series: "all zone", zone: `${text}2` }, 2],
  ];
}

/** The page, JSON and Markdown of the fleet and of a service. Each must be an answer. */
async function readAll(series: readonly FakeSeries[], service: string, shared: readonly FakeSeries[] = []) {
  const prometheus = await startFakePrometheus((query) => (query.includes("red zone") ? shared : series));
  const fleet = fleetStatus({ prometheus });
  onTestFinished(() => fleet.close());
  const ask = createAsk({ fleet });
  const read = async (target: string): Promise<string> => {
    const { status, body } = await ask(target);
    expect([target.slice(0, 50), status]).toEqual([target.slice(0, 50), 200]);
    return body;
  };
  const query = `?service=${encodeURIComponent(service)}`;
  return {
    pages: [await read("/fleet"), await read(`/fleet${query}`)],
    texts: [await read("/fleet.md"), await read(`/fleet.md${query}`)],
    fleet: JSON.parse(await read("/fleet.json")),
    service: JSON.parse(await read(`/fleet.json${query}`)),
  };
}

describe("label values are text", () => {
  test.each([
    ["HTML", `<script>alert(1)</script><img src=x onerror="alert(1)">'"&`],
    ["PromQL", 'a"} or vector(1) #\\'],
    ["RTL", "\u202e\u2066\u05d0\u05d1 evil"],
    ["control characters", "a\u0000\u001b[2J\r\nb\u2028"],
    ["Markdown", "[x](javascript:alert) **`@here` ![](http://evil/)"],
    ["names of objects", "__proto__"],
  ])("%s", async (_, text) => {
    const { pages, texts, fleet, service } = await readAll(toSeries(text), text, toShared(text));
    for (const page of pages) {
      const [, main = ""] = page.split("<main>");
      expect(main.split('<script type="module">')[0]).not.toMatch(/<script|<img|onerror="|href="javascript/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them reaches a page
      expect(main.split('<ul id="rows"')[1]?.split("</main>")[0]).not.toMatch(/>[^<]*[\u0000\u001b]/);
      // An override that nothing closes must not turn the text behind it.
      expect(main).not.toMatch(/<(?!bdi|title|[^>]* dir="auto")(?:span|a)\b[^>]*>[^<]*[\u202e\u2066]/);
      expect(page).toContain("<title>RED: ");
    }
    for (const markdown of texts) {
      expect(
        markdown
          .split("\n")
          .slice(1, -1)
          .every((line) => /^- \*\*\w+\*\* `[^`]*`/.test(line)),
      ).toBe(true);
      expect(markdown).toMatch(/^\*\*RED\*\*/);
    }
    expect(fleet.services).toHaveLength(1);
    expect(service.services[0]).toMatchObject({ state: "RED", handlers: [{ instances: { RED: 2 } }] });
    expect(pages[1]).toContain("as 2 of 4 instances do");
  });

  test("of 10,000 characters are cut", async () => {
    const text = "x".repeat(10_000);
    const { pages, texts } = await readAll(toSeries(text), text.slice(0, 1_000));
    for (const page of pages) expect(page).not.toMatch(/>[^<]*x{1001}/);
    for (const markdown of texts)
      expect(Math.max(...markdown.split("\n").map(({ length }) => length))).toBeLessThan(1_200);
  });
});

test("series without their labels are ignored, or have an empty name", async () => {
  const without = (label: string): readonly FakeSeries[] =>
    toSeries("orders").map(([labels, value]) => {
      const { [label]: _, ...rest } = labels as Record<string, string>;
      return [rest, value];
    });
  const series = ["job", "name", "instance", "state", "root", "service_version", "zone"].flatMap(without);
  const { pages, service } = await readAll([...series, ...toSeries("orders")], "orders");
  expect(service.services).toMatchObject([{ name: "orders", state: "RED" }]);
  expect(pages[1]).toContain("<title>RED: orders</title>");
  const none = await readAll(without("job"), "orders");
  expect(none.fleet).toMatchObject({ state: "UNKNOWN", services: [] });
});

test.each([
  ["twice", (labels: FakeSeries[0]) => labels],
  [
    "of two Prometheis with the same external labels",
    (labels: FakeSeries[0]) => ({ ...labels, replica: "b" }),
  ],
])("series %s count once", async (_, change) => {
  const once = await readAll(toSeries("orders"), "orders");
  const series = toSeries("orders");
  const twice = await readAll(
    [...series, ...series.map(([labels, value]): FakeSeries => [change(labels), value])],
    "orders",
  );
  const { problems: _one, ...expected } = once.service.services[0];
  const { problems, ...actual } = twice.service.services[0];
  expect(actual).toEqual(expected);
  expect(problems).toHaveLength(once.service.services[0].problems.length);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, -1, 0.5, 7])(
  "%d as every value is not green",
  async (value) => {
    const series = toSeries("orders").map(([labels]): FakeSeries => [labels, value]);
    const { pages, fleet, service } = await readAll(series, "orders");
    for (const page of pages) expect(page).not.toMatch(/<title>(?:OK|YELLOW)/);
    expect(fleet.state).not.toMatch(/OK|YELLOW/);
    expect(service.state).not.toMatch(/OK|YELLOW/);
  },
);
