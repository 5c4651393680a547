import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/core/report.ts";
import { createReport } from "../../src/core/report.ts";
import { toStatusJson } from "../../src/core/status-json.ts";
import { renderPrometheus } from "../../src/formats/prometheus.ts";
import { type SentEntry, toEntries, toSentEntry } from "../../src/wire/sent-entry.ts";
import { reportOf } from "../support/registry.ts";

const throughJson = (sent: SentEntry): unknown => JSON.parse(JSON.stringify(sent));
const throughCloning = (sent: SentEntry): unknown => structuredClone(sent);

async function entryOf(status: unknown): Promise<Entry> {
  const { entries } = await reportOf(["a", status]);
  return entries[0] ?? expect.unreachable();
}

describe.each([
  ["JSON", throughJson],
  ["structured cloning", throughCloning],
])("an entry that goes through %s", (_way, travel) => {
  function send(entry: Entry): Entry {
    return toEntries([travel(toSentEntry(entry))])?.[0] ?? expect.unreachable();
  }

  test("arrives as it was", async () => {
    const entry = await entryOf({
      state: "YELLOW",
      detail: "slow",
      labels: { count: 3 },
      deep: { list: [1] },
    });
    expect(send(entry)).toEqual(entry);
  });

  test("arrives with what its handler said, where that is held back", async () => {
    const rawStatus = { state: "RED", detail: "refused" } as const;
    const entry: Entry = {
      ...(await entryOf({ state: "OK", detail: "1 of 2 results before RED" })),
      rawStatus,
    };
    expect(send(entry)).toEqual(entry);
  });

  test("sends a status once that is both", async () => {
    const { status, rawStatus } = toSentEntry(await entryOf({ state: "OK" }));
    expect(rawStatus).toBe(status);
  });

  test.each([
    ["a function", { state: "OK", run() {} }],
    ["a date", { state: "OK", at: new Date(0) }],
    ["a map", { state: "OK", map: new Map([[1, 2]]) }],
    ["an object with toJSON", { state: "OK", url: new URL("http://localhost/") }],
    ["undefined", { state: "OK", nothing: undefined }],
    ["a key that is __proto__", JSON.parse('{"state":"OK","__proto__":{"x":1}}')],
    ["what is not ASCII", { state: "OK", detail: "ümlaut \u2028" }],
  ])("shows the same JSON where its status holds %s", async (_what, status) => {
    const entry = await entryOf(status);
    expect(toStatusJson(send(entry).status)).toBe(toStatusJson(entry.status));
  });

  test("has the labels that JSON cannot say, in their places", async () => {
    const labels = {
      one: Number.NaN,
      two: 2,
      three: Number.POSITIVE_INFINITY,
      four: Number.NEGATIVE_INFINITY,
    };
    const entry = await entryOf({ state: "OK", labels });
    const render = (shown: Entry) =>
      renderPrometheus(createReport([shown], 0), {
        details: true,
        repeatMetadata: false,
        openMetrics: false,
        onLeftOut: () => {},
      });
    expect(render(send(entry))).toBe(render(entry));
    expect(render(entry)).toContain('name="a_one"} NaN');
  });

  test("keeps labels that are none as they are", async () => {
    const entry = await entryOf({ state: "OK", labels: "many" });
    expect(send(entry).status).toEqual(entry.status);
  });
});

test.each<[what: string, sent: unknown]>([
  ["nothing", undefined],
  ["no entry", "a"],
  ["another state", { json: '{"state":"BLUE"}', labels: [] }],
  ["no state", { json: "{}", labels: [] }],
  ["no JSON", { json: "{", labels: [] }],
  ["no labels", { json: '{"state":"OK"}' }],
])("entries are refused that hold %s", async (_what, sent) => {
  const entry = toSentEntry(await entryOf({ state: "OK" }));
  expect(toEntries([entry])).toHaveLength(1);
  expect(toEntries([entry, { ...entry, status: sent }])).toBeUndefined();
  expect(toEntries([sent])).toBeUndefined();
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, "soon"])(
  "entries are refused of the moment %s",
  async (moment) => {
    const entry = toSentEntry(await entryOf({ state: "OK" }));
    expect(toEntries([{ ...entry, checkedAt: moment }])).toBeUndefined();
    expect(toEntries([{ ...entry, since: moment }])).toBeUndefined();
  },
);
