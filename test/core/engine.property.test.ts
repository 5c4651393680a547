import fc from "fast-check";
import { expect, test } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { STATE_NUMBERS, type State } from "../../src/core/state.ts";
import { schedule } from "../support/schedule.ts";
import {
  type CallStart,
  createWorld,
  type Registration,
  type World,
  type WorldRecord,
} from "../support/schedule-world.ts";

const SCHEDULES = process.env["CI"] ? 10_000 : 500;

/** Between two reports while everything recovers. */
const POLL_MS = 5_000;
const MAX_BACKOFF_MS = 60_000;
/** Steps of the clock up to this are not corrected. */
const MAX_UNCORRECTED_MS = 1_000;

test(`${SCHEDULES} schedules of handlers that work, fail, hang, come back, go and are replaced`, async () => {
  let held = 0;
  await fc.assert(
    fc.asyncProperty(schedule, fc.boolean(), async ({ steps, lastSteps, randoms }, alsoWhatHangs) => {
      const world = createWorld({ randoms });
      for (const step of steps) {
        await world.take(step);
        holdAbortedSignals(world);
      }
      world.recover({ alsoWhatHangs });
      await holdRecovery(world);
      for (const step of lastSteps) await world.take(step);
      for (const { report } of world.record.reports) holdSoundReport(report);
      for (const registration of world.record.registrations) holdFewCalls(registration);
      holdEdges(world.record);
      holdSince(world.record);
      await holdSilenceAfterClose(world);
      held += 1;
    }),
    { numRuns: SCHEDULES },
  );
  expect(held).toBe(SCHEDULES);
}, 600_000);

/** Millions of these are asked for, and `expect` costs more than the registry. */
function hold(isSo: boolean, rule: string): void {
  if (!isSo) throw new Error(`does not hold: ${rule}`);
}

function holdSoundReport({ state, entries }: Report): void {
  let worst: number = STATE_NUMBERS.OK;
  for (const { status, critical, reason } of entries) {
    const number = STATE_NUMBERS[status.state];
    worst = Math.max(worst, critical ? number : Math.min(number, STATE_NUMBERS.YELLOW));
    hold(
      (reason === undefined) === (status.state === "OK"),
      "what is not OK has a reason, and no OK has one",
    );
  }
  hold(STATE_NUMBERS[state] === worst, "the overall state is the worst of the effective states");
  hold(new Set(entries.map(({ name }) => name)).size === entries.length, "each handler has one entry");
}

function holdAbortedSignals({ clock, current, record }: World): void {
  for (const registration of record.registrations) {
    const isCurrent = current.get(registration.name) === registration;
    for (const { startedAt, signal } of registration.unsettled) {
      const leftMs = startedAt + registration.timeoutMs - clock.monotonicNow();
      if (isCurrent && leftMs > 0) hold(!signal.aborted, "a call within its deadline is not aborted");
      if (!isCurrent || leftMs < 0) hold(signal.aborted, "a call after its deadline, or its end, is aborted");
    }
  }
}

/** No two calls at a time but hung ones, and those further and further apart, up to 60 s. */
function holdFewCalls({ timeoutMs, starts }: Registration): void {
  let before: CallStart | undefined;
  for (const start of starts) {
    hold(start.olderInTime === 0, "no call begins within the deadline of another");
    if (before !== undefined && start.sinceSettled > 1) {
      const pauseMs = timeoutMs * 2 ** (start.sinceSettled - 2);
      const apartMs = Math.min(timeoutMs + pauseMs, Math.max(timeoutMs, MAX_BACKOFF_MS));
      hold(start.atMs - before.atMs >= apartMs, "calls of a handler that hangs back off");
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

async function holdRecovery({ clock, current, record, take }: World): Promise<void> {
  const from = clock.monotonicNow();
  const longestMs = Math.max(0, ...[...current.values()].map(toRecoveryMs));
  while (clock.monotonicNow() - from <= longestMs + POLL_MS) {
    await take({ kind: "ask", names: undefined });
    await take({ kind: "pass", ms: POLL_MS });
  }
  for (const { askedAtMs, report } of record.reports) {
    for (const { name, status } of report.entries) {
      const registration = current.get(name);
      const isDue = registration !== undefined && askedAtMs - from >= toRecoveryMs(registration);
      if (isDue) hold(status.state === "OK", "what works again is OK within the stated time");
    }
  }
  const last = record.reports.at(-1)?.report;
  hold(last?.state === "OK" && last.entries.length === current.size, "in the end everything is OK");
}

function holdEdges({ changes, removals }: WorldRecord): void {
  for (const name of new Set(changes.map(({ change }) => change.name))) {
    const removedAt = removals.filter((removal) => removal.name === name).map(({ order }) => order);
    const own = changes.filter(({ change }) => change.name === name);
    own.forEach(({ order, change }, index) => {
      hold(change.to !== change.from, "a change changes the state");
      hold((change.reason === undefined) === (change.to === "OK"), "a change to OK alone has no reason");
      const before = own[index - 1];
      if (before === undefined || removedAt.some((at) => before.order < at && at < order)) return;
      hold(change.from === before.change.to, "a change begins where the one before ended");
      const setBackMs = (own[index]?.setBackMs ?? 0) - before.setBackMs;
      const apartMs = change.at.getTime() - before.change.at.getTime();
      hold(apartMs >= -setBackMs, "a change is earlier than the one before only if the clock was set back");
    });
  }
}

/**
 * As long as a name is registered, `since` goes back only if the clock was set back, and by as much. As long as its state
 * does not change, its age is not less than the time for which it has been seen, whatever happens to the clock.
 */
function holdSince({ reports, removals, changes }: WorldRecord): void {
  const seen = new Map<string, Seen>();
  for (const { askedAfter, order, report, askedAtMs, answeredAtMs, setBackMs } of reports) {
    for (const { name, since, status } of report.entries) {
      const removedAt = removals.filter((removal) => removal.name === name).map((removal) => removal.order);
      const before = seen.get(name);
      // A report that overlaps with another, or with a removal, may show what was before.
      if (before !== undefined && before.order > askedAfter) continue;
      if (removedAt.some((at) => askedAfter < at && at < order)) continue;
      const isNew = before === undefined || removedAt.some((at) => before.order < at && at < order);
      const isSame =
        before?.state === status.state &&
        !changes.some(
          ({ change, order: at }) => change.name === name && before.askedAfter < at && at < order,
        );
      const seenAtMs = !isNew && isSame ? before.seenAtMs : answeredAtMs;
      const age = report.at.getTime() - since.getTime();
      if (!isNew) {
        const backMs = before.since.getTime() - since.getTime();
        // Small steps are corrected together with the one that makes them too large.
        const allowedMs = setBackMs.answered - before.setBackMs;
        hold(
          backMs <= (allowedMs > 0 ? allowedMs + MAX_UNCORRECTED_MS : 0),
          "since goes back only with the clock",
        );
        hold(
          age >= askedAtMs - seenAtMs - MAX_UNCORRECTED_MS,
          "an age is not less than the time it was seen",
        );
      }
      seen.set(name, { order, askedAfter, since, state: status.state, setBackMs: setBackMs.asked, seenAtMs });
    }
  }
}

interface Seen {
  readonly order: number;
  readonly askedAfter: number;
  readonly since: Date;
  readonly state: State;
  readonly setBackMs: number;
  readonly seenAtMs: number;
}

async function holdSilenceAfterClose(world: World): Promise<void> {
  const { clock, registry, record, take } = world;
  const countCalls = () => record.registrations.reduce((calls, { starts }) => calls + starts.length, 0);
  await take({ kind: "wait", name: "A", state: "YELLOW", timeoutMs: 60_000 });
  await take({ kind: "ask", names: undefined });
  registry.close();
  hold(clock.pendingTimers === world.ownTimers(), "close() leaves no timer");
  const [callsBefore, changesBefore] = [countCalls(), record.changes.length];
  await clock.advance(3_600_000);
  hold(world.openQuestions() === 0, "close() answers whoever waits");
  const { entries } = await registry.getReport();
  const areStale = entries.every(({ status, reason }) => status.state === "RED" && reason === "stale");
  hold(areStale && entries.length === registry.names.length, "everything is stale after close()");
  hold(countCalls() === callsBefore, "close() ends all calls");
  hold(record.changes.length === changesBefore, "close() is no change");
  hold(clock.pendingTimers === 0, "nothing starts a timer after close()");
}
