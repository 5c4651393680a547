import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry, Report } from "../../src/core/report.ts";
import { STATE_NUMBERS } from "../../src/core/state.ts";
import { schedule } from "../support/schedule.ts";
import {
  type CallStart,
  createWorld,
  type Record,
  type Registration,
  type World,
} from "../support/schedule-world.ts";

const SCHEDULES = process.env["CI"] ? 10_000 : 500;

/** Between two reports while everything recovers. */
const POLL_MS = 5_000;
const MAX_BACKOFF_MS = 60_000;

test(`${SCHEDULES} schedules of handlers that work, fail, hang, come back, go and are replaced`, async () => {
  await fc.assert(
    fc.asyncProperty(schedule, fc.boolean(), async ({ steps, randoms }, alsoWhatHangs) => {
      const world = createWorld({ randoms });
      for (const step of steps) {
        await world.take(step);
        expectAbortedSignals(world);
      }
      world.recover({ alsoWhatHangs });
      await expectRecovery(world);
      for (const { report } of world.record.reports) expectSoundReport(report);
      for (const registration of world.record.registrations) expectFewCalls(registration);
      expectOrderedTimes(world.record);
      await expectSilenceAfterClose(world);
    }),
    { numRuns: SCHEDULES },
  );
}, 600_000);

/** Worst wins, every RED says why, and no OK does. */
function expectSoundReport({ state, entries }: Report): void {
  const numbers = entries.map(({ status, critical }) => {
    const number = STATE_NUMBERS[status.state];
    return critical ? number : Math.min(number, STATE_NUMBERS.YELLOW);
  });
  expect(STATE_NUMBERS[state]).toBe(Math.max(0, ...numbers));
  expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
  for (const { status, reason } of entries) expect(reason === undefined).toBe(status.state === "OK");
}

/** Who has run out of time, or is not registered any more, was told so. */
function expectAbortedSignals({ clock, current, record }: World): void {
  for (const registration of record.registrations) {
    const { name, timeoutMs, unsettled } = registration;
    const isCurrent = current.get(name) === registration;
    for (const { startedAt, signal } of unsettled) {
      const isOver = !isCurrent || startedAt + timeoutMs < clock.monotonicNow();
      if (isOver) expect(signal.aborted).toBe(true);
      else if (startedAt + timeoutMs > clock.monotonicNow()) expect(signal.aborted).toBe(false);
    }
  }
}

/** No two calls at a time but hung ones, and those further and further apart, up to 60 s. */
function expectFewCalls({ timeoutMs, starts }: Registration): void {
  let before: CallStart | undefined;
  for (const start of starts) {
    expect(start.olderInTime).toBe(0);
    if (before !== undefined && start.sinceSettled > 1) {
      const pauseMs = timeoutMs * 2 ** (start.sinceSettled - 2);
      const apartMs = Math.min(timeoutMs + pauseMs, Math.max(timeoutMs, MAX_BACKOFF_MS));
      expect(start.atMs - before.atMs).toBeGreaterThanOrEqual(apartMs);
    }
    before = start;
  }
}

/** After everything works again, each handler is OK within this time. */
function toRecoveryMs({ timeoutMs, options }: Registration): number {
  const { intervalMs, maxAgeMs = 0, recoverAfter = 1 } = options;
  const betweenResultsMs = intervalMs === undefined ? maxAgeMs + POLL_MS : 1.1 * intervalMs;
  return Math.max(MAX_BACKOFF_MS, timeoutMs) + recoverAfter * betweenResultsMs;
}

async function expectRecovery(world: World): Promise<void> {
  const { clock, current, record, take } = world;
  const from = clock.monotonicNow();
  const longestMs = Math.max(0, ...[...current.values()].map(toRecoveryMs));
  const late: Entry[] = [];
  while (clock.monotonicNow() - from <= longestMs + POLL_MS) {
    await take({ kind: "ask", names: undefined });
    await take({ kind: "pass", ms: POLL_MS });
  }
  for (const { askedAtMs, report } of record.reports) {
    for (const entry of report.entries) {
      const registration = current.get(entry.name);
      const isDue = registration !== undefined && askedAtMs - from >= toRecoveryMs(registration);
      if (isDue && entry.status.state !== "OK") late.push(entry);
    }
  }
  expect(late).toEqual([]);
  expect(record.reports.at(-1)?.report).toMatchObject({ state: "OK" });
  expect(record.reports.at(-1)?.report.entries).toHaveLength(current.size);
}

/** Changes are edges, and since when a state holds never goes back while a name is registered. */
function expectOrderedTimes({ reports, changes, removals }: Record): void {
  const names = new Set(changes.map(({ change }) => change.name));
  for (const name of names) {
    const removedAt = removals.filter((removal) => removal.name === name).map(({ order }) => order);
    const own = changes.filter(({ change }) => change.name === name);
    own.forEach(({ order, change }, index) => {
      expect(change.to).not.toBe(change.from);
      expect(change.reason === undefined).toBe(change.to === "OK");
      const before = own[index - 1];
      if (before === undefined || removedAt.some((at) => before.order < at && at < order)) return;
      expect(change.from).toBe(before.change.to);
      expect(change.at.getTime()).toBeGreaterThanOrEqual(before.change.at.getTime());
    });
  }
  const seen = new Map<string, { readonly order: number; readonly since: number }>();
  for (const { askedAfter, order, report } of reports) {
    for (const { name, since } of report.entries) {
      const removedAt = removals.filter((removal) => removal.name === name).map((removal) => removal.order);
      const before = seen.get(name);
      // A report that overlaps with another, or with a removal, may show what was before.
      if (before !== undefined && before.order > askedAfter) continue;
      if (removedAt.some((at) => askedAfter < at && at < order)) continue;
      const isNew = before === undefined || removedAt.some((at) => before.order < at && at < order);
      if (!isNew) expect(since.getTime()).toBeGreaterThanOrEqual(before.since);
      seen.set(name, { order, since: since.getTime() });
    }
  }
}

async function expectSilenceAfterClose(world: World): Promise<void> {
  const { clock, registry, record, take } = world;
  await take({ kind: "wait", name: "A", state: "YELLOW", timeoutMs: 60_000 });
  await take({ kind: "ask", names: undefined });
  registry.close();
  expect(clock.pendingTimers).toBe(world.ownTimers());
  const callsBefore = record.registrations.map(({ starts }) => starts.length);
  const changesBefore = record.changes.length;
  await clock.advance(3_600_000);
  expect(world.openQuestions()).toBe(0);
  const { entries } = await registry.getReport();
  expect(entries.map(({ name }) => name)).toEqual(registry.names);
  for (const { status, reason } of entries) expect([status.state, reason]).toEqual(["RED", "stale"]);
  expect(record.registrations.map(({ starts }) => starts.length)).toEqual(callsBefore);
  expect(record.changes).toHaveLength(changesBefore);
  expect(clock.pendingTimers).toBe(0);
}
