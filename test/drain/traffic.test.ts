import { describe, expect, test } from "vitest";
import { createTraffic, TRAFFIC_WINDOW_MS } from "../../src/drain/traffic.ts";

/** Traffic with requests at these moments. */
function trafficAt(...moments: readonly number[]) {
  const traffic = createTraffic();
  for (const moment of moments) traffic.record(moment);
  return traffic;
}

describe("traffic", () => {
  test("that never was has no last request, no requests and no gap", () => {
    const traffic = trafficAt();
    expect(traffic.lastRequestAt).toBeUndefined();
    expect(traffic.summarize(5_000)).toEqual({ requests: 0, largestGapMs: 0 });
  });

  test("is as many requests as came in the minute before", () => {
    expect(trafficAt(100, 200, 200, 900).summarize(1_000).requests).toBe(4);
  });

  test("knows the largest gap between two requests", () => {
    expect(trafficAt(0, 100, 2_400, 2_500).summarize(2_500).largestGapMs).toBe(2_300);
  });

  test("has a gap from the last request until now", () => {
    expect(trafficAt(0, 100).summarize(7_100).largestGapMs).toBe(7_000);
  });

  test("has no gap by a stall of the event loop, which delays the requests", () => {
    const traffic = createTraffic();
    traffic.record(0, 0);
    traffic.record(3_100, 3_000);
    expect(traffic.summarize(3_100, 3_000).largestGapMs).toBe(100);
    expect(traffic.summarize(5_600, 5_000).largestGapMs).toBe(500);
    traffic.record(5_700, 5_000);
    expect(traffic.summarize(5_700, 5_000).largestGapMs).toBe(600);
  });

  test("knows when the last request came", () => {
    expect(trafficAt(100, 1_500.5).lastRequestAt).toBe(1_500.5);
  });

  test("may be recorded late, without a change of what came since", () => {
    const traffic = trafficAt(500, 61_500, 61_000, 1_500);
    expect(traffic.lastRequestAt).toBe(61_500);
    expect(traffic.summarize(61_500).requests).toBe(2);
  });

  test("forgets what is older than a minute, second by second", () => {
    const traffic = trafficAt(500, 1_500, 30_500);
    expect(traffic.summarize(TRAFFIC_WINDOW_MS - 1).requests).toBe(3);
    expect(traffic.summarize(TRAFFIC_WINDOW_MS).requests).toBe(2);
    expect(traffic.summarize(TRAFFIC_WINDOW_MS + 1_000).requests).toBe(1);
    expect(traffic.summarize(TRAFFIC_WINDOW_MS + 31_000)).toEqual({ requests: 0, largestGapMs: 60_500 });
  });

  test("forgets a gap along with the request that ended it", () => {
    const traffic = trafficAt(0, 20_000, 20_100);
    expect(traffic.summarize(20_100).largestGapMs).toBe(20_000);
    for (let moment = 21_000; moment <= 90_000; moment += 1_000) traffic.record(moment);
    expect(traffic.summarize(90_000).largestGapMs).toBe(1_000);
  });

  test("begins anew in a second that an older one had used", () => {
    const traffic = trafficAt(500, 600, 700, TRAFFIC_WINDOW_MS + 500);
    expect(traffic.summarize(TRAFFIC_WINDOW_MS + 500).requests).toBe(1);
  });

  test("of a long time is remembered in the same memory", () => {
    const traffic = createTraffic();
    for (let moment = 0; moment < 600_000; moment += 10) traffic.record(moment);
    expect(traffic.summarize(599_999)).toEqual({ requests: 6_000, largestGapMs: 10 });
  });
});
