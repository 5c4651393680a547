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
  const toAhead = () => clock.now() - clock.monotonicNow();
  const note = (state: State) =>
    track.record({
      status: { state },
      reason: state === "OK" ? undefined : "reported",
      checkedAt: clock.now(),
      aheadMs: toAhead(),
    });
  return { clock, told, track, note, toAhead };
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

  test("follows the wall clock when it is set back: the age of the state stays, and so does the order", async () => {
    const { clock, note, told, track } = start();
    note("RED");
    await clock.advance(5_000);
    note("YELLOW");
    await clock.advance(10_000);
    clock.jump(-3_600_000);
    expect(clock.now() - note("YELLOW").getTime()).toBe(10_000);
    await clock.advance(1_000);
    expect(note("OK").getTime()).toBe(clock.now());
    const ages = (changes: readonly Change[]) => changes.map(({ at }) => clock.now() - at.getTime());
    expect(ages(track.history)).toEqual([16_000, 11_000, 0]);
    expect(told.map(({ heldMs }) => heldMs)).toEqual([0, 5_000, 11_000]);
    expect(told.every(Object.isFrozen) && track.history.every(Object.isFrozen)).toBe(true);
  });

  test("follows it also before the next result, and leaves the times alone that were right", async () => {
    const { clock, note, track, toAhead } = start();
    const first = note("RED").getTime();
    await clock.advance(60_000);
    // An hour too far for ten minutes.
    clock.jump(3_600_000);
    await clock.advance(300_000);
    note("OK");
    await clock.advance(300_000);
    clock.jump(-3_600_000);
    expect(track.findSince(toAhead())).toEqual(new Date(first + 360_000));
    expect(track.history.map(({ at }) => at.getTime() - first)).toEqual([0, 360_000]);
    expect(track.snapshot).toMatchObject({ since: first + 360_000, firstResultAt: first });
  });

  test("leaves its times alone if the clock is set forward, because the machine may have slept", async () => {
    const { clock, note, track } = start();
    const first = note("RED").getTime();
    clock.jump(3_600_000);
    await clock.advance(1_000);
    expect(note("RED").getTime()).toBe(first);
    expect(note("OK").getTime()).toBe(clock.now());
    expect(track.history[1]?.heldMs).toBe(1_000);
  });

  test("has no start before the first result, and none in the future if it was set back less than a second", () => {
    const { clock, note, track, toAhead } = start();
    clock.jump(-3_600_000);
    expect(track.findSince(toAhead())).toBeUndefined();
    const first = note("OK");
    clock.jump(-1_000);
    expect(track.findSince(toAhead())).toEqual(first);
    clock.jump(-1);
    expect(track.findSince(toAhead())).toEqual(new Date(clock.now()));
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
    track.record({ status: { state: "RED" }, reason: "threw", checkedAt: 0, aheadMs: 0 });
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
