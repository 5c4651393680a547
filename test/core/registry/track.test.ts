import { describe, expect, test } from "vitest";
import type { Change } from "../../../src/core/change.ts";
import { createTrack } from "../../../src/core/registry/track.ts";
import type { State } from "../../../src/core/state.ts";
import { createFakeClock } from "../../../src/testing/fake-clock.ts";

function start({ historyLimit = 100 } = {}) {
  const clock = createFakeClock();
  const told: Change[] = [];
  const onChange = (change: Change) => void told.push(change);
  const track = createTrack({
    name: "Db",
    clock,
    historyLimit,
    explain: (change) => change,
    onChange,
    onStanding() {},
  });
  const note = (state: State) =>
    track.record({
      status: { state },
      reason: state === "OK" ? undefined : "reported",
      checkedAt: clock.now(),
    });
  return { clock, told, track, note };
}

describe("a track", () => {
  test("says since when the present state holds", async () => {
    const { clock, note } = start();
    const start0 = clock.now();
    expect(note("OK").getTime()).toBe(start0);
    await clock.advance(1_000);
    expect(note("OK").getTime()).toBe(start0);
    expect(note("RED").getTime()).toBe(start0 + 1_000);
    await clock.advance(1_000);
    expect(note("RED").getTime()).toBe(start0 + 1_000);
  });

  test("says so also where a reader has changed the Date that it got", () => {
    const { clock, note, track } = start();
    note("RED").setFullYear(2099);
    expect(note("RED").getTime()).toBe(clock.now());
    note("OK").setFullYear(2099);
    expect(note("YELLOW").getTime()).toBe(clock.now());
    expect(track.history.map(({ at }) => at.getTime())).toEqual(Array(3).fill(clock.now()));
  });

  test("never goes back, where the wall clock does", async () => {
    const { clock, note, told } = start();
    const before = note("RED").getTime();
    clock.jump(-3_600_000);
    await clock.advance(1_000);
    expect(note("OK").getTime()).toBe(before);
    await clock.advance(1_000);
    expect(note("YELLOW").getTime()).toBe(before);
    clock.jump(3_600_000);
    expect(note("RED").getTime()).toBe(before + 2_000);
    expect(told.map(({ heldMs }) => heldMs)).toEqual([0, 1_000, 1_000, 0]);
  });

  test("gives what explains a change a last word on it", () => {
    const clock = createFakeClock();
    const told: Change[] = [];
    const track = createTrack({
      name: "Api",
      clock,
      historyLimit: 1,
      explain: (change) => ({ ...change, reason: "dependency" }),
      onChange: (change) => void told.push(change),
      onStanding() {},
    });
    track.record({ status: { state: "RED" }, reason: "threw", checkedAt: 0 });
    expect(told).toMatchObject([{ reason: "dependency" }]);
    expect(track.history).toEqual(told);
  });

  test("forgets the oldest changes first", () => {
    const { note, track } = start({ historyLimit: 2 });
    for (const state of ["RED", "OK", "YELLOW", "OK"] as const) note(state);
    expect(track.history.map(({ from, to }) => [from, to])).toEqual([
      ["OK", "YELLOW"],
      ["YELLOW", "OK"],
    ]);
  });
});
