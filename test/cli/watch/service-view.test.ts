import { describe, expect, test } from "vitest";
import { renderChange } from "../../../src/cli/watch/render.ts";
import {
  countInstances,
  createServiceView,
  isAlarm,
  type ServiceAnswer,
  type ServiceView,
  updateView,
} from "../../../src/cli/watch/service-view.ts";
import { answerOf, factsOf } from "./views.ts";

const WHERE = "http://localhost:8080";

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

describe("what is watched", () => {
  test("reports the first states, and each change after them", () => {
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

  test("has no answer since the request that hung, not since its end", () => {
    const { view } = follow(answerOf({ A: "OK" }), { failure: "no complete answer", askedAt: 10 });
    expect(view.failedAt).toBe(10);
  });

  test("reports each change of the probe, and counts a service without requests as YELLOW", () => {
    const out = factsOf("a:1", { state: "decommissioned", reason: "upgrade" });
    const { lines, view } = follow(
      answerOf({ A: "OK" }, factsOf("a:1")),
      answerOf({ A: "OK" }, out),
      answerOf({ A: "RED" }, out),
      answerOf({ A: "OK" }, factsOf("a:1")),
    );
    expect(lines).toEqual([
      ["A OK", "OK"],
      ['in-service -> decommissioned "Decommissioned for 1 s: upgrade"', "OK -> YELLOW"],
      ["A OK -> RED", "YELLOW -> RED"],
      ["A RED -> OK", "decommissioned -> in-service", "RED -> OK"],
    ]);
    expect(view.state).toBe("OK");
    const selected = updateView(view, answerOf({ A: "OK" }, out), 0, { selectsNames: true });
    expect(selected.view.state).toBe("OK");
  });

  test("says when another instance answers, once for each, and counts those that take turns", () => {
    const from = (instance: string) => answerOf({ A: "OK" }, factsOf(instance));
    const { lines, view } = follow(from("a:1"), from("b:2"), from("a:1"), from("b:2"));
    expect(lines).toEqual([["A OK", "OK"], ["now showing b:2, started 3 min ago"], [], []]);
    expect(countInstances(view)).toBe(2);
    // After a restart, the first one does not come back.
    expect(countInstances(follow(from("a:1"), from("a:1"), from("b:2"), from("b:2")).view)).toBe(1);
    expect(countInstances(follow(from("a:1")).view)).toBe(1);
  });

  test("remembers the instances of the last answers only", () => {
    const answers = Array.from({ length: 50 }, (_, index) => answerOf({}, factsOf(`a:${index}`)));
    expect(follow(...answers).view.instances).toHaveLength(20);
  });

  test("forgets handlers that are gone", () => {
    const { view } = follow(
      answerOf({ A: "OK", B: "OK" }),
      answerOf({ A: "RED", B: "RED" }),
      answerOf({ A: "RED" }),
    );
    expect([...view.changedAt.keys()]).toEqual(["A"]);
  });

  test("is an alarm when something becomes RED, or no longer answers", () => {
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
