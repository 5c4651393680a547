import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HANDLER_OPTIONS } from "../src/core/handler-options.ts";
import { deriveTimes } from "../src/drain/presets.ts";
import { SIGNAL_OPTIONS } from "../src/drain/signals.ts";
import { FLEET_OPTIONS } from "../src/fleet/fleet-options.ts";
import { FLEET_PAGE_OPTIONS } from "../src/fleet/fleet-status.ts";
import { SERVICE_STATUS_OPTIONS } from "../src/http/options.ts";
import { NOTIFY_OPTIONS } from "../src/notify/options.ts";
import { RECORDER_OPTIONS } from "../src/recorder/options.ts";
import { SENTINEL_OPTIONS } from "../src/sentinel/options.ts";
import { type OptionTable, updateTable } from "./support/option-tables.ts";

const VIEWS = {
  svcStatus: true,
  "svcStatus.csv": false,
  "svcStatus.prometheus": false,
  probeStatus: true,
};

const TABLES: readonly OptionTable[] = [
  { page: "docs/handlers.md", first: "critical", options: HANDLER_OPTIONS },
  { page: "docs/http.md", first: "registry", options: SERVICE_STATUS_OPTIONS, open: VIEWS },
  {
    page: "docs/leaving.md",
    first: "signals",
    options: SIGNAL_OPTIONS,
    without: ["clock"],
    defaults: { ...deriveTimes({}) },
  },
  { page: "docs/busy.md", first: "port", options: SENTINEL_OPTIONS },
  { page: "docs/notify.md", first: "url", options: NOTIFY_OPTIONS, without: ["clock"] },
  { page: "docs/recorder.md", first: "directory", options: RECORDER_OPTIONS, without: ["clock"] },
  { page: "docs/fleet.md", first: "path", options: FLEET_PAGE_OPTIONS },
  { page: "docs/fleet.md", first: "prometheus", options: FLEET_OPTIONS, without: ["clock"] },
  { page: "README.md", first: "critical", options: HANDLER_OPTIONS, isSelection: true },
  {
    page: "README.md",
    first: "healthProbes",
    options: SERVICE_STATUS_OPTIONS,
    open: VIEWS,
    isSelection: true,
  },
];

const root = join(import.meta.dirname, "..");

describe.each([...new Set(TABLES.map(({ page }) => page))])("the options in %s", (page) => {
  const path = join(root, page);
  const text = readFileSync(path, "utf8");
  const updated = TABLES.filter((table) => table.page === page).reduce(updateTable, text);

  test("are those of the records: npm run docs writes them", async () => {
    await expect(updated).toMatchFileSnapshot(path);
  });

  test("all have a meaning", () => {
    expect(updated).not.toMatch(/^\| `[\w.]+` .*\| +\|$/m);
  });
});

describe("a table", () => {
  const page = [
    "| option | default | meaning |",
    "| ------ | ------- | ------- |",
    "| `old`  | `1`     | is gone |",
    "| `one`  | see     | counts  |",
    "",
  ].join("\n");
  const one = { kind: "number", min: 1, max: 5, integer: true } as const;

  test("takes options, values and defaults from the record, and keeps words and meanings", () => {
    const two = { kind: "choice", values: ["a", "b"], default: "b" } as const;
    expect(updateTable(page, { page: "p", first: "old", options: { two, one } })).toBe(
      [
        "| option | values          | default | meaning |",
        "| ------ | --------------- | ------- | ------- |",
        "| `one`  | integer, 1 to 5 | see     | counts  |",
        '| `two`  | `"a"`, `"b"`    | `"b"`   |         |',
        "",
      ].join("\n"),
    );
  });

  test("that is a selection gets no new rows", () => {
    const options = { two: one, one: { ...one, default: 3 } };
    const updated = updateTable(page, { page: "p", first: "old", options, isSelection: true });
    expect(updated).toContain("| `one`  | `3`     | counts  |");
    expect(updated).not.toContain("two");
  });

  test("that is not on its page is an error", () => {
    expect(() => updateTable("", { page: "p.md", first: "one", options: { one } })).toThrow(
      "p.md has no table that begins with one",
    );
  });
});
