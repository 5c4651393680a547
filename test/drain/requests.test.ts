import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { createRequests } from "../../src/drain/requests.ts";
import { markOwn } from "../../src/http/own-requests.ts";
import { createFakeClock } from "../../src/testing/fake-clock.ts";

function createSubject() {
  const clock = createFakeClock();
  return { clock, requests: createRequests(clock) };
}

function createSocket(): Socket {
  return new EventEmitter() as Socket;
}

describe("the ordinary requests", () => {
  test("count from their arrival on, whether they have ended or not", async () => {
    const { clock, requests } = createSubject();
    await clock.advance(1_000);
    const end = requests.record({});
    await clock.advance(500);
    expect(requests.lastRequestAt).toBeUndefined();
    expect(requests.summarize(clock.monotonicNow()).requests).toBe(1);
    expect(requests.lastRequestAt).toBe(1_000);
    end(true);
    expect(requests.summarize(clock.monotonicNow()).requests).toBe(1);
  });

  test("are not those that a view answers", () => {
    const { requests } = createSubject();
    requests.setCounting(true);
    const request = {};
    const end = requests.record(request);
    markOwn(request);
    end(true);
    expect(requests.summarize(0).requests).toBe(0);
    expect(requests.lastRequestAt).toBeUndefined();
    expect(requests.served).toBe(0);
  });

  test("were served if they arrived after the decommissioning and were answered", () => {
    const { requests } = createSubject();
    const endEarly = requests.record({});
    requests.setCounting(true);
    const [endAnswered, endCut] = [requests.record({}), requests.record({})];
    endEarly(true);
    endAnswered(true);
    endCut(false);
    expect(requests.served).toBe(1);
    requests.setCounting(true);
    expect(requests.served).toBe(0);
  });

  test("have no gap by a stall of the event loop", async () => {
    const clock = createFakeClock();
    let totalMs = 0;
    const requests = createRequests(clock, { measure: () => ({ totalMs, endedAt: 0 }) });
    requests.record({})(true);
    await clock.advance(3_000);
    totalMs = 2_900;
    requests.record({})(true);
    expect(requests.summarize(clock.monotonicNow()).largestGapMs).toBe(100);
  });
});

describe("the newest connection without a request", () => {
  test("is known until it sends one or closes", async () => {
    const { clock, requests } = createSubject();
    const [one, two, three] = [createSocket(), createSocket(), createSocket()];
    for (const socket of [one, two, three]) {
      await clock.advance(100);
      requests.recordConnection(socket);
    }
    expect(requests.lastConnectionAt).toBe(300);
    requests.record({ socket: three });
    expect(requests.lastConnectionAt).toBe(200);
    two.emit("close");
    expect(requests.lastConnectionAt).toBe(100);
    requests.record({});
    one.emit("close");
    expect(requests.lastConnectionAt).toBeUndefined();
  });
});
