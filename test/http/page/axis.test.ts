import { describe, expect, test } from "vitest";
import { OK, RED, type State, YELLOW } from "../../../src/core/state.ts";
import { toUtcClock } from "../../../src/http/page/axis-text.ts";
import { decodeTurns, encodeTurns, type Turn } from "../../../src/http/page/axis-turns.ts";
import {
  AXIS_LABELS,
  type AxisSpan,
  type AxisWindow,
  toAxisWindow,
} from "../../../src/http/page/axis-window.ts";
import { drawAxis, drawTicks } from "../../../src/http/page/draw-axis.ts";
import { type RememberedChange, toTurns } from "../../../src/http/page/turns.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const MINUTE_MS = 60_000;

const ago = (minutes: number): number => NOW - minutes * MINUTE_MS;

function draw(span: AxisSpan, ...turns: readonly [minutesAgo: number, mark: Turn["mark"]][]) {
  return drawTurns(
    turns.map(([minutesAgo, mark]) => ({ at: ago(minutesAgo), mark })),
    toAxisWindow(span, NOW),
  );
}

function drawTurns(turns: readonly Turn[], window: AxisWindow) {
  const { paths, share, toText } = drawAxis(turns, window);
  return { paths, share, text: toText(toUtcClock) };
}

describe("the axis of time", () => {
  test("has bars as wide as they lasted, and is gray before the first moment that is known", () => {
    expect(draw("1h", [30, OK], [20, RED], [15, OK]).paths).toEqual({
      unknown: "M0 12V11H360V12z",
      OK: "M360 12V8H480V12zM540 12V8H720V12z",
      YELLOW: "",
      RED: "M480 12V0H540V12z",
    });
  });

  test("shows a state that is shorter than a pixel, and draws many in one place once", () => {
    const turns = [0, 1, 2].flatMap((index): readonly Turn[] => [
      { at: ago(600) + index * 100, mark: RED },
      { at: ago(600) + index * 100 + 10, mark: OK },
    ]);
    const { paths } = drawTurns(turns, toAxisWindow("24h", NOW));
    expect(paths.RED).toBe("M420 12V0H420V12z");
  });

  test("is gray in gaps", () => {
    const { paths, text } = draw("1h", [90, OK], [40, "unknown"], [20, OK]);
    expect(paths.unknown).toBe("M240 12V11H480V12z");
    expect(text).toBe("unknown 11:20–11:40, OK since. 100 % OK, 20 min unknown.");
  });

  test("stays the same while nothing happens, until its window has moved by one unit", () => {
    const turns = [{ at: ago(3), mark: RED }] as const;
    const [first, second, third] = [NOW - 4_000, NOW - 1, NOW + 1].map((now) =>
      drawTurns(turns, toAxisWindow("1h", now)),
    );
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
  });

  test.each<[share: string, ...turns: [minutesAgo: number, mark: Turn["mark"]][]]>([
    ["100 %", [90, OK]],
    ["50 %", [20, OK], [10, YELLOW]],
    ["99.9 %", [60, OK], [0.001, RED]],
    ["0 %", [60, RED]],
    ["<0.1 %", [0.01, OK], [0.0001, OK], [60, RED]],
    ["", [70, OK], [65, "unknown"]],
  ])("the share of the known time that was OK, which is never rounded up: %j", (share, ...turns) => {
    expect(draw("1h", ...turns.toSorted(([one], [other]) => other - one)).share).toBe(share);
  });

  test.each<[text: string, ...turns: [minutesAgo: number, mark: Turn["mark"]][]]>([
    ["OK", [1_600, OK]],
    ["OK since 11:30, unknown before", [30, OK]],
    ["RED 11:00–11:01, OK since", [1_600, OK], [60, RED], [59, OK]],
    ["YELLOW 09:00–10:00, RED since 10:00", [1_600, OK], [180, YELLOW], [120, RED]],
    ["RED 11:00 for 20 s, OK since", [1_600, OK], [60, RED], [59 + 2 / 3, OK]],
    ["RED until 11:00, OK since", [1_600, RED], [60, OK]],
    ["RED all the time", [1_600, RED]],
    ["RED 11:00–11:01, OK since, unknown before 10:00", [120, OK], [60, RED], [59, OK]],
    ["RED since 11:00, unknown before", [60, RED]],
    [
      "4 times not OK, the last 3: RED 11:20–11:25, RED 11:30–11:35, YELLOW since 11:40",
      [1_600, OK],
      ...[50, 40, 30].flatMap((from): [number, State][] => [
        [from, RED],
        [from - 5, OK],
      ]),
      [20, YELLOW],
    ],
    ["Nothing is known"],
  ])("says in words: %s", (text, ...turns) => {
    expect(draw("24h", ...turns).text.split(/\.(?: |$)/)[0]).toBe(text);
  });

  test("has a tick for each full hour and six labels, in the reader's time zone", () => {
    const halfPast = NOW + 1_800_000;
    const { path, labels } = drawTicks(toAxisWindow("24h", halfPast), 5.5 * 60 * MINUTE_MS, (at) =>
      toUtcClock(at + 5.5 * 60 * MINUTE_MS),
    );
    expect(path.split("M").length - 1).toBe(25);
    expect(path).toMatch(/^M0 0v3M30 0v3/);
    expect(labels.map(({ text }) => text)).toEqual(["20:00", "00:00", "04:00", "08:00", "12:00", "16:00"]);
    expect(drawTicks(toAxisWindow("1h", NOW), 0, toUtcClock).labels).toHaveLength(AXIS_LABELS);
  });
});

describe("the turns of a handler", () => {
  const change = (
    minutesAgo: number,
    from: RememberedChange["from"],
    to: RememberedChange["to"],
    heldMinutes = 0,
  ) => ({
    at: new Date(ago(minutesAgo)),
    from,
    to,
    heldMs: heldMinutes * MINUTE_MS,
  });
  const present = (minutesAgo: number, state: State) => ({
    since: new Date(ago(minutesAgo)),
    status: { state },
  });

  test("begin with the state before the oldest change that is remembered: what was before is unknown", () => {
    const changes = [change(50, RED, OK, 10.000_001), change(20, OK, YELLOW, 30)];
    expect(toTurns(changes, present(20, YELLOW))).toEqual([
      { at: ago(60), mark: RED },
      { at: ago(50), mark: OK },
      { at: ago(20), mark: YELLOW },
    ]);
  });

  test("begin with the first result, which is a change only if it was not OK", () => {
    expect(toTurns([], present(20, OK))).toEqual([{ at: ago(20), mark: OK }]);
    expect(toTurns([change(20, undefined, RED)], present(20, RED))).toEqual([{ at: ago(20), mark: RED }]);
  });

  test("end with the state of the entry, if another process of a cluster knows better", () => {
    const changes = [change(50, OK, RED, 10), change(20, RED, OK, 30)];
    expect(toTurns(changes, present(40, YELLOW))).toEqual([
      { at: ago(60), mark: OK },
      { at: ago(50), mark: RED },
      { at: ago(40), mark: YELLOW },
    ]);
  });

  test("may have gaps, if a longer memory knows of some", () => {
    const changes = [change(50, OK, "unknown", 10), change(20, "unknown", RED, 30)];
    expect(toTurns(changes, present(20, RED)).map(({ mark }) => mark)).toEqual([OK, "unknown", RED]);
  });

  test("are the same after they were sent", () => {
    const turns = toTurns([change(50, RED, OK, 10), change(20, OK, YELLOW, 30)], present(20, YELLOW));
    expect(decodeTurns(encodeTurns(turns))).toEqual(turns);
    expect(decodeTurns("")).toEqual([]);
    expect(encodeTurns(turns).length).toBeLessThan(30);
  });
});
