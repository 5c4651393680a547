import { describe, expect, test, vi } from "vitest";
import { systemClock } from "../../src/util/clock.ts";

/** How many timers keep this process alive. */
function countReferencedTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
}

describe("the system's clock", () => {
  test("tells the time since 1970, and one that never goes back", () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
    const moments = Array.from({ length: 1_000 }, () => systemClock.monotonicNow());
    expect(moments).toEqual([...moments].sort((one, other) => one - other));
  });

  test("fires a timer", async () => {
    const fired = new Promise((resolve) => void systemClock.startTimer(1, () => resolve("fired")));
    expect(await fired).toBe("fired");
  });

  test("keeps the process alive for a timer until that is cancelled", () => {
    const before = countReferencedTimers();
    const cancel = systemClock.startTimer(1_000_000, () => {});
    expect(countReferencedTimers()).toBe(before + 1);
    cancel();
    cancel();
    expect(countReferencedTimers()).toBe(before);
  });

  test("takes timers that are plain numbers, as browsers have them", () => {
    const cleared: unknown[] = [];
    vi.stubGlobal("setTimeout", () => 7);
    vi.stubGlobal("clearTimeout", (timer: unknown) => void cleared.push(timer));
    try {
      systemClock.startTimer(1_000, () => {}, { background: true })();
    } finally {
      vi.unstubAllGlobals();
    }
    expect(cleared).toEqual([7]);
  });

  test("does not keep the process alive for a timer in the background", () => {
    const before = countReferencedTimers();
    const cancel = systemClock.startTimer(1_000_000, () => {}, { background: true });
    expect(countReferencedTimers()).toBe(before);
    cancel();
  });
});
