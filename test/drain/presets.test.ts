import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { resolveDrainOptions } from "../../src/drain/options.ts";
import { deriveTimes, PRESETS, type Preset, toNeededGraceMs, toSpareMs } from "../../src/drain/presets.ts";
import { createTimes } from "../../src/drain/times.ts";

const NAMES = Object.keys(PRESETS) as Preset[];

describe("a preset", () => {
  test.each<[Preset, object]>([
    ["kubernetes", { deadlineMs: 28_000, capMs: 18_000, fallbackMs: 5_000, floorMs: 5_000 }],
    ["docker", { deadlineMs: 9_000, capMs: 6_000, fallbackMs: 3_000, floorMs: 0 }],
    ["ecs", { deadlineMs: 28_000, capMs: 18_000, fallbackMs: 5_000, floorMs: 0 }],
    ["cloud-run", { deadlineMs: 9_000, capMs: 6_000, fallbackMs: 3_000, floorMs: 0 }],
    ["heroku", { deadlineMs: 28_000, capMs: 18_000, fallbackMs: 5_000, floorMs: 0 }],
    ["pm2", { deadlineMs: 1_400, capMs: 933, fallbackMs: 466, floorMs: 0 }],
    ["systemd", { deadlineMs: 84_000, capMs: 20_000, fallbackMs: 5_000, hooksTimeoutMs: 14_000 }],
  ])("sets the times of %s", (preset, times) => {
    expect(resolveDrainOptions({ preset })).toMatchObject(times);
  });

  test("gives way to the options that are set", () => {
    const set = { floorMs: 1, capMs: 2, fallbackMs: 3, closeTimeoutMs: 4, hooksTimeoutMs: 5, deadlineMs: 6 };
    expect(resolveDrainOptions({ preset: "docker", graceMs: 60_000, ...set })).toMatchObject(set);
  });

  test("is a name in the list", () => {
    expect(() => resolveDrainOptions({ preset: "fly" as Preset })).toThrow(/^preset: expected "kubernetes"/);
  });

  test("has another grace period with graceMs", () => {
    expect(resolveDrainOptions({ preset: "docker", graceMs: 30_000 }).deadlineMs).toBe(28_000);
  });
});

describe("a preStop hook", () => {
  test("takes its time from the grace period", () => {
    const { deadlineMs, fallbackMs } = resolveDrainOptions({ preset: "kubernetes", preStopMs: 15_000 });
    expect({ deadlineMs, fallbackMs }).toEqual({ deadlineMs: 14_000, fallbackMs: 4_000 });
  });

  test("may be told by the environment, and the option wins", () => {
    vi.stubEnv("SVC_STATUS_PRESTOP_MS", "15000");
    expect(resolveDrainOptions({}).deadlineMs).toBe(14_000);
    expect(resolveDrainOptions({ preStopMs: 0 }).deadlineMs).toBe(28_000);
    expect(resolveDrainOptions({ deadlineMs: 20_000 }).deadlineMs).toBe(20_000);
    vi.stubEnv("SVC_STATUS_PRESTOP_MS", " 15000 ");
    expect(resolveDrainOptions({}).deadlineMs).toBe(14_000);
    for (const empty of ["", " "]) {
      vi.stubEnv("SVC_STATUS_PRESTOP_MS", empty);
      expect(resolveDrainOptions({}).deadlineMs).toBe(28_000);
    }
    vi.unstubAllEnvs();
  });

  test.each(["5s", "-1", "1e4", "5.5"])("may not be %s in the environment", (text) => {
    vi.stubEnv("SVC_STATUS_PRESTOP_MS", text);
    expect(() => resolveDrainOptions({})).toThrow(
      new TypeError(`SVC_STATUS_PRESTOP_MS: expected a whole number of milliseconds, got "${text}"`),
    );
    vi.unstubAllEnvs();
  });

  test("may not take the whole grace period", () => {
    expect(() => resolveDrainOptions({ preset: "docker", preStopMs: 10_000 })).toThrow(
      new TypeError(
        "preStopMs: expected less than the 10000 ms after which the process is killed, got 10000",
      ),
    );
  });
});

describe("the times", () => {
  const graces = fc.record({
    preset: fc.constantFrom(...NAMES),
    graceMs: fc.integer({ min: 200, max: 600_000 }),
    preStopPart: fc.double({ min: 0, max: 0.9, noNaN: true }),
    hasOnClose: fc.boolean(),
  });

  test("leave at least 5 % until the kill, and to every phase its share, whatever kills", () => {
    fc.assert(
      fc.property(graces, ({ preset, graceMs, preStopPart, hasOnClose }) => {
        const preStopMs = Math.floor(graceMs * preStopPart);
        const options = resolveDrainOptions({ preset, graceMs, preStopMs });
        const { deadlineMs, floorMs, fallbackMs, capMs } = options;
        const leftMs = graceMs - preStopMs;
        expect(leftMs - deadlineMs).toBeGreaterThanOrEqual(Math.floor(0.05 * leftMs));
        expect(floorMs).toBeLessThanOrEqual(capMs);
        expect(fallbackMs).toBeLessThanOrEqual(capMs);
        const times = createTimes({ options, startedAt: 0, getHasOnClose: () => hasOnClose });
        const waitEndsAt = Math.min(capMs, times.getWaitEndsAt());
        const closedAt = waitEndsAt + times.getCloseMs(waitEndsAt);
        const hooksMs = times.getCloseHooksMs(closedAt);
        expect(times.getCloseMs(waitEndsAt)).toBeGreaterThanOrEqual(deadlineMs / 6 - 1);
        if (hasOnClose) expect(hooksMs).toBeGreaterThanOrEqual(Math.min(5_000, deadlineMs / 6) - 1);
        expect(closedAt + hooksMs).toBeLessThanOrEqual(deadlineMs + 1);
      }),
    );
  });

  test("need a grace period that the doctor finds long enough", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 600_000 }), (graceMs) => {
        expect(toNeededGraceMs(graceMs - toSpareMs(graceMs))).toBeLessThanOrEqual(graceMs + 2);
      }),
    );
  });

  test.each([
    [1_400, 1_600],
    [9_000, 10_000],
    [28_000, 30_000],
    [84_000, 86_000],
  ])("need a grace period longer than a deadline of %i ms: %i ms", (deadlineMs, graceMs) => {
    expect(toNeededGraceMs(deadlineMs)).toBe(graceMs);
  });

  test("follow from the deadline, if only that is given", () => {
    expect(deriveTimes({ deadlineMs: 12_000 })).toEqual({
      deadlineMs: 12_000,
      floorMs: 0,
      fallbackMs: 4_000,
      capMs: 8_000,
      hooksTimeoutMs: 5_000,
    });
  });
});
