import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createProbe, type Probe, type ProbeChange } from "../../src/core/probe.ts";
import { MAX_REASON_LENGTH } from "../../src/core/probe-setting.ts";
import { getProbeSeams } from "../../src/core/seams.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const MINUTE_MS = 60_000;

function useTime(): void {
  vi.useFakeTimers({ now: NOW });
  onTestFinished(() => void vi.useRealTimers());
}

function inMinutes(minutes: number): Date {
  return new Date(Date.now() + minutes * MINUTE_MS);
}

function record(probe: Probe): ProbeChange[] {
  const changes: ProbeChange[] = [];
  probe.on("change", (change) => changes.push(change));
  return changes;
}

describe("a decommissioning with a reason", () => {
  test("is told by the probe and its listeners, until the next change", () => {
    useTime();
    const probe = createProbe();
    const changes = record(probe);
    const until = inMinutes(10);
    probe.decommission("OFF", { reason: "upgrade", until, by: "ann" });
    const { state, reason, by } = probe;
    expect({ state, reason, until: probe.until, by }).toEqual({
      state: "decommissioned",
      reason: "upgrade",
      until,
      by: "ann",
    });
    probe.commission({ by: "ben" });
    expect([probe.state, probe.reason, probe.until, probe.by]).toEqual([
      "in-service",
      undefined,
      undefined,
      "ben",
    ]);
    expect(changes).toEqual([
      { body: "OFF", commissioned: false, state: "decommissioned", reason: "upgrade", until, by: "ann" },
      { body: "OK", commissioned: true, state: "in-service", by: "ben" },
    ]);
  });

  test("may get another reason, which is a change, but not of the time since when the body holds", () => {
    useTime();
    const probe = createProbe();
    const changes = record(probe);
    probe.decommission("OFF", { reason: "one" });
    vi.setSystemTime(NOW + MINUTE_MS);
    probe.decommission("OFF", { reason: "two" });
    probe.decommission("OFF", { reason: "two" });
    expect(changes.map(({ reason }) => reason)).toEqual(["one", "two"]);
    expect(probe.since).toEqual(new Date(NOW));
  });

  test.each<[string, unknown, string]>([
    ["reason", "", "reason: expected 1 to 200 characters"],
    ["reason", "a\nb", "reason: expected 1 to 200 characters"],
    ["reason", "x".repeat(MAX_REASON_LENGTH + 1), "reason: expected 1 to 200 characters"],
    ["by", 7, "by: expected 1 to 200 characters"],
    ["until", "2027-01-01", "until: expected a Date in the future"],
    ["until", new Date(NOW), "until: expected a Date in the future"],
    ["until", new Date(Number.NaN), "until: expected a Date in the future"],
    ["until", new Date(NOW + 367 * 24 * 60 * MINUTE_MS), "until: expected a Date in the future"],
    ["untill", inMinutes(1), "options: unknown option"],
  ])("is refused with %s %j, and the probe stays as it is", (option, value, message) => {
    useTime();
    const probe = createProbe();
    const changes = record(probe);
    const decommission = () => probe.decommission("OFF", { [option]: value });
    expect(decommission).toThrow(TypeError);
    expect(decommission).toThrow(message);
    expect([probe.commissioned, changes]).toEqual([true, []]);
  });
});

describe("a decommissioning until a time", () => {
  test("ends then, and leaves no timer behind", () => {
    useTime();
    const probe = createProbe();
    const changes = record(probe);
    probe.decommission("OFF", { until: inMinutes(10) });
    vi.advanceTimersByTime(10 * MINUTE_MS - 1);
    expect(probe.commissioned).toBe(false);
    vi.advanceTimersByTime(1);
    expect([probe.commissioned, changes.at(-1)?.reason]).toEqual([true, "the time is over"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ends by the clock, even if the clock was set back or the time is longer than a timer", () => {
    useTime();
    const probe = createProbe();
    probe.decommission("OFF", { until: inMinutes(40 * 24 * 60) });
    vi.advanceTimersByTime(39 * 24 * 60 * MINUTE_MS);
    expect(probe.commissioned).toBe(false);
    vi.advanceTimersByTime(24 * 60 * MINUTE_MS);
    expect(probe.commissioned).toBe(true);

    probe.decommission("OFF", { until: inMinutes(10) });
    vi.setSystemTime(Date.now() - 5 * MINUTE_MS);
    vi.advanceTimersByTime(10 * MINUTE_MS);
    expect(probe.commissioned).toBe(false);
    vi.advanceTimersByTime(5 * MINUTE_MS + 1_000);
    expect(probe.commissioned).toBe(true);
  });

  test("does not end a later decommissioning", () => {
    useTime();
    const probe = createProbe();
    probe.decommission("OFF", { until: inMinutes(10) });
    probe.decommission("BYE");
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(20 * MINUTE_MS);
    expect(probe.body).toBe("BYE");
  });

  test("does not end while the process drains", () => {
    useTime();
    const probe = createProbe();
    const changes = record(probe);
    const deadlineAt = Date.now() + 30_000;
    probe.decommission("OFF", { reason: "upgrade", until: inMinutes(0.1), by: "ann" });
    getProbeSeams(probe).setDraining?.({ reason: "SIGTERM", deadlineAt });
    vi.advanceTimersByTime(20_000);
    expect([probe.body, probe.state, probe.reason, probe.until, probe.by]).toEqual([
      "OFF",
      "draining",
      "SIGTERM",
      new Date(deadlineAt),
      "ann",
    ]);
    expect(changes.map(({ state }) => state)).toEqual(["decommissioned", "draining"]);
  });

  test("does not keep the process alive", () => {
    const unref = vi.spyOn(Object.getPrototypeOf(setTimeout(() => {}, 0)), "unref");
    onTestFinished(() => unref.mockRestore());
    const probe = createProbe();
    probe.decommission("OFF", { until: inMinutes(1) });
    expect(unref).toHaveBeenCalledTimes(1);
    probe.commission();
  });
});
