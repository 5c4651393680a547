import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

interface Row {
  readonly why?: string;
  readonly result?: object;
}

type Results = Readonly<Record<string, { readonly rows: readonly Row[] }>>;

const root = join(import.meta.dirname, "../..");
const { renderLeaving }: { renderLeaving(page: string, results: Results): string } =
  await importBench("leaving-tables.mjs");
const { renderPage }: { renderPage(results: Results): string } = await importBench("page.mjs");
const results = JSON.parse(read("bench/results.json")) as Results;

function importBench(file: string) {
  return import(new URL(`../../bench/support/${file}`, import.meta.url).href);
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

describe("the figures in the docs", () => {
  test("are those of the last benchmarks", () => {
    expect(read("docs/benchmarks.md")).toBe(renderPage(results));
  });

  test("of what a restart loses are those of the last benchmark", () => {
    const page = read("docs/leaving.md");
    expect(page).toBe(renderLeaving(page, results));
  });
});

describe("the tables of what a restart loses", () => {
  const PAGE = "<!-- measured: kinds -->\n<!-- end -->\n<!-- measured: balancers -->\n<!-- end -->\n";
  const counts = { ended: 40, cut: 0, lost: 1, back: 2, half: 0 };

  function toRow(library: string, lost: number) {
    const outcomes = { "long polls": { ok: 1_000 - lost, lost, reset: 0, cut: 0 } };
    const result = { setting: "nginx", library, outcomes, streams: { events: counts, sockets: counts } };
    return { why: "it never probes.", result: { ...result, exitMs: 2_000, idleMs: 40 } };
  }

  function toJobs(library: string, twice: number) {
    const result = { setting: "amqp", library, jobs: 2_000, lost: 0, twice, taken: 3 };
    return { result: { ...result, exitMs: 8_100, idleMs: 100 } };
  }

  test("have a row for each kind, and one for each balancer with its reason", () => {
    const rows = [toRow("ours", 0), toRow("theirs", 12), toJobs("ours", 0), toJobs("theirs", 5)];
    const text = renderLeaving(PAGE, { leaving: { rows } });
    const cells = text.split("\n").map((line) => line.replace(/ +/g, " "));
    expect(cells).toContain("| lost or cut | `ours` | `theirs` |");
    expect(cells).toContain("| long polls | 0 of 1,000 | 12 of 1,000 |");
    expect(cells).toContain("| WebSockets, sent back to the process that leaves | 2 of 40 | 2 of 40 |");
    expect(cells).toContain("| RabbitMQ jobs, run twice | 0 of 2,000 | 5 of 2,000 |");
    expect(cells).toContain("| longest time from the last response or job to the exit | 0.1 s | 0.1 s |");
    expect(cells).toContain("| nginx | 0 / 2 / 4, 2.0 s | 12 / 2 / 4, 2.0 s |");
    expect(cells).toContain("| RabbitMQ worker | 0 / 0 / 3, 8.1 s | 0 / 5 / 3, 8.1 s |");
    expect(cells).toContain("- nginx: it never probes.");
  });

  test("take the place of the last ones, and say if nothing was measured", () => {
    const before = renderLeaving(PAGE, { leaving: { rows: [toRow("ours", 0)] } });
    const after = renderLeaving(before, {});
    expect(after).not.toContain("nginx");
    expect(after.match(/^Not measured yet\./gm)).toHaveLength(2);
    expect(() => renderLeaving("", {})).toThrow("docs/leaving.md has no mark for kinds");
  });
});
