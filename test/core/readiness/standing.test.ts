import { describe, expect, test } from "vitest";
import { createSharedStandings, mergeStandings } from "../../../src/core/readiness/shared-standings.ts";
import { createStandingRecord, NOTHING_KNOWN } from "../../../src/core/readiness/standing.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";

function start() {
  const clock = createFakeClock();
  return { clock, record: createStandingRecord(clock.monotonicNow) };
}

const UP = { hasBeenUp: true, redForMs: undefined, leftRedMs: undefined };
const RED_FOR_A_MINUTE = { hasBeenUp: true, redForMs: 60_000, leftRedMs: undefined };

describe("a standing", () => {
  test("goes on from that of the others until its own first result", async () => {
    const { clock, record } = start();
    record.inherit(RED_FOR_A_MINUTE);
    await clock.advance(1_000);
    expect(record.current).toEqual({ ...RED_FOR_A_MINUTE, redForMs: 61_000 });
    record.record("RED");
    await clock.advance(1_000);
    expect(record.current).toMatchObject({ hasBeenUp: true, redForMs: 62_000 });
    record.record("OK");
    expect(record.current).toEqual({ hasBeenUp: true, redForMs: undefined, leftRedMs: 0 });
  });

  test("is no longer RED when the others are not, if it has had no result", () => {
    const { record } = start();
    record.inherit(RED_FOR_A_MINUTE);
    record.inherit({ ...UP, leftRedMs: 0 });
    expect(record.current).toEqual({ ...UP, leftRedMs: 0 });
  });

  test("that is RED stays RED when the others recover, and has been up with them", async () => {
    const { clock, record } = start();
    record.record("RED");
    await clock.advance(2_000);
    record.inherit(UP);
    expect(record.current).toEqual({ ...UP, redForMs: 2_000 });
    record.inherit(RED_FOR_A_MINUTE);
    expect(record.current.redForMs).toBe(60_000);
  });

  test("that has been up itself takes nothing from the others", () => {
    const { record } = start();
    record.record("OK");
    record.inherit(RED_FOR_A_MINUTE);
    expect(record.current).toEqual(UP);
  });

  test("of nobody who was up is not up", () => {
    const { record } = start();
    record.inherit({ ...RED_FOR_A_MINUTE, hasBeenUp: false });
    record.record("RED");
    expect(record.current).toEqual({ ...RED_FOR_A_MINUTE, hasBeenUp: false });
  });
});

describe("the standings of several processes", () => {
  test("have the longest outage, and have been up if one was", () => {
    const newcomer = { ...NOTHING_KNOWN, redForMs: 10 };
    expect(mergeStandings(RED_FOR_A_MINUTE, newcomer)).toEqual(RED_FOR_A_MINUTE);
    expect(mergeStandings(newcomer, RED_FOR_A_MINUTE)).toEqual(RED_FOR_A_MINUTE);
    expect(mergeStandings(RED_FOR_A_MINUTE, { ...UP, leftRedMs: 5 })).toEqual({ ...UP, leftRedMs: 5 });
    expect(mergeStandings({ ...UP, leftRedMs: 5 }, UP)).toEqual({ ...UP, leftRedMs: 5 });
  });

  test("change for the others when the first is up, RED, and no longer RED", () => {
    const standings = createSharedStandings(createFakeClock().monotonicNow);
    expect(standings.add("Database", UP)).toBe(true);
    expect(standings.add("Database", UP)).toBe(false);
    expect(standings.add("Database", { ...UP, redForMs: 0 })).toBe(true);
    expect(standings.add("Database", RED_FOR_A_MINUTE)).toBe(false);
    expect(standings.add("Database", UP)).toBe(true);
    expect(standings.names).toEqual(["Database"]);
  });

  test("are those of a thousand names at most", () => {
    const standings = createSharedStandings(createFakeClock().monotonicNow);
    for (let index = 0; index <= 1_000; index += 1) standings.add(`handler ${index}`, UP);
    expect(standings.names).toHaveLength(1_000);
    expect(standings.find("handler 1000")).toBeUndefined();
    expect(standings.add("handler 0", { ...UP, redForMs: 0 })).toBe(true);
  });
});
