import { describe, expect, test } from "vitest";
import type { Rule } from "../../src/drain/decide.ts";
import { UNKNOWN } from "../../src/drain/prober.ts";
import {
  type DrainOutcome,
  type DrainReport,
  describeDrain,
  type ProberReport,
  toReport,
} from "../../src/drain/report.ts";

const HAPROXY: ProberReport = {
  id: "10.0.0.1 ",
  label: "HAProxy",
  intervalMs: 500,
  refusals: 3,
  refusedWith: 503,
};

function reportOf(parts: Partial<DrainReport> = {}): DrainReport {
  return {
    reason: "SIGTERM",
    ok: true,
    endedBy: "evidence",
    waitMs: 4_100,
    closeMs: 50,
    hooksMs: 0,
    totalMs: 4_150,
    probers: [HAPROXY],
    redsSeen: 3,
    lastRequestMs: 2_100,
    requestsServed: 512,
    requestsCut: 0,
    streamsEnded: 0,
    socketsClosed: 0,
    consumers: [],
    hookFailures: [],
    ...parts,
  };
}

describe("the report", () => {
  const OUTCOME: DrainOutcome = {
    reason: "SIGTERM",
    endedBy: "evidence",
    redsSeen: 3,
    requestsServed: 512,
    requestsCut: 0,
    streamsEnded: 2,
    socketsClosed: 1,
    consumers: [{ name: "mails", left: 0 }],
    hookFailures: [],
    moments: {
      startedAt: 1_000.4,
      closedAt: 5_100.2,
      hooksAt: 5_150.3,
      endedAt: 5_250.1,
      lastRequestAt: 3_000,
    },
    probers: [
      { ...UNKNOWN, id: "a", label: "curl" },
      { ...UNKNOWN, id: "b", label: "HAProxy", intervalMs: 500.4, refusals: 3, refusedWith: 503 },
    ],
  };

  test("has the times in whole milliseconds, and the prober with most refusals first", () => {
    expect(toReport(OUTCOME)).toStrictEqual({
      reason: "SIGTERM",
      ok: true,
      endedBy: "evidence",
      waitMs: 4_100,
      closeMs: 50,
      hooksMs: 100,
      totalMs: 4_250,
      probers: [
        { id: "b", label: "HAProxy", intervalMs: 500, refusals: 3, refusedWith: 503 },
        { id: "a", label: "curl", refusals: 0 },
      ],
      redsSeen: 3,
      lastRequestMs: 2_100,
      requestsServed: 512,
      requestsCut: 0,
      streamsEnded: 2,
      socketsClosed: 1,
      consumers: [{ name: "mails", left: 0 }],
      hookFailures: [],
    });
    const moments = { ...OUTCOME.moments, lastRequestAt: undefined };
    expect(toReport({ ...OUTCOME, moments })).not.toHaveProperty("lastRequestMs");
  });

  test.each<[what: string, Partial<DrainOutcome>]>([
    ["an error started the drain", { error: "no heap" }],
    ["a request was cut", { requestsCut: 1 }],
    ["a hook failed", { hookFailures: [{ phase: "onLeave", index: 0, message: "no" }] }],
    [
      "a consumer failed",
      {
        consumers: [
          { name: "jobs", left: 0 },
          { name: "mails", error: "no" },
        ],
      },
    ],
  ])("is not ok if %s", (_, parts) => {
    expect(toReport({ ...OUTCOME, ...parts })).toMatchObject({ ok: false, ...parts });
  });
});

describe("the line about a drain", () => {
  test("says how long it took, what the probers saw, how quiet it was, and what was lost", () => {
    expect(describeDrain(reportOf())).toBe(
      "drained in 4.2 s: HAProxy saw 503 3×, last request 2.1 s before close, 0 requests cut",
    );
  });

  test("names each prober with what it saw", () => {
    const probers = [
      HAPROXY,
      { id: "b", label: "kube-probe", refusals: 2, refusedWith: 404 },
      { id: "c", label: "curl", refusals: 0 },
    ];
    expect(describeDrain(reportOf({ probers }))).toContain(
      ": HAProxy saw 503 3×, kube-probe saw 404 2×, curl sent no further probes, last",
    );
  });

  test("names five probers at most", () => {
    const probers = Array.from({ length: 1_000 }, () => HAPROXY);
    expect(describeDrain(reportOf({ probers })).match(/HAProxy/g)).toHaveLength(5);
    expect(describeDrain(reportOf({ probers }))).toContain("3×, 995 more probers, last");
  });

  test("says nothing of more probers where there are five", () => {
    const probers = Array.from({ length: 5 }, () => HAPROXY);
    expect(describeDrain(reportOf({ probers }))).not.toContain("more probers");
    expect(describeDrain(reportOf({ probers: [...probers, ...probers] }))).toContain(
      ", 5 more probers, last",
    );
  });

  test("says what was never seen", () => {
    const { lastRequestMs, ...rest } = reportOf({ probers: [] });
    expect(lastRequestMs).toBe(2_100);
    expect(describeDrain(rest)).toBe("drained in 4.2 s: no probers seen, no requests seen, 0 requests cut");
  });

  test("counts one request in the singular", () => {
    expect(describeDrain(reportOf({ requestsCut: 1 }))).toMatch(/, 1 request cut$/);
    expect(describeDrain(reportOf({ requestsCut: 2 }))).toMatch(/, 2 requests cut$/);
  });

  test("counts the streams and sockets that were ended", () => {
    expect(describeDrain(reportOf({ streamsEnded: 1, socketsClosed: 1 }))).toMatch(
      / close, 1 stream ended, 1 socket closed, 0 requests cut$/,
    );
    expect(describeDrain(reportOf({ streamsEnded: 2, socketsClosed: 2 }))).toMatch(
      / close, 2 streams ended, 2 sockets closed, 0 requests cut$/,
    );
  });

  test("ends with the error that started the drain", () => {
    expect(describeDrain(reportOf({ error: "no heap" }))).toMatch(
      /, 0 requests cut, after an error: no heap$/,
    );
  });

  test("names the hooks that failed", () => {
    const hookFailures = [{ phase: "onClose" as const, index: 1, message: "pool gone" }];
    expect(describeDrain(reportOf({ hookFailures }))).toMatch(
      /, 0 requests cut, onClose\[1\] failed: pool gone$/,
    );
  });

  test("counts the probers beyond the first five", () => {
    const seven = Array.from({ length: 7 }, () => HAPROXY);
    expect(describeDrain(reportOf({ probers: seven.slice(1) }))).toContain("3×, 1 more prober, ");
    expect(describeDrain(reportOf({ probers: seven }))).toContain("3×, 2 more probers, ");
  });

  test.each<[Rule, string]>([
    ["evidence", "0 requests cut"],
    ["fallback", "0 requests cut, too little traffic to judge; waited the default 4.1 s"],
    ["cap", "0 requests cut, the maximum wait ended before the load balancers had left"],
    ["fixed", "0 requests cut, after a fixed wait"],
    ["quiet", "0 requests cut, only kubelets probed it and no new connection or request came"],
    ["peers", "0 requests cut, the other workers continue to serve"],
    ["development", ", it runs in a terminal and was never probed, so it waited for nobody"],
    ["idle", "0 requests cut, nothing kept the process alive"],
    ["deadline", "0 requests cut, the deadline came before the load balancers had left"],
  ])("says, for %s, how it was decided", (endedBy, end) => {
    expect(describeDrain(reportOf({ endedBy })).endsWith(end)).toBe(true);
  });

  test("says what the consumers finished and left", () => {
    const consumers = [
      { name: "BullMQ mails", finished: 3, left: 1 },
      { name: "Kafka", left: 0 },
      { name: "jobs" },
      { name: "AMQP orders", error: "Channel closed" },
    ];
    expect(describeDrain(reportOf({ endedBy: "no-server", consumers }))).toBe(
      "drained in 4.2 s: BullMQ mails: 3 finished, 1 left, Kafka: 0 left, jobs: stopped, " +
        "AMQP orders failed: Channel closed",
    );
    expect(describeDrain(reportOf({ endedBy: "no-server", probers: [] }))).toBe("drained in 4.2 s");
  });

  test.each([
    ["cap", "the maximum wait ended before the load balancers had left"],
    ["deadline", "the deadline came before the load balancers had left"],
  ] as const)("says what was seen at the %s, and how quiet it was", (endedBy, end) => {
    const probers = [
      { ...HAPROXY, refusals: 2 },
      { ...HAPROXY, label: "Caddy" },
    ];
    expect(describeDrain(reportOf({ endedBy, probers, lastRequestMs: 6_000 }))).toBe(
      `drained in 4.2 s: HAProxy saw 503 2 of 3 times, Caddy saw 503 3×, quiet for 6 s, 0 requests cut, ${end}`,
    );
    expect(describeDrain(reportOf({ endedBy, lastRequestMs: 20 }))).toContain(
      "3×, quiet for 0 s, 0 requests",
    );
  });
});
