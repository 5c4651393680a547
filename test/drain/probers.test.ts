import { describe, expect, test } from "vitest";
import type { Prober } from "../../src/drain/prober.ts";
import { MAX_PROBERS } from "../../src/drain/prober-memory.ts";
import { createProbers } from "../../src/drain/probers.ts";
import { MAX_GAP_MS } from "../../src/drain/rhythm.ts";
import { createRecordingLogger } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";

const HAPROXY = createStatusRequest({ remoteAddress: "10.0.0.1" });
const KUBELET = createStatusRequest({
  remoteAddress: "10.0.0.2",
  headers: { "user-agent": "kube-probe/1.31" },
});

/** The only prober, after it has asked at these moments. */
function askedAt(...moments: readonly number[]): Prober | undefined {
  const probers = createProbers({ redsSeen: 3 });
  for (const now of moments) probers.record(HAPROXY, { status: 200, now });
  expect(probers.list).toHaveLength(1);
  return probers.list[0];
}

describe("a stall of the event loop", () => {
  /** A balancer that probes every 2 s, and whose probes each stall delays until its end. */
  function probeWithStalls(stallMs: number, everyMs: number) {
    const probers = createProbers({ redsSeen: 3 });
    let stalled = { totalMs: 0, endedAt: Number.NEGATIVE_INFINITY };
    for (let at = 0; at < 60_000; at += 2_000) {
      const startedAt = at - (at % everyMs);
      const isDelayed = startedAt > 0 && at < startedAt + stallMs;
      if (isDelayed && stalled.endedAt !== startedAt + stallMs)
        stalled = { totalMs: stalled.totalMs + stallMs, endedAt: startedAt + stallMs };
      probers.record(HAPROXY, { status: 200, now: isDelayed ? stalled.endedAt : at, stalled });
    }
    probers.setCounting(true, 60_000);
    return probers.list[0];
  }

  test.each([
    [300, 10_000],
    [1_500, 20_000],
    [3_000, 20_000],
    [9_000, 20_000],
  ])("of %i ms every %i ms makes no check of a balancer late", (stallMs, everyMs) => {
    const prober = probeWithStalls(stallMs, everyMs);
    expect(prober?.isKnown).toBe(true);
    expect(prober?.intervalMs).toBeGreaterThanOrEqual(2_000);
    expect(prober?.intervalMs).toBeLessThanOrEqual(2_300);
  });

  test("makes one of the requests that come within 100 ms of its end", () => {
    const stalled = { totalMs: 500, endedAt: 1_000 };
    const probers = createProbers({ redsSeen: 3 });
    for (const now of [1_000, 1_099]) probers.record(HAPROXY, { status: 200, now, stalled });
    expect(probers.list[0]).toMatchObject({ intervalMs: undefined, lastProbedAt: 1_099 });
    const later = createProbers({ redsSeen: 3 });
    for (const now of [1_000, 1_100]) later.record(HAPROXY, { status: 200, now, stalled });
    expect(later.list[0]?.intervalMs).toBe(100);
  });

  test("before each check makes the interval no shorter", () => {
    const probers = createProbers({ redsSeen: 3 });
    for (let count = 1; count <= 10; count += 1) {
      const now = count * 2_000;
      probers.record(HAPROXY, { status: 200, now, stalled: { totalMs: count * 1_500, endedAt: now } });
    }
    expect(probers.list[0]?.intervalMs).toBeGreaterThanOrEqual(2_000);
  });
});

describe("a prober", () => {
  test("that asked once has no interval", () => {
    expect(askedAt(1_000)).toMatchObject({ intervalMs: undefined, lastProbedAt: 1_000 });
  });

  test("that asked twice has one", () => {
    expect(askedAt(1_000, 1_500)).toMatchObject({ intervalMs: 500, lastProbedAt: 1_500 });
  });

  test("that comes back after more than five and a half minutes begins again", () => {
    expect(askedAt(0, 500, 500 + MAX_GAP_MS)?.intervalMs).toBe(MAX_GAP_MS);
    expect(askedAt(0, 500, 501 + MAX_GAP_MS)?.intervalMs).toBeUndefined();
  });

  test("is told from others by its address and its User-Agent", () => {
    const probers = createProbers({ redsSeen: 3 });
    for (const request of [HAPROXY, KUBELET, createStatusRequest({ remoteAddress: "10.0.0.2" }), HAPROXY])
      probers.record(request, { status: 200, now: 1_000 });
    expect(probers.list.map(({ id }) => id)).toEqual(["10.0.0.2 kube-probe/1.31", "10.0.0.2 ", "10.0.0.1 "]);
  });

  test.each([
    ["HAProxy, where it sends its state", { "x-haproxy-server-state": "UP" }, "HAProxy"],
    ["the first word of its User-Agent", { "user-agent": "kube-probe/1.31" }, "kube-probe"],
    ["the first word of a User-Agent without version", { "user-agent": "GoogleHC x" }, "GoogleHC"],
    ["its address where it has no name", {}, "10.0.0.1"],
    ["its address where its name is empty", { "user-agent": "/1" }, "10.0.0.1"],
    ["itself without what would disturb a terminal", { "user-agent": "a\u001b[31m\u009b" }, "a [31m "],
    ["itself in a hundred characters", { "user-agent": "x".repeat(200) }, "x".repeat(100)],
  ])("is called %s", (_, headers, label) => {
    const probers = createProbers({ redsSeen: 3 });
    probers.record(createStatusRequest({ remoteAddress: "10.0.0.1", headers }), { status: 200, now: 0 });
    expect(probers.list[0]?.label).toBe(label);
  });

  test("without an address is called unknown", () => {
    const probers = createProbers({ redsSeen: 3 });
    probers.record(createStatusRequest({ remoteAddress: undefined }), { status: 200, now: 0 });
    expect(probers.list[0]).toMatchObject({ id: " ", label: "unknown" });
  });
});

describe("refusals", () => {
  test("count from the decommissioning on", () => {
    const probers = createProbers({ redsSeen: 3 });
    probers.record(HAPROXY, { status: 503, now: 0 });
    expect(probers.list[0]).toMatchObject({ refusals: 0, refusedWith: undefined });
    probers.setCounting(true, 100);
    probers.record(HAPROXY, { status: 503, now: 500 });
    expect(probers.list[0]).toMatchObject({ refusals: 1, refusedWith: 503, convincedAt: undefined });
  });

  test("are whatever is not 200, and the last code is remembered", () => {
    const probers = createProbers({ redsSeen: 3 });
    probers.setCounting(true, 0);
    for (const status of [200, 404, 200]) probers.record(HAPROXY, { status, now: 500 });
    expect(probers.list[0]).toMatchObject({ refusals: 1, refusedWith: 404 });
  });

  test("convince at the last one that is needed, and further ones do not put that off", () => {
    const probers = createProbers({ redsSeen: 2 });
    probers.setCounting(true, 0);
    for (const now of [500, 1_000, 1_500]) probers.record(HAPROXY, { status: 503, now });
    expect(probers.list[0]).toMatchObject({ refusals: 3, convincedAt: 1_000 });
  });

  test("of each prober are its own", () => {
    const probers = createProbers({ redsSeen: 1 });
    probers.record(KUBELET, { status: 200, now: 0 });
    probers.setCounting(true, 0);
    probers.record(HAPROXY, { status: 503, now: 500 });
    expect(probers.list.map(({ refusals, convincedAt }) => [refusals, convincedAt])).toEqual([
      [0, undefined],
      [1, 500],
    ]);
  });

  test("are forgotten when the service is commissioned again, but not the rhythm", () => {
    const probers = createProbers({ redsSeen: 1 });
    probers.setCounting(true, 0);
    for (const now of [500, 1_000]) probers.record(HAPROXY, { status: 503, now });
    probers.setCounting(false, 1_200);
    probers.record(HAPROXY, { status: 200, now: 1_500 });
    expect(probers.list[0]).toMatchObject({
      refusals: 0,
      refusedWith: undefined,
      convincedAt: undefined,
      intervalMs: 500,
    });
  });
});

describe("refusals of a prober with a rhythm", () => {
  /** A prober that has asked each two seconds, the last time at 20 s, when the service was decommissioned. */
  function createRegular() {
    const probers = createProbers({ redsSeen: 3 });
    for (let now = 0; now <= 20_000; now += 2_000) probers.record(HAPROXY, { status: 200, now });
    probers.setCounting(true, 20_000);
    return {
      refuseAt(...moments: readonly number[]): Prober | undefined {
        for (const now of moments) probers.record(HAPROXY, { status: 503, now });
        return probers.list[0];
      },
    };
  }

  test("convince at the third", () => {
    const { refuseAt } = createRegular();
    expect(refuseAt(22_000, 24_000)?.convincedAt).toBeUndefined();
    expect(refuseAt(26_000)).toMatchObject({ convincedAt: 26_000, isKnown: true });
  });

  test("count no faster than its rhythm, whoever else asks under its name", () => {
    const { refuseAt } = createRegular();
    expect(refuseAt(20_001, 20_002, 20_003, 20_500, 20_900)).toMatchObject({
      refusals: 5,
      convincedAt: undefined,
    });
    expect(refuseAt(21_001, 22_001)?.convincedAt).toBe(26_000);
  });

  test("count none of those that come between two of its own", () => {
    const { refuseAt } = createRegular();
    // Two of its own, and one of another client.
    expect(refuseAt(22_000, 22_010, 24_000)?.convincedAt).toBeUndefined();
    expect(refuseAt(26_000)?.convincedAt).toBe(26_000);
  });

  test("convince no sooner than they came", () => {
    const { refuseAt } = createRegular();
    expect(refuseAt(22_000, 26_000, 30_000)?.convincedAt).toBe(30_000);
  });

  test("do not make it slower than it was", () => {
    const { refuseAt } = createRegular();
    expect(refuseAt(22_000, 40_000)).toMatchObject({ intervalMs: 2_000, lastProbedAt: 40_000 });
  });

  test("do not make it faster than it was", () => {
    const { refuseAt } = createRegular();
    const moments = Array.from({ length: 100 }, (_, index) => 20_010 + 10 * index);
    expect(refuseAt(...moments)).toMatchObject({ intervalMs: 2_000, convincedAt: undefined });
  });
});

describe("a prober is known at the decommissioning", () => {
  /** Checks every 500 ms from 1,000 on, until the decommissioning. */
  function decommissionAt(now: number, options: { isShared?: boolean; checks?: number } = {}) {
    const { isShared = false, checks = 6 } = options;
    const probers = createProbers({ redsSeen: 3, isShared });
    for (let check = 0; check < checks; check += 1)
      probers.record(HAPROXY, { status: 200, now: 1_000 + 500 * check });
    probers.setCounting(true, now);
    return probers.list[0];
  }

  test("if it has a rhythm and was first seen three seconds before", () => {
    expect(decommissionAt(3_999)?.isKnown).toBe(false);
    expect(decommissionAt(4_000)?.isKnown).toBe(true);
    expect(decommissionAt(4_000, { checks: 4 })?.isKnown).toBe(false);
  });

  test("of a worker that shares its requests, if five of them came", () => {
    expect(decommissionAt(4_000, { isShared: true, checks: 4 })?.isKnown).toBe(false);
    expect(decommissionAt(4_000, { isShared: true, checks: 5 })?.isKnown).toBe(true);
    expect(decommissionAt(3_999, { isShared: true, checks: 5 })?.isKnown).toBe(false);
  });
});

describe("the interval", () => {
  const ONE_LATE = [0, 500, 1_000, 1_500, 2_000, 2_500, 4_500, 5_000];

  test("is that of the rhythm, in spite of one late check", () => {
    expect(askedAt(...ONE_LATE)?.intervalMs).toBe(500);
  });

  test("is the longest gap if other workers answer some of the checks, or after the decommissioning", () => {
    const shared = createProbers({ redsSeen: 3, isShared: true });
    const late = createProbers({ redsSeen: 3 });
    late.setCounting(true, 0);
    for (const now of ONE_LATE) {
      shared.record(HAPROXY, { status: 200, now });
      late.record(HAPROXY, { status: 200, now });
    }
    expect(shared.list[0]?.intervalMs).toBe(2_000);
    expect(late.list[0]?.intervalMs).toBe(2_000);
  });

  test("is learned after the decommissioning if there was only one request before", () => {
    const probers = createProbers({ redsSeen: 3 });
    probers.record(HAPROXY, { status: 200, now: 1_000 });
    probers.setCounting(true, 1_100);
    probers.record(HAPROXY, { status: 503, now: 1_600 });
    expect(probers.list[0]?.intervalMs).toBe(600);
  });
});

describe("the list", () => {
  test("leaves out probers that had not asked for long when the service was decommissioned", () => {
    const probers = createProbers({ redsSeen: 3 });
    probers.record(KUBELET, { status: 200, now: 0 });
    probers.record(HAPROXY, { status: 200, now: 1 });
    probers.setCounting(true, 1 + MAX_GAP_MS);
    expect(probers.list.map(({ label }) => label)).toEqual(["10.0.0.1"]);
    probers.setCounting(true, 2 + MAX_GAP_MS);
    expect(probers.list).toEqual([]);
  });

  test("has at most 1,000 probers, and no newcomer evicts one that is established", () => {
    const probers = createProbers({ redsSeen: 3 });
    for (let now = 0; now <= 2_000; now += 500) probers.record(HAPROXY, { status: 200, now });
    for (let index = 0; index <= MAX_PROBERS + 500; index += 1) {
      const headers = { "user-agent": `spoof-${index}` };
      probers.record(createStatusRequest({ headers }), { status: 200, now: 2_000 + index });
    }
    const labels = probers.list.map(({ label }) => label);
    expect(labels).toHaveLength(MAX_PROBERS);
    expect(labels).toContain("10.0.0.1");
    expect(labels).toContain(`spoof-${MAX_PROBERS + 500}`);
    expect(labels).not.toContain("spoof-0");
  });

  test("has at most 1,000 probers too if all of them are established, and evicts none", () => {
    const probers = createProbers({ redsSeen: 3 });
    for (let index = 0; index < MAX_PROBERS + 50; index += 1) {
      const request = createStatusRequest({ headers: { "user-agent": `spoof-${index}` } });
      for (let now = 0; now <= 2_000; now += 500) probers.record(request, { status: 200, now });
    }
    probers.record(HAPROXY, { status: 200, now: 2_000 });
    const labels = probers.list.map(({ label }) => label);
    expect(labels).toHaveLength(MAX_PROBERS);
    expect(labels).toContain("spoof-0");
    expect(labels).not.toContain("10.0.0.1");
  });

  test("is not complete for five and a half minutes after a prober was forgotten for others", () => {
    const probers = createProbers({ redsSeen: 3 });
    for (let index = 0; index <= MAX_PROBERS; index += 1) {
      const headers = { "user-agent": `spoof-${index}` };
      if (index === MAX_PROBERS) {
        probers.setCounting(false, 0);
        expect(probers.isComplete).toBe(true);
      }
      probers.record(createStatusRequest({ headers }), { status: 200, now: 0 });
    }
    probers.setCounting(false, 0);
    expect(probers.isComplete).toBe(false);
    probers.setCounting(true, MAX_GAP_MS);
    expect(probers.isComplete).toBe(false);
    probers.setCounting(true, MAX_GAP_MS + 1);
    expect(probers.isComplete).toBe(true);
  });

  test.each([
    ["complete if the forgotten prober", MAX_GAP_MS + 1, true],
    ["not complete unless the forgotten prober", MAX_GAP_MS, false],
  ])("is %s was silent for more than five and a half minutes", (_, silentMs, isComplete) => {
    const now = 60_000 + silentMs;
    const probers = createProbers({ redsSeen: 3 });
    expect(probers.isComplete).toBe(true);
    for (let index = 0; index < MAX_PROBERS; index += 1)
      probers.record(createStatusRequest({ headers: { "user-agent": `gone-${index}` } }), {
        status: 200,
        now: 60_000,
      });
    probers.record(HAPROXY, { status: 200, now });
    probers.setCounting(true, now);
    expect(probers.isComplete).toBe(isComplete);
  });

  test("keeps everybody who was there before the decommissioning, whoever comes after it", () => {
    const probers = createProbers({ redsSeen: 3 });
    probers.record(HAPROXY, { status: 200, now: 0 });
    probers.setCounting(true, 0);
    for (let index = 0; index <= MAX_PROBERS + 500; index += 1) {
      const headers = { "user-agent": `spoof-${index}` };
      probers.record(createStatusRequest({ headers }), { status: 503, now: 1 });
    }
    const labels = probers.list.map(({ label }) => label);
    expect(labels).toHaveLength(MAX_PROBERS);
    expect(labels).toContain("10.0.0.1");
    expect(labels).toContain(`spoof-${MAX_PROBERS + 500}`);
    expect(probers.isComplete).toBe(true);
  });

  test("keeps the beginning of a huge User-Agent only", () => {
    const probers = createProbers({ redsSeen: 3, proberId: () => "x".repeat(10_000) });
    probers.record(HAPROXY, { status: 200, now: 0 });
    expect(probers.list[0]?.id).toHaveLength(300);
  });
});

describe("proberId", () => {
  const byName = createStatusRequest({ headers: { "x-prober": "one" } });

  test("says who asks", () => {
    const probers = createProbers({ redsSeen: 3, proberId: (request) => request.header("x-prober") });
    probers.record(byName, { status: 200, now: 0 });
    expect(probers.list.map(({ id, label }) => [id, label])).toEqual([["one", "127.0.0.1"]]);
  });

  test("leaves out whom it calls undefined", () => {
    const probers = createProbers({ redsSeen: 3, proberId: (request) => request.header("x-prober") });
    probers.record(HAPROXY, { status: 200, now: 0 });
    expect(probers.list).toEqual([]);
  });

  test.each([
    ["throws", () => expect.unreachable("no idea")],
    ["returns a number", () => 5 as unknown as string],
  ])("that %s is logged once, and the address and the User-Agent decide", (_, proberId) => {
    const logger = createRecordingLogger();
    const probers = createProbers({ redsSeen: 3, proberId, logger });
    for (let now = 0; now < 10; now += 1) probers.record(KUBELET, { status: 200, now });
    expect(probers.list.map(({ id }) => id)).toEqual(["10.0.0.2 kube-probe/1.31"]);
    expect(logger.lines).toEqual([
      expect.stringMatching(/^error: SVC029 proberId failed, using the prober's address: /),
    ]);
  });
});

describe("a slow prober", () => {
  function createSubject() {
    const logger = createRecordingLogger();
    const probers = createProbers({ redsSeen: 3, capMs: 20_000, logger });
    const probe = (request = HAPROXY, everyMs = 30_000, times = 10): void => {
      for (let index = 0; index < times; index += 1)
        probers.record(request, { status: 200, now: index * everyMs });
    };
    return { logger, probe };
  }

  test("is warned of once, when its interval is learned", () => {
    const { logger, probe } = createSubject();
    probe(HAPROXY, 30_000, 4);
    expect(logger.lines).toEqual([]);
    probe(HAPROXY, 30_000, 10);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toContain(
      "SVC028 10.0.0.1 probes every 30 s and sees 3 failures after 90 s, but a drain waits at most 20 s",
    );
  });

  test("is not warned of at the limit, nor if it is a kubelet", () => {
    const { logger, probe } = createSubject();
    probe(HAPROXY, 6_666);
    probe(KUBELET);
    const other = createProbers({ redsSeen: 4, capMs: 20_000, logger });
    for (let now = 0; now <= 50_000; now += 5_000) other.record(HAPROXY, { status: 200, now });
    expect(logger.lines).toEqual([]);
  });

  test("is warned of five times at most, however many there are", () => {
    const { logger, probe } = createSubject();
    for (let index = 0; index < 20; index += 1)
      probe(createStatusRequest({ remoteAddress: `10.1.0.${index}` }));
    expect(logger.lines).toHaveLength(5);
  });
});
