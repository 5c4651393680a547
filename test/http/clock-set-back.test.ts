import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { StatusResponse } from "../../src/http/message.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createStatusRequest } from "../support/status-request.ts";

const START = Date.parse("2026-01-01T12:00:00Z");
const HOUR_MS = 3_600_000;

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

/** A service that has been decommissioned for 20 min, with a background handler that has been RED for 10 min. */
async function startOutage() {
  let state: "OK" | "RED" = "OK";
  const registry = createStatusRegistry();
  const probe = createProbe();
  registry.addStatusHandler("Database", () => ({ state }), { intervalMs: HOUR_MS });
  registry.addStatusHandler("Api", () => ({ state: "OK" }), { dependsOn: ["Database"] });
  const service = createStatusService({ registry, probe, svcStatus: { controls: true } });
  const ask = async (target: string): Promise<string> => {
    const answer = await (service(createStatusRequest({ target })) as Promise<StatusResponse>);
    return String(answer.body);
  };
  await registry.getReport();
  await vi.advanceTimersByTimeAsync(600_000);
  probe.decommission();
  await vi.advanceTimersByTimeAsync(600_000);
  state = "RED";
  await ask("/svc_status.report");
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  const [change] = registry.history("Database");
  return { registry, probe, ask, heldMs: Date.now() - (change?.at.getTime() ?? expect.unreachable()) };
}

test.each([["html"], ["report"]])(
  "ages in .%s stay when the clock is set back by an hour",
  async (suffix) => {
    const { registry, probe, ask, heldMs } = await startOutage();
    const offMs = Date.now() - probe.since.getTime();
    vi.setSystemTime(Date.now() - 2 * HOUR_MS);
    const body = await ask(`/svc_status.${suffix}`);
    const now = Date.now();
    const iso = (agoMs: number): string => new Date(now - agoMs).toISOString();
    // The background handler did not run again. Its check is not in the future.
    const { entries } = await registry.getReport();
    expect(entries.map(({ since }) => now - since.getTime())).toEqual([heldMs, 4_800_000]);
    expect(entries[0]?.checkedAt).toEqual(new Date(now - heldMs));
    expect(now - probe.since.getTime()).toBe(offMs);
    expect(registry.history("Database").map(({ at }) => at)).toEqual([new Date(now - heldMs)]);
    expect(body).toContain(iso(heldMs));
    expect(body).toContain(iso(offMs));
    for (const [, moment = ""] of body.matchAll(/"(20\d\d-\d\d-\d\dT[^"]+)"/g))
      expect(Date.parse(moment)).toBeLessThanOrEqual(now);
  },
);

test("the start of a process stays as old as it is", async () => {
  const { ask } = await startOutage();
  const readStart = async (): Promise<number> =>
    Date.parse(JSON.parse(await ask("/svc_status.report")).startedAt);
  vi.setSystemTime(Date.now() - 24 * HOUR_MS);
  const startedAt = await readStart();
  const ageMs = Date.now() - startedAt;
  expect(ageMs).toBeGreaterThanOrEqual(HOUR_MS);
  expect(ageMs).toBeLessThan(2 * HOUR_MS);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(await readStart()).toBe(startedAt);
});
