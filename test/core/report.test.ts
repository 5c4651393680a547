import { beforeEach, describe, expect, test } from "vitest";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { Entry } from "../../src/core/report.ts";
import { OK, RED, type State, YELLOW } from "../../src/core/state.ts";
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts";
import { reportOf } from "../support/registry.ts";

let clock: FakeClock;
let registry: StatusRegistry;

beforeEach(() => {
  clock = createFakeClock();
  registry = createStatusRegistry({ clock });
});

function addState(name: string, state: State, critical?: boolean): void {
  registry.addStatusHandler(name, () => ({ state }), critical === undefined ? {} : { critical });
}

async function entryOf(name: string): Promise<Entry> {
  const { entries } = await registry.getReport({ names: [name] });
  return entries[0]!;
}

describe("the state of a report", () => {
  test("is OK when there are no handlers", async () => {
    const report = await registry.getReport();
    expect(report).toMatchObject({ state: OK, entries: [] });
    expect(report.at).toEqual(new Date(clock.now()));
  });

  test("counts the RED of a handler that is not critical as YELLOW", async () => {
    addState("Cache", RED, false);
    const report = await registry.getReport();
    expect(report.state).toBe(YELLOW);
    expect(report.entries[0]).toMatchObject({ status: { state: RED }, critical: false });
  });

  test("counts the YELLOW and the OK of a handler that is not critical as they are", async () => {
    addState("Cache", OK, false);
    expect((await registry.getReport()).state).toBe(OK);
    addState("Search", YELLOW, false);
    expect((await registry.getReport()).state).toBe(YELLOW);
  });

  test("is RED when a critical handler is RED beside one that is not critical", async () => {
    addState("Cache", RED, false);
    addState("Database", RED);
    expect((await registry.getReport()).state).toBe(RED);
  });

  test("counts a handler as critical unless told otherwise", async () => {
    addState("Database", RED);
    expect(await registry.getReport()).toMatchObject({ state: RED, entries: [{ critical: true }] });
  });

  test("counts a failing handler that is not critical as YELLOW too", async () => {
    registry.addStatusHandler("Cache", () => Promise.reject(new Error("gone")), { critical: false });
    expect((await registry.getReport()).state).toBe(YELLOW);
  });
});

describe("an entry", () => {
  test("says when the result was there and how long the run took", async () => {
    registry.addStatusHandler(
      "Slow",
      () => new Promise((resolve) => void clock.startTimer(250, () => resolve({ state: OK }))),
    );
    const startedAt = clock.now();
    const asked = entryOf("Slow");
    await clock.advance(1_000);
    const entry = await asked;
    expect(entry.durationMs).toBe(250);
    expect(entry.checkedAt).toEqual(new Date(startedAt + 250));
  });

  test("keeps one Date for all that were checked in the same moment", async () => {
    const { entries } = await reportOf(["A", { state: "OK" }], ["B", { state: "OK" }]);
    expect(entries[0]?.checkedAt).toBe(entries[1]?.checkedAt);
  });

  test("measures its duration with a clock that does not jump", async () => {
    registry.addStatusHandler(
      "Slow",
      () => new Promise((resolve) => void clock.startTimer(250, () => resolve({ state: OK }))),
    );
    const asked = entryOf("Slow");
    clock.jump(-3_600_000);
    await clock.advance(250);
    expect((await asked).durationMs).toBe(250);
  });

  test("says since when its state holds: as long as the state stays, the moment stays", async () => {
    let state: State = OK;
    registry.addStatusHandler("Database", () => ({ state, detail: `at ${clock.monotonicNow()}` }));
    const start = clock.now();

    expect((await entryOf("Database")).since).toEqual(new Date(start));
    await clock.advance(1_000);
    const stillOk = await entryOf("Database");
    expect(stillOk.since).toEqual(new Date(start));
    expect(stillOk.checkedAt).toEqual(new Date(start + 1_000));

    state = RED;
    await clock.advance(1_000);
    expect((await entryOf("Database")).since).toEqual(new Date(start + 2_000));
    await clock.advance(1_000);
    expect((await entryOf("Database")).since).toEqual(new Date(start + 2_000));

    state = OK;
    await clock.advance(1_000);
    expect((await entryOf("Database")).since).toEqual(new Date(start + 4_000));
  });

  test("keeps its moment while one kind of RED follows another", async () => {
    const answers = [() => ({ state: RED, detail: "said so" }) as const, () => ({}) as never];
    registry.addStatusHandler("Database", () => {
      const answer = answers.shift();
      if (answer === undefined) throw new Error("threw");
      return answer();
    });
    const start = clock.now();
    const reasons: unknown[] = [];
    for (let run = 0; run < 3; run += 1) {
      const entry = await entryOf("Database");
      expect(entry.since).toEqual(new Date(start));
      reasons.push(entry.reason);
      await clock.advance(1_000);
    }
    expect(reasons).toEqual(["reported", "invalid", "threw"]);
  });

  test("has a reason when it is not OK, and none when it is", async () => {
    addState("Fine", OK);
    addState("Weak", YELLOW);
    addState("Dead", RED);
    expect(await entryOf("Fine")).not.toHaveProperty("reason");
    expect((await entryOf("Weak")).reason).toBe("reported");
    expect((await entryOf("Dead")).reason).toBe("reported");
  });

  test("is shared between instances unless the handler says that it is this process's own", async () => {
    addState("Database", OK);
    registry.addStatusHandler("EventLoop", () => ({ state: OK }), { scope: "local" });
    expect((await entryOf("Database")).scope).toBe("shared");
    expect((await entryOf("EventLoop")).scope).toBe("local");
  });

  test("does not change when the handler goes on using the object it returned", async () => {
    const labels = { errors: 1 };
    const status = { state: OK as State, detail: "fine", labels };
    registry.addStatusHandler("Database", () => status);
    const entry = await entryOf("Database");

    status.state = RED;
    status.detail = "broken";
    labels.errors = 99;
    expect(entry.status).toEqual({ state: OK, detail: "fine", labels: { errors: 1 } });
    expect((await entryOf("Database")).status).toMatchObject({ state: RED, labels: { errors: 99 } });
  });

  test("cannot be changed for others by who reads it", async () => {
    registry.addStatusHandler("Database", () => ({ state: OK, labels: { errors: 1 } }), { maxAgeMs: 1_000 });
    const { status } = await entryOf("Database");
    expect(() => Object.assign(status, { state: RED })).toThrow(TypeError);
    expect(() => Object.assign(status.labels!, { errors: 99 })).toThrow(TypeError);
    expect((await entryOf("Database")).status).toEqual({ state: OK, labels: { errors: 1 } });
  });

  test("keeps every further property of the status, in its order", async () => {
    registry.addStatusHandler("Database", () => ({ version: "15.2", state: OK, replicas: [1, { lag: 2 }] }));
    const { status } = await entryOf("Database");
    expect(JSON.stringify(status)).toBe('{"version":"15.2","state":"OK","replicas":[1,{"lag":2}]}');
  });

  test("does not freeze or change the object of the handler", async () => {
    const status = { state: OK, labels: { errors: 1 } };
    registry.addStatusHandler("Database", () => status);
    await entryOf("Database");
    expect(Object.isFrozen(status)).toBe(false);
    expect(Object.isFrozen(status.labels)).toBe(false);
    expect(status).toEqual({ state: OK, labels: { errors: 1 } });
  });
});
