import { expect, test } from "vitest";
import type { Change } from "../../../src/core/change.ts";
import { createReport, type Entry } from "../../../src/core/report.ts";
import { createLiveReport } from "../../../src/http/page/live-report.ts";

const toEntry = (name: string, at: number, dependsOn: readonly string[] = []): Entry => {
  const status = { state: "OK" } as const;
  const date = new Date(at);
  const time = { checkedAt: date, since: date, durationMs: 0 };
  return { name, status, rawStatus: status, critical: true, scope: "shared", dependsOn, ...time };
};

const toChange = (name: string, at: number): Change => {
  const status = { state: "RED" } as const;
  return { name, from: "OK", to: "RED", status, at: new Date(at), heldMs: 0 };
};

/** A live report, whose reads end when the test says so. */
function createSubject() {
  const reads: (readonly string[] | undefined)[] = [];
  let finish = (_entries: readonly Entry[], _at: number): void => {};
  const live = createLiveReport({
    read(names) {
      reads.push(names);
      return new Promise((resolve) => {
        finish = (entries, at) => resolve(createReport(entries, at));
      });
    },
    onRead() {},
    onError: (error) => expect.unreachable(String(error)),
  });
  live.set(createReport([toEntry("A", 1), toEntry("B", 1, ["A"]), toEntry("C", 1)], 1));
  return {
    live,
    reads,
    finish: (entries: readonly Entry[], at: number) => finish(entries, at),
    get states() {
      return live.current?.entries.map(({ name, status }) => `${name} ${status.state}`);
    },
  };
}

test("only the handlers that changed and those that depend on them run", async () => {
  const { live, reads, finish } = createSubject();
  await live.refreshChanged();
  expect(reads).toEqual([]);
  live.recordChange(toChange("A", 2));
  live.recordChange(toChange("C", 1));
  const run = live.refreshChanged();
  expect(reads).toEqual([["A", "B"]]);
  const [a, b] = [toEntry("A", 3), toEntry("B", 3)];
  finish([a, b], 3);
  await run;
  expect(live.current?.entries).toEqual([a, b, toEntry("C", 1)]);
  await live.refreshChanged();
  expect(reads).toHaveLength(1);
});

test("the report keeps its time until all handlers have run", async () => {
  const { live, finish } = createSubject();
  live.recordChange(toChange("A", 2));
  const some = live.refreshChanged();
  finish([toEntry("A", 3)], 3);
  await some;
  expect(live.current?.at).toEqual(new Date(1));
  const all = live.refresh();
  finish([toEntry("A", 4)], 4);
  await all;
  expect(live.current?.at).toEqual(new Date(4));
  expect(live.current?.entries).toHaveLength(1);
});

test("handlers that change all the time do not keep the others from running", async () => {
  const { live, reads, finish } = createSubject();
  live.recordChange(toChange("C", 2));
  const some = live.refreshChanged();
  await live.refresh();
  await live.refreshChanged();
  expect(reads).toEqual([["C"]]);
  live.recordChange(toChange("C", 4));
  finish([toEntry("C", 3)], 3);
  await some;
  void live.refreshChanged();
  expect(reads).toEqual([["C"], undefined]);
});

test("changes for the worse are shown before their handlers have run, changes for the better are not", () => {
  const subject = createSubject();
  subject.live.recordChange(toChange("A", 2));
  expect(subject.states).toEqual(["A RED", "B OK", "C OK"]);
  subject.live.recordChange({ ...toChange("A", 3), to: "OK", status: { state: "OK" } });
  expect(subject.states).toEqual(["A OK", "B OK", "C OK"]);
  subject.live.recordChange(toChange("B", 1));
  expect(subject.states).toEqual(["A OK", "B OK", "C OK"]);
});
