import { describe, expect, test } from "vitest";
import type { Rule } from "../../src/drain/decide.ts";
import { waitForBalancers, waitForClients } from "../../src/drain/wait.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

/** The rule that ended the wait, and when. */
function follow(wait: Promise<Rule>, now: () => number) {
  const end: { rule?: Rule; at?: number } = {};
  void wait.then((rule) => Object.assign(end, { rule, at: now() }));
  return end;
}

describe("the wait for balancers", () => {
  test("ends within 50 ms of the evidence", async () => {
    const clock = createFakeClock();
    const decide = (now: number): Rule | undefined => (now >= 120 ? "evidence" : undefined);
    const wait = waitForBalancers({ observer: { decide }, getEndsAt: () => 1_000, clock });
    const end = follow(wait, clock.monotonicNow);
    await clock.advance(2_000);
    expect(end).toEqual({ rule: "evidence", at: 150 });
    expect(clock.pendingTimers).toBe(0);
  });

  test("ends when time for closing must be left, which hooks that are added may change", async () => {
    const clock = createFakeClock();
    let endsAt = 1_000;
    const wait = waitForBalancers({ observer: { decide: () => undefined }, getEndsAt: () => endsAt, clock });
    const end = follow(wait, clock.monotonicNow);
    await clock.advance(400);
    endsAt = 500;
    await clock.advance(2_000);
    expect(end).toEqual({ rule: "deadline", at: 500 });
  });
});

describe("the wait for clients that move to other workers", () => {
  function start(...counts: readonly number[]) {
    const clock = createFakeClock();
    const servers = counts.map((idleConnections) => ({ idleConnections }));
    const begin = (capMs: number) => follow(waitForClients({ servers, capMs, clock }), clock.monotonicNow);
    return { clock, servers, begin };
  }

  test("ends when no server has an idle connection", async () => {
    const { clock, servers, begin } = start(0, 1);
    const end = begin(20_000);
    await clock.advance(70);
    expect(end).toEqual({});
    for (const server of servers) server.idleConnections = 0;
    await clock.advance(50);
    expect(end).toEqual({ rule: "peers", at: 100 });
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    ["five seconds", 20_000, 5_000],
    ["capMs", 1_000, 1_000],
  ])("ends after %s, because silent clients do not notice", async (_, capMs, at) => {
    const { clock, begin } = start(1);
    const end = begin(capMs);
    await clock.advance(10_000);
    expect(end).toEqual({ rule: "peers", at });
  });

  test("is none if all have moved", async () => {
    const { clock, begin } = start(0);
    const end = begin(20_000);
    await clock.advance(0);
    expect(end).toEqual({ rule: "peers", at: 0 });
  });
});
