import { describe, expect, test } from "vitest";
import { type HeartbeatOptions, heartbeat } from "../../src/core/heartbeat.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

describe("a heartbeat", () => {
  test.each([
    [0, "OK"],
    [29_999, "OK"],
    [30_000, "YELLOW"],
    [60_000, "YELLOW"],
    [60_001, "RED"],
    [86_400_000, "RED"],
  ])("that was last heard of %d ms ago, of 60 s, is %s", async (silenceMs, state) => {
    const clock = createFakeClock();
    const beat = heartbeat({ maxSilenceMs: 60_000, clock });
    await clock.advance(7_000);
    beat();
    await clock.advance(silenceMs);
    expect(beat.status().state).toBe(state);
  });

  test("expects its first beat within maxSilenceMs of its creation", async () => {
    const clock = createFakeClock();
    await clock.advance(500_000);
    const beat = heartbeat({ maxSilenceMs: 60_000, clock });
    expect(beat.status().state).toBe("OK");
    await clock.advance(60_000);
    expect(beat.status().state).toBe("YELLOW");
    await clock.advance(1);
    expect(beat.status().state).toBe("RED");
  });

  test("says how long it was silent, and as a number", async () => {
    const clock = createFakeClock();
    const beat = heartbeat({ maxSilenceMs: 60_000, clock });
    await clock.advance(12_300);
    expect(beat.status()).toEqual({ state: "OK", labels: { silence_seconds: 12.3 } });
    await clock.advance(50_000);
    expect(beat.status()).toEqual({
      state: "RED",
      detail: "no beat for 62.3 s, expected every 60.0 s",
      labels: { silence_seconds: 62.3 },
    });
  });

  test("is OK again with the next beat", async () => {
    const clock = createFakeClock();
    const beat = heartbeat({ maxSilenceMs: 1_000, clock });
    await clock.advance(5_000);
    expect(beat.status().state).toBe("RED");
    beat();
    expect(beat.status().state).toBe("OK");
  });

  test("does not mind when the wall clock is set", async () => {
    const clock = createFakeClock();
    const beat = heartbeat({ maxSilenceMs: 1_000, clock });
    clock.jump(86_400_000);
    expect(beat.status().state).toBe("OK");
    await clock.advance(1_001);
    clock.jump(-172_800_000);
    expect(beat.status().state).toBe("RED");
  });

  test("is a handler as it is, a function though it is", async () => {
    const clock = createFakeClock();
    const registry = createStatusRegistry({ clock });
    const beat = heartbeat({ maxSilenceMs: 1_000, clock });
    registry.addStatusHandler("ImportLoop", beat, { scope: "local" });
    await clock.advance(600);
    expect((await registry.getReport()).entries[0]).toMatchObject({
      status: { state: "YELLOW", detail: "no beat for 0.6 s, expected every 1.0 s" },
      reason: "reported",
    });
    expect(beat.status().state).toBe("YELLOW"); // asking is no beat
  });

  test("takes its time from the system where no clock is given", () => {
    expect(heartbeat({ maxSilenceMs: 60_000 }).status().state).toBe("OK");
  });

  test.each([
    [undefined, "options: expected an object, got undefined"],
    [{}, "maxSilenceMs: expected a number from 1 to 2147483647, got undefined"],
    [{ maxSilenceMs: 0 }, "maxSilenceMs: expected a number from 1 to 2147483647, got 0"],
    [{ maxSilenceMs: "60000" }, 'maxSilenceMs: expected a number from 1 to 2147483647, got "60000"'],
    [{ maxSilence: 1 }, 'options: unknown option "maxSilence", expected one of maxSilenceMs, clock'],
    [{ maxSilenceMs: 1, clock: Date }, "clock: expected an object with monotonicNow(), got a function"],
  ])("refuses %j", (options, message) => {
    expect(() => heartbeat(options as HeartbeatOptions)).toThrow(new TypeError(message));
  });
});
