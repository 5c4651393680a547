import { describe, expect, test } from "vitest";
import { BUSY_AFTER_MS, type MainThreadFacts, toOwnEntries } from "../../src/sentinel/own-entries.ts";

const FACTS: MainThreadFacts = {
  silenceMs: 0,
  reportAgeMs: 500,
  hasPublished: true,
  publishMs: 1_000,
  wedgedAfterMs: 30_000,
  now: Date.parse("2026-01-01T00:01:00Z"),
};

function say(facts: Partial<MainThreadFacts>, taken: readonly string[] = []): string[] {
  const { always, whenOld } = toOwnEntries({ ...FACTS, ...facts }, (name) => taken.includes(name));
  return [...always, ...whenOld].map(({ name, status }) => `${name} ${status.state} ${status.detail}`);
}

describe("what the sentinel says by itself", () => {
  test("is nothing while the main thread beats and publishes", () => {
    expect(say({})).toEqual([]);
  });

  test.each([
    [BUSY_AFTER_MS - 1, []],
    [BUSY_AFTER_MS, ["EventLoop YELLOW main thread busy for 1 s"]],
    [4_999, ["EventLoop YELLOW main thread busy for 4 s"]],
    [29_999, ["EventLoop YELLOW main thread busy for 29 s"]],
    [30_000, ["EventLoop RED main thread wedged for 30 s"]],
    [3_600_000, ["EventLoop RED main thread wedged for 3600 s"]],
  ])("after a silence of %i ms", (silenceMs, said) => {
    expect(say({ silenceMs })).toEqual(said);
  });

  test("says since when", () => {
    const { whenOld } = toOwnEntries({ ...FACTS, silenceMs: 4_000 }, () => false);
    expect(whenOld[0]).toMatchObject({
      scope: "local",
      critical: true,
      since: new Date("2026-01-01T00:00:56Z"),
      checkedAt: new Date("2026-01-01T00:01:00Z"),
      durationMs: 4_000,
    });
  });

  test("leaves the application's handlers their names", () => {
    expect(say({ silenceMs: 2_000 }, ["EventLoop"])).toEqual([
      "SentinelEventLoop YELLOW main thread busy for 2 s",
    ]);
    expect(say({ silenceMs: 2_000 }, ["EventLoop", "SentinelEventLoop"])).toEqual([
      "SentinelSentinelEventLoop YELLOW main thread busy for 2 s",
    ]);
  });

  test("is that there is no report, until there is one", () => {
    const unpublished = "Publication RED the main thread has not published a report yet";
    expect(say({ hasPublished: false })).toEqual([unpublished]);
    expect(say({ hasPublished: false, silenceMs: 1_000 })).toEqual([
      unpublished,
      "EventLoop YELLOW main thread busy for 1 s",
    ]);
    const { always } = toOwnEntries({ ...FACTS, hasPublished: false, reportAgeMs: 4_000 }, () => false);
    expect(always[0]).toMatchObject({ scope: "instance", since: new Date("2026-01-01T00:00:56Z") });
  });
});

test.each([
  [3_000, true, false],
  [3_001, true, true],
  [0, false, true],
])("a report of %s ms, published: %s, is old: %s", (reportAgeMs, hasPublished, isOld) => {
  expect(toOwnEntries({ ...FACTS, reportAgeMs, hasPublished }, () => false).isOld).toBe(isOld);
});
