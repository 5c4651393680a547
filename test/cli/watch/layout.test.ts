import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPaint } from "../../../src/cli/terminal/style.ts";
import { toWidth } from "../../../src/cli/terminal/width.ts";
import { type Layout, type LayoutOptions, layOut } from "../../../src/cli/watch/layout.ts";
import type { Choices } from "../../../src/cli/watch/list.ts";
import { press, unfoldAlarm } from "../../../src/cli/watch/press.ts";
import { HIGHLIGHT_MS, SILENT_MS } from "../../../src/cli/watch/render.ts";
import { createServiceView, type ServiceView, updateView } from "../../../src/cli/watch/service-view.ts";
import { answerOf, factsOf, viewOf } from "./views.ts";

const START: Choices = { filter: "", isTyping: false, folds: new Map() };
const FAILURE = { failure: "no answer from http://x:1: connection refused. Is the service running?" };
const OK = answerOf({ Cache: "OK" });
const RED = answerOf({ Database: "RED", Cache: "OK" });
const YELLOW = answerOf({ Database: "YELLOW", Cache: "OK" });

function render(
  views: readonly ServiceView[],
  options: Partial<LayoutOptions> = {},
  choices: Choices = START,
): Layout {
  const usual = { columns: 80, rows: 24, now: 0, hasCursor: true, footer: "q quits" };
  return layOut(views, choices, { paint: createPaint(false), ...usual, ...options });
}

/** What is on the screen after these keys. */
function type(views: readonly ServiceView[], keys: readonly string[], rows = 24): string {
  const choices = keys.reduce((before, key) => press(before, key, render(views, { rows }, before)), START);
  return render(views, { rows }, choices).screen.join("\n");
}

describe("the list of services", () => {
  test("has the dead on top, then the worst, and below each what is not OK", () => {
    const views = [
      viewOf("http://a:1", OK),
      createServiceView("http://b:1"),
      viewOf("http://c:1", YELLOW),
      viewOf("http://d:1", RED),
      viewOf("http://e:1", FAILURE),
      viewOf("http://f:1", RED),
    ];
    expect(render(views).screen).toEqual([
      "6 services: 1 no answer, 2 RED, 1 YELLOW, 1 connecting, 1 OK",
      "> ▸ no answer  e:1  for 0 s: connection refused. Is the service running?",
      "  ▾ RED        d:1  1 of 2 failing",
      "    Database  RED",
      "  ▾ RED        f:1  1 of 2 failing",
      "    Database  RED",
      "  ▾ YELLOW     c:1  1 of 2 not OK",
      "    Database  YELLOW",
      "  ▸ …          b:1  connecting …",
      "  ▸ OK         a:1  1 of 1 handlers OK",
      "",
      "q quits",
    ]);
  });

  test("names the services, with their addresses if the names collide", () => {
    const named = (where: string, service: string | undefined) =>
      viewOf(where, answerOf({ A: "OK" }, { ...factsOf(`${service}:1`), service }));
    const views = [
      named("http://a:1", "orders"),
      named("http://b:1", undefined),
      named("http://c:1", "users"),
      named("http://d:1", "orders"),
      viewOf("http://e:1", OK),
    ];
    const titlesOf = (screen: readonly string[]) =>
      screen.slice(1, 6).map((line) => line.slice(8, 22).trim());
    expect(titlesOf(render(views).screen)).toEqual(["orders (a:1)", "b:1", "users", "orders (d:1)", "e:1"]);
    expect(type(views, ["/", ..."orders", "\r", "G"])).toContain("> ▸ OK  orders (d:1)");
    const gone = updateView(views[2] ?? expect.unreachable(), FAILURE, 0).view;
    expect(render([gone, ...views.slice(0, 1)]).screen[1]).toContain("no answer  users   for 0 s, was OK");
    expect(render([views[2] ?? expect.unreachable()]).screen.slice(0, 3)).toEqual([
      "> ▾ OK  users  1 of 1 handlers OK",
      "    http://c:1",
      "    users:1, started 3 min ago",
    ]);
  });

  test("says how long a request has had no answer, and keeps the state meanwhile", () => {
    const lineAt = (view: ServiceView, now: number) =>
      render([{ ...view, askedAt: 1_000 }], { now }).screen[0];
    const known = viewOf("http://a:1", OK);
    expect(lineAt(known, 999 + SILENT_MS)).toBe("> ▾ OK  a:1  1 of 1 handlers OK");
    expect(lineAt(known, 5_000)).toBe("> ▾ OK  a:1  no answer for 4 s; 1 of 1 handlers OK");
    expect(lineAt(createServiceView("http://a:1"), 5_000)).toBe("> ▸ …  a:1  no answer for 4 s");
    const after = updateView({ ...known, askedAt: 1_000 }, OK, 6_000).view;
    expect(render([after], { now: 60_000 }).screen[0]).toBe("> ▾ OK  a:1  1 of 1 handlers OK");
  });

  test("says what is decommissioned, and which of several instances it shows", () => {
    const out = factsOf("a:1", { state: "decommissioned", reason: "upgrade", by: "ann" });
    const other = updateView(
      viewOf("http://b:1", answerOf({ A: "OK" }, factsOf("b:1"))),
      {
        ...answerOf({ A: "OK" }, factsOf("b:2")),
      },
      0,
    ).view;
    const turn = updateView(other, answerOf({ A: "OK" }, factsOf("b:1")), 0).view;
    const { screen } = render([viewOf("http://a:1", answerOf({ A: "OK" }, out)), turn], { columns: 120 });
    expect(screen[1]).toBe("> ▸ YELLOW  a:1  Decommissioned for 1 s: upgrade, by ann; 1 of 1 handlers OK");
    expect(screen[2]).toBe(
      "  ▸ OK      b:1  1 of 1 handlers OK; b:1, one of 2 instances that answer in turn",
    );
  });

  test("lets ages go on between two answers, and stops them when there is none", () => {
    const answer = answerOf({ A: "RED" }, factsOf("a:1"));
    const aged = {
      ...answer,
      handlers: answer.handlers.map((each) => ({ ...each, forMs: 5_000, causes: [] })),
    };
    const view = viewOf("http://a:1", aged);
    expect(render([view], { now: 3_000 }).screen.join()).toMatch(/A +RED +8 s/);
    const dead = updateView(view, FAILURE, 60_000).view;
    const { screen } = render([dead], { now: 70_000 });
    expect(screen.slice(0, 3)).toEqual([
      "> ▾ no answer  a:1  for 10 s, was RED",
      "    connection refused. Is the service running?",
      "    the last answer, 1 min ago:",
    ]);
    expect(screen.join()).toMatch(/A +RED +5 s/);
  });

  test("highlights a change for some seconds, and not what was there from the beginning", () => {
    const paint = createPaint(true);
    const marked = (view: ServiceView, now: number, choices?: Choices): number =>
      render([view], { now, paint }, choices).screen.filter((line) => line.includes("\u001b[7m")).length;
    const view = updateView(viewOf("http://a:1", OK), answerOf({ Cache: "RED" }), 1_000).view;
    expect(marked(view, 1_000 + HIGHLIGHT_MS - 1)).toBe(1);
    expect(marked(view, 1_000 + HIGHLIGHT_MS)).toBe(0);
    expect(marked(view, 1_000, { ...START, folds: new Map([[0, "nothing"]]) })).toBe(1);
    expect(marked(viewOf("http://a:1", OK), 0)).toBe(0);
  });
});

describe("a screen that is full", () => {
  const many = (count: number, answer: Parameters<typeof viewOf>[1]): readonly ServiceView[] =>
    Array.from({ length: count }, (_, index) => viewOf(`http://s${index}:1`, answer));

  test("hides what is OK, and says how many", () => {
    const { screen } = render([...many(90, OK), ...many(5, RED), ...many(5, FAILURE)]);
    expect(screen).toHaveLength(24);
    expect(screen.filter((line) => line.includes("no answer "))).toHaveLength(5);
    expect(screen.filter((line) => /▾ RED/.test(line))).toHaveLength(5);
    expect(screen.at(-1)).toBe("83 OK hidden. q quits");
  });

  test("unfolds less before it hides a service that is not OK", () => {
    const wide = answerOf(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`H${index}`, "RED"])));
    const { screen } = render([...many(10, wide), ...many(90, OK)]);
    expect(screen.filter((line) => /▾ RED +s\d+:1 +50 of 50 failing/.test(line))).toHaveLength(10);
    const two = render([...many(2, wide), ...many(9, OK)]).screen;
    expect(two.filter((line) => line.includes("more, Enter unfolds"))).toEqual([
      "    + 41 more, Enter unfolds",
      "    + 41 more, Enter unfolds",
    ]);
    expect(two.at(-1)).toBe("9 OK hidden. q quits");
  });

  test("says which ones it hides if even the bad ones do not fit", () => {
    const { screen } = render([...many(30, RED), ...many(70, OK)]);
    expect(screen.at(-1)).toBe("8 RED, 70 OK hidden. q quits");
    // There is no room below a service, so its line names the first handler.
    expect(screen[1]).toBe("> ▸ RED  s0:1   1 of 2 failing (Database)");
  });

  test.each([1, 2, 3, 5, 10, 24])("of %d rows is never exceeded, and says how much is missing", (rows) => {
    const states = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`H${index}`, "OK" as const]));
    const { screen } = render([viewOf("http://a:1", answerOf(states))], { rows });
    expect(screen.length).toBeLessThanOrEqual(rows);
    expect(screen.at(-1)).toMatch(/^\d+ more lines\. q quits$/);
  });

  test("shows everything to a terminal without a size", () => {
    const rows = Number.POSITIVE_INFINITY;
    const { screen } = render(many(200, RED), { rows, columns: rows });
    expect(screen).toHaveLength(403);
    expect(screen.at(-1)).toBe("q quits");
  });
});

describe("the keys", () => {
  const views = Array.from({ length: 50 }, (_, index) =>
    viewOf(`http://s${index}:1`, index === 30 ? RED : OK),
  );

  test("move the cursor, and the list with it", () => {
    expect(type(views, [])).toContain("> ▾ RED  s30:1");
    expect(type(views, ["j"])).toContain(">   Database  RED");
    expect(type(views, ["j", "j", "j", "\u001b[A"])).toContain("> ▸ OK   s0:1");
    const end = type(views, ["G"]);
    expect(end).toContain("> ▸ OK   s49:1");
    expect(end).toMatch(/\n29 lines above\. q quits$/);
    expect(type(views, ["\u001b[6~"])).toContain("> ▸ OK   s19:1");
    expect(type(views, ["G", "g"])).toBe(type(views, []));
    expect(type(views, ["k", "\u001b[5~", "x", "\u001b[99~"])).toBe(type(views, []));
  });

  test("unfold and fold the service of the cursor", () => {
    expect(type(views, ["\r"])).toMatch(/> ▾ RED {2}s30:1 .*\n {4}NAME.*\n {4}Database.*\n {4}Cache/);
    expect(type(views, ["\r", "\r"])).toMatch(/> ▸ RED {2}s30:1 .*\(Database\)\n {2}▸ OK/);
    expect(type(views, ["\r", "\r", "\r"])).toBe(type(views, []));
    expect(type(views, ["j", "j", "\r"])).toMatch(/> ▾ OK +s0:1.*\n {4}NAME.*\n {4}Cache/);
    expect(type(views, ["j", "j", "\r", "\r", "\r"])).toMatch(/> ▾ OK +s0:1.*\n {4}NAME/);
  });

  test("filter by address, state and handler, with everything that is typed", () => {
    expect(type(views, [..."/s4"])).toMatch(/▸ OK {2}s4:1[\s\S]*\/s4_: 11 of 50\. q quits$/);
    expect(type(views, [..."/s4\u007f3", "\u001b[B", "\u001b[B", "\r"])).toMatch(
      /> ▸ OK +s3:1[\s\S]*\/s3: 11 of 50/,
    );
    expect(type(views, [..."/DATA\r"])).toMatch(/s30:1[\s\S]*\/DATA: 1 of 50/);
    expect(type(views, [..."/red\r"])).toMatch(/s30:1[\s\S]*\/red: 1 of 50/);
    expect(type(views, [..."/jkq数", "\u001b[2~"])).toContain("/jkq数_: 0 of 50");
    expect(type(views, [..."/s4", "\u0015", "\u001b"])).toBe(type(views, []));
    expect(type(views, ["/", ..."x".repeat(200)])).toContain(`/${"x".repeat(72)}`);
  });

  test.each([
    ["Esc without a filter", "s19:1", ["\u001b[6~", "\u001b"]],
    ["Esc after Enter on what was found", "s45:1", [..."/s45\r", "\u001b"]],
    ["Esc while the filter is typed", "s45:1", [..."/s45", "\u001b"]],
    ["Esc after a move in what was found", "s41:1", [..."/s4\r", "j", "j", "\u001b"]],
    ["Esc when nothing is found", "s19:1", ["\u001b[6~", ..."/zzz", "\u001b"]],
    [
      "Esc when the text that found nothing is deleted",
      "s19:1",
      ["\u001b[6~", ..."/zzz\u007f\u007f\u007f", "\u001b"],
    ],
    ["another filter", "s45:1", [..."/s45\r/"]],
    ["a filter that shows it too", "s19:1", ["\u001b[6~", ..."/s1\r"]],
  ])("keep the cursor on its service: %s", (_, service, keys) => {
    expect(type(views, keys)).toMatch(new RegExp(`\n> ▸ OK +${service}`));
  });

  test("show the whole reason of a service that does not answer, also of one that never did", () => {
    const dead = [viewOf("http://a:1", FAILURE), updateView(viewOf("http://b:1", RED), FAILURE, 0).view];
    const keys = ["\r", "j", "j", "\r"];
    const choices = keys.reduce((before, key) => press(before, key, render(dead, {}, before)), START);
    expect(render(dead, { columns: 40 }, choices).screen.slice(1, 7)).toEqual([
      "  ▾ no answer  a:1  for 0 s",
      "    connection refused. Is the service …",
      "> ▾ no answer  b:1  for 0 s, was RED",
      "    connection refused. Is the service …",
      "    the last answer, 0 s ago:",
      "    NAME      STATE   DETAIL",
    ]);
  });

  test("leave the cursor on the first line: Esc without a filter", () => {
    const worse = views.map((view, index) => (index === 7 ? viewOf("http://x:1", FAILURE) : view));
    const after = press(START, "\u001b", render(views));
    expect(render(worse, {}, after).screen[1]).toMatch(/^> ▸ no answer {2}x:1/);
  });

  test("leave the cursor on its service when others become worse", () => {
    const at = press(
      press(START, "j", render(views)),
      "j",
      render(views, {}, press(START, "j", render(views))),
    );
    const worse = views.map((view, index) => (index > 40 ? updateView(view, RED, 0).view : view));
    const lines = (list: readonly ServiceView[]) =>
      render(list, {}, at).screen.filter((line) => line.startsWith(">"));
    expect(lines(views)).toEqual([expect.stringContaining("s0:1")]);
    expect(lines(worse)).toEqual([expect.stringContaining("s0:1")]);
  });

  test("do not hide an alarm", () => {
    const folded: Choices = { ...START, folds: new Map([[3, "nothing"]]) };
    const alarm = { before: "OK", after: "RED", detail: "" };
    expect(unfoldAlarm(folded, 3, [alarm]).folds.size).toBe(0);
    expect(unfoldAlarm(folded, 3, [{ ...alarm, after: "OK" }])).toBe(folded);
    expect(unfoldAlarm(folded, 4, [alarm])).toBe(folded);
  });
});

describe("hostile texts", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "\u001b[2J\u001b[H",
      "\u001b]0;title\u0007",
      "a\r\nb",
      "\u202eevil",
      "\u009b2J",
      "数".repeat(90),
    ),
  );
  const state = fc.constantFrom("OK" as const, "YELLOW" as const, "RED" as const);
  const handler = fc.record({ name: hostile, state, detail: hostile, labels: fc.constant([]) });
  const view = fc
    .record({
      where: hostile,
      handlers: fc.array(handler, { maxLength: 4 }),
      facts: fc.option(
        fc
          .tuple(hostile, hostile)
          .map(([instance, reason]) => factsOf(instance, { state: "decommissioned", reason, by: reason })),
        { nil: undefined },
      ),
      failure: fc.option(hostile, { nil: undefined }),
    })
    .map(({ where, handlers, facts, failure }) =>
      failure === undefined
        ? viewOf(where, { ...answerOf({}, facts), handlers })
        : updateView(viewOf(where, { ...answerOf({}, facts), handlers }), { failure }, 0).view,
    );

  test("never leave their line or the width of the terminal", () => {
    fc.assert(
      fc.property(
        fc.array(view, { maxLength: 6 }),
        fc.integer({ min: 20, max: 100 }),
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.constantFrom("j", "k", "G", "\r", "/", "x", "\u001b"), { maxLength: 8 }),
        (views, columns, rows, keys) => {
          const choices = keys.reduce(
            (before, key) => press(before, key, render(views, { columns, rows }, before)),
            START,
          );
          const { screen } = render(views, { columns, rows }, choices);
          expect(screen.length).toBeLessThanOrEqual(rows);
          for (const line of screen) {
            expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
            expect(toWidth(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
