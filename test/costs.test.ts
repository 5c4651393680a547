import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../src/core/registry/registry.ts";
import type { Status } from "../src/core/status.ts";
import type { StatusService } from "../src/http/create-views.ts";
import type { StatusRequest } from "../src/http/message.ts";
import { createStatusService } from "../src/http/service.ts";
import { createFakeClock, type FakeClock } from "../src/testing/fake-clock.ts";
import { run } from "./support/run.ts";

// What can be counted on any machine. What has to be measured is in bench/.

/** With room for other versions of Node.js; what a report takes more than once would be far above it. */
const MAX_BYTES_PER_ANSWER = {
  "/probe_status": 800,
  "/svc_status.json": 20_000,
  "/svc_status.prometheus": 25_000,
};

const fixtures = join(import.meta.dirname, "fixtures");

let clock: FakeClock;
let registry: StatusRegistry;
let answer: StatusService;
let calls: number;

beforeEach(() => {
  clock = createFakeClock();
  registry = createStatusRegistry({ clock });
  answer = createStatusService({ registry });
  calls = 0;
});

function toRequest(target: string): StatusRequest {
  return { method: "GET", target, remoteAddress: "127.0.0.1", header: () => undefined, raw: undefined };
}

function ask(times: number, target = "/svc_status.json"): Promise<unknown[]> {
  return Promise.all(Array.from({ length: times }, () => answer(toRequest(target))));
}

test("1,000 requests while ten handlers of 50 ms are asked call each of them once", async () => {
  for (let index = 0; index < 10; index += 1)
    registry.addStatusHandler(`Handler ${index}`, () => {
      calls += 1;
      return new Promise<Status>((resolve) => void clock.startTimer(50, () => resolve({ state: "OK" })));
    });
  const asked = ask(1_000);
  await clock.advance(50);
  expect(await asked).toHaveLength(1_000);
  expect(calls).toBe(10);
});

test("a report asks ten handlers with one timer, and leaves none", async () => {
  for (let index = 0; index < 10; index += 1)
    registry.addStatusHandler(`Handler ${index}`, async () => ({ state: "OK" }));
  const asked = registry.getReport();
  expect(clock.pendingTimers).toBe(1);
  await asked;
  expect(clock.pendingTimers).toBe(0);
});

test("10,000 requests call a handler that never settles once", async () => {
  registry.addStatusHandler("Hangs", () => {
    calls += 1;
    return new Promise(() => {});
  });
  const first = ask(5_000);
  await clock.advance(5_000);
  await first;
  await ask(5_000);
  expect(calls).toBe(1);
});

describe("an answer that is the same as before", () => {
  test("of the probe is not built twice", () => {
    const [one, other] = [answer(toRequest("/probe_status")), answer(toRequest("/probe_status"))];
    expect(other).toBe(one);
  });

  test("of a handler is not copied twice", async () => {
    registry.addStatusHandler("Handler", () => ({ state: "OK", labels: { queue: 3 } }));
    const [one, other] = [await registry.getStatus("Handler"), await registry.getStatus("Handler")];
    expect(other).toBe(one);
  });

  test("of a handler in the background needs no new entry", async () => {
    registry.addStatusHandler("Handler", async () => ({ state: "OK" }), { intervalMs: 60_000 });
    const [one, other] = [await registry.getReport(), await registry.getReport()];
    expect(other.entries[0]).toBe(one.entries[0]);
    registry.close();
  });
});

test("an answer allocates little: what the last one knew is not made again", async () => {
  const { code, stdout, stderr } = await run(process.execPath, [join(fixtures, "allocations.mjs")], fixtures);
  expect(code, stderr).toBe(0);
  const allocated = JSON.parse(stdout) as Record<string, number>;
  expect(Object.keys(allocated)).toEqual(Object.keys(MAX_BYTES_PER_ANSWER));
  for (const [path, limit] of Object.entries(MAX_BYTES_PER_ANSWER)) {
    expect(allocated[path], path).toBeGreaterThan(0);
    expect(allocated[path], path).toBeLessThanOrEqual(limit);
  }
}, 60_000);

/** What an instance of 20 handlers, each with an upstream, costs Prometheus: a scrape's bytes and series. */
test("the extended families of 20 handlers are 183 series", async () => {
  const service = { name: "orders", version: "1.4.2" };
  const extended = createStatusService({ registry, service, svcStatus: { prometheus: { extended: true } } });
  for (let index = 0; index < 20; index += 1)
    registry.addStatusHandler(`Handler ${index}`, () => ({ state: "OK" }), { upstream: "accounts" });
  const { body = "" } = (await extended(toRequest("/svc_status.prometheus"))) ?? {};
  const text = String(body);
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(series).toHaveLength(20 * 9 + 3);
  expect(text.length).toBeLessThan(14_000);
});

test("the extended families read no entry for a probe or another format", async () => {
  const extended = createStatusService({ registry, svcStatus: { prometheus: { extended: true } } });
  registry.addStatusHandler("Handler", () => ({ state: "OK" }), { upstream: "accounts" });
  const counts = vi.spyOn(registry, "changeCounts");
  await extended(toRequest("/probe_status"));
  await extended(toRequest("/svc_status.json"));
  expect(counts).not.toHaveBeenCalled();
  await extended(toRequest("/svc_status.prometheus"));
  expect(counts).toHaveBeenCalledTimes(1);
});
