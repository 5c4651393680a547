import { expect, test } from "vitest";
import { KIND, STARTS } from "../../src/fleet/read/queries.ts";
import { BIN } from "../support/cli.ts";
import { type FakeSeries, startFakePrometheus } from "../support/fake-prometheus.ts";
import { describeWithProgram } from "../support/system.ts";
import { startTerminal } from "../support/terminal.ts";

/** A service of two instances and two handlers, as the recording rules store it. */
function toSeries(job: string, state: number, isComplete: boolean): readonly FakeSeries[] {
  const of = (kind: string, value: number, labels: Readonly<Record<string, string>> = {}): FakeSeries => [
    { job, [kind.includes(":") ? "__name__" : KIND]: kind, ...labels },
    value,
  ];
  const handler = (name: string, its: number): readonly FakeSeries[] => [
    of("handler:svc_status_state:max", its, { name, critical: "true" }),
    of("handler:svc_status_state:count", 2, { name, critical: "true", state: String(its) }),
  ];
  const names = ["known:max", "overall:max", "instances:count", "in_service:sum", "up:sum", "up:count"];
  return [
    ...names.map((name) => of(`service:svc_status_${name}`, name === "overall:max" ? state : 2)),
    of("evaluated", Date.now() / 1_000),
    of(STARTS, Date.now() / 1_000 - 7_200, { state: String(state) }),
    ...(state > 0 ? handler("Database", state) : []),
    ...(state === 2 ? [of("handler:svc_status_root:count", 2, { name: "Database", role: "cause" })] : []),
    ...(isComplete ? handler("Cache", 0) : []),
  ];
}

describeWithProgram(["tmux", "bash"], "fleet watch of 100 services at 80 x 24", () => {
  test("shows what is not OK, moves, unfolds, filters, and is never green without Prometheus", async () => {
    const states = new Map([
      ["s07", 1],
      ["s42", 2],
    ]);
    let isAway = false;
    const jobs = Array.from({ length: 100 }, (_, index) => `s${String(index).padStart(2, "0")}`);
    const prometheus = await startFakePrometheus((query) => {
      if (isAway) return undefined;
      const only = /job="(\w+)"/.exec(query)?.[1];
      const wanted = only === undefined ? jobs : [only];
      return wanted.flatMap((job) => toSeries(job, states.get(job) ?? 0, only !== undefined));
    });
    const terminal = await startTerminal(
      `${process.execPath} ${BIN} fleet watch --prometheus ${prometheus} --interval 200ms; exec cat`,
      { columns: 80, rows: 24 },
    );
    const screen = await terminal.waitFor(
      /^100 services: 1 RED, 1 YELLOW, 98 OK; rules evaluated \d s ago$/m,
    );
    const lines = screen.split("\n");
    expect(lines).toHaveLength(24);
    expect(lines.slice(1, 6)).toEqual([
      "> ▾ RED     s42  for 2 h; Database; 2 instances",
      "    Database  RED     2 RED",
      "  ▾ YELLOW  s07  for 2 h; 2 instances",
      "    Database  YELLOW  2 YELLOW",
      "  ▸ OK      s00  for 2 h; 2 instances",
    ]);
    expect(lines[23]).toMatch(/^80 OK hidden\. j\/k move, Enter unfolds, \/ filters, q quits; every 200ms$/);

    for (let count = 0; count < 2; count += 1) await terminal.press("Down");
    await terminal.type("jj");
    await terminal.waitFor(/^> ▸ OK {6}s00 /m);
    await terminal.press("Enter");
    await terminal.waitFor(
      /^> ▾ OK .*\n {4}2 instances, 2 scraped, 2 in service\n.*NAME.*\n {4}Cache {2}OK {6}2 OK$/m,
    );
    await terminal.type("/s42");
    await terminal.waitFor(/^> ▾ RED .*\n[^▸]*\n\/s42_: 1 of 100\. Enter keeps/m);
    await terminal.press("Escape");
    await terminal.waitFor(/^> ▾ RED {5}s42 /m);
    await terminal.press("g");

    states.set("s42", 0);
    await terminal.waitFor(/^100 services: 1 YELLOW, 99 OK; rules/m);
    isAway = true;
    const gone = await terminal.waitFor(
      /^101 services: 1 no answer, 100 UNKNOWN; \d s old, Prometheus does not/m,
    );
    expect(gone).toMatch(/^> ▸ no answer {2}127\.0\.0\.1:\d+ +for \d s, was OK: HTTP 503/m);
    expect(gone).toMatch(/^ {2}▸ UNKNOWN {4}s07 .*for \d s, was YELLOW: HTTP 503/m);
    expect(gone).not.toMatch(/^..[▸▾] OK/m);
    isAway = false;
    await terminal.waitFor(/^100 services: 1 YELLOW, 99 OK; rules evaluated 0 s ago$/m);
    await terminal.type("q");
    await terminal.waitFor(/^$/);
  });
});
