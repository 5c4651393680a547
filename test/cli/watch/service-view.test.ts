import { describe, expect, test } from "vitest";
import type { HandlerStatus, ServiceStatus } from "../../../src/cli/client/status.ts";
import { createPaint } from "../../../src/cli/terminal/style.ts";
import { HIGHLIGHT_MS, renderChange, renderScreen } from "../../../src/cli/watch/render.ts";
import {
  createServiceView,
  isAlarm,
  type ServiceAnswer,
  type ServiceView,
  updateView,
} from "../../../src/cli/watch/service-view.ts";

const WHERE = "http://localhost:8080";

function answerOf(states: Readonly<Record<string, HandlerStatus["state"]>>): ServiceStatus {
  const handlers = Object.entries(states).map(([name, state]) => ({ name, state, detail: "", labels: [] }));
  const state = handlers.find((handler) => handler.state !== "OK")?.state ?? "OK";
  return { state, handlers, answer: { status: 200, contentType: "", text: "", from: "" } };
}

/** The view after these answers, one each second, and the lines of their changes. */
function follow(...answers: ServiceAnswer[]): { view: ServiceView; lines: string[][]; alarms: boolean[] } {
  let view = createServiceView(WHERE);
  const lines: string[][] = [];
  const alarms: boolean[] = [];
  for (const [index, answer] of answers.entries()) {
    const updated = updateView(view, answer, index * 1_000);
    view = updated.view;
    lines.push(updated.changes.map((change) => renderChange("S", change, new Date(0)).slice(27)));
    alarms.push(updated.changes.some(isAlarm));
  }
  return { view, lines, alarms };
}

function draw(view: ServiceView, now: number, size: { columns?: number; rows?: number } = {}): string[] {
  const { columns = 60, rows = 10 } = size;
  return renderScreen([view], { columns, rows, paint: createPaint(true), now, footer: "q quits" });
}

describe("what is watched", () => {
  test("tells the first states, and each change after them", () => {
    const { lines } = follow(
      answerOf({ A: "OK", B: "OK" }),
      answerOf({ A: "OK", B: "OK" }),
      answerOf({ A: "RED", C: "OK" }),
      { failure: "connection refused" },
      { failure: "connection refused" },
      answerOf({ A: "OK", C: "OK" }),
    );
    expect(lines).toEqual([
      ["A OK", "B OK", "OK"],
      [],
      ["A OK -> RED", "C OK", "B OK -> gone", "OK -> RED"],
      ['RED -> no answer "connection refused"'],
      [],
      ["A RED -> OK", "no answer -> OK"],
    ]);
  });

  test("forgets handlers that are gone", () => {
    const { view } = follow(
      answerOf({ A: "OK", B: "OK" }),
      answerOf({ A: "RED", B: "RED" }),
      answerOf({ A: "RED" }),
    );
    expect([...view.changedAt.keys()]).toEqual(["A"]);
  });

  test("is an alarm when something gets RED, or does not answer any more", () => {
    const { alarms } = follow(answerOf({ A: "YELLOW" }), answerOf({ A: "RED" }), answerOf({ A: "RED" }), {
      failure: "gone",
    });
    expect(alarms).toEqual([false, true, false, true]);
  });

  test("keeps a change to one line", () => {
    const change = { name: "a\nb", before: "OK", after: "RED", detail: "\u001b[2J\nx" };
    expect(renderChange(WHERE, change, new Date(0))).toBe(
      `1970-01-01T00:00:00.000Z ${WHERE} a b OK -> RED " x"`,
    );
  });
});

describe("the screen", () => {
  const inverse = "\u001b[7m";

  test("lets a change stand out for some seconds, and not what was there from the beginning", () => {
    const { view } = follow(answerOf({ A: "OK", B: "OK" }), answerOf({ A: "RED", B: "OK" }));
    const marked = (now: number) => draw(view, now).filter((line) => line.includes(inverse));
    expect(marked(1_000 + HIGHLIGHT_MS - 1)).toEqual([expect.stringContaining("A")]);
    expect(marked(1_000 + HIGHLIGHT_MS)).toEqual([]);
    expect(draw(follow(answerOf({ A: "OK" })).view, 0).join()).not.toContain(inverse);
  });

  test("shows the last handlers under the reason why there is no answer now", () => {
    const lines = draw(follow(answerOf({ A: "OK" }), { failure: "connection refused" }).view, 0);
    expect(lines[0]).toContain("connection refused");
    expect(lines.join("\n")).toContain("A");
  });

  test("says that it asks for the first time", () => {
    expect(draw(createServiceView(WHERE), 0)[0]).toBe(`${WHERE}: connecting …`);
  });

  test.each([1, 2, 3, 5, 10])("fits into %d rows, and says how much is missing", (rows) => {
    const states = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`H${index}`, "OK" as const]));
    const lines = draw(follow(answerOf(states)).view, 0, { rows });
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.at(-1)).toMatch(/\d+ more lines\. q quits/);
  });
});
