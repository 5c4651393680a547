import { describe, expect, test } from "vitest";
import { mergeAnswers } from "../../src/cluster/merge.ts";
import type { WorkerAnswer } from "../../src/cluster/protocol.ts";
import { createReport } from "../../src/core/report.ts";
import { type SentEntry, toSentEntry } from "../../src/wire/sent-entry.ts";
import { type NamedStatus, registryOf, reportOf } from "../support/registry.ts";

const NOW = Date.UTC(2026, 0, 2);

async function answerOf(worker: number, ...handlers: readonly NamedStatus[]): Promise<WorkerAnswer> {
  const { entries } = await reportOf(...handlers);
  return { worker, entries: entries.map(toSentEntry) };
}

describe("the answers of several workers", () => {
  test("become one entry for each name, with what each worker says", async () => {
    const entries = mergeAnswers(
      [
        await answerOf(1, ["database", { state: "OK", pool: 3 }]),
        await answerOf(2, ["database", { state: "OK", pool: 5 }]),
      ],
      NOW,
    );
    expect(entries.map(({ name, status }) => ({ name, status }))).toEqual([
      {
        name: "database",
        status: {
          state: "OK",
          pool: 3,
          entries: { 1: { state: "OK", pool: 3 }, 2: { state: "OK", pool: 5 } },
        },
      },
    ]);
  });

  test.each([
    [["OK", "YELLOW", "RED"], "RED"],
    [["RED", "YELLOW", "OK"], "RED"],
    [["OK", "YELLOW", "OK"], "YELLOW"],
    [["OK", "OK"], "OK"],
  ])("are as bad as the worst of them: %j is %s", async (states, worst) => {
    const answers = states.map((state, index) => answerOf(index + 1, ["a", { state, detail: state }]));
    const [entry] = mergeAnswers(await Promise.all(answers), NOW);
    expect(entry?.status).toMatchObject({ state: worst, detail: worst });
  });

  test("count as critical where the one that is RED is critical in any of them", async () => {
    const registries = [false, true, false].map((critical) => {
      const registry = registryOf([]);
      registry.addStatusHandler("a", () => ({ state: "RED" }), { critical });
      return registry;
    });
    const reports = await Promise.all(registries.map((registry) => registry.getReport()));
    const answers = reports.map(({ entries }, index) => ({
      worker: index + 1,
      entries: entries.map(toSentEntry),
    }));
    expect(createReport(mergeAnswers(answers, NOW), NOW).state).toBe("RED");
  });

  test("keep the handlers that only some have, in the order in which they come", async () => {
    const entries = mergeAnswers(
      [
        await answerOf(1, ["b", { state: "OK" }], ["a", { state: "OK" }]),
        await answerOf(2, ["c", { state: "YELLOW" }], ["a", { state: "OK" }]),
      ],
      NOW,
    );
    expect(entries.map(({ name, status }) => [name, Object.keys(status["entries"] as object)])).toEqual([
      ["b", ["1"]],
      ["a", ["1", "2"]],
      ["c", ["2"]],
    ]);
  });

  test("are RED where a worker has not answered", async () => {
    const entries = mergeAnswers([await answerOf(1, ["a", { state: "OK" }]), { worker: 2 }], NOW, 7_000);
    expect(entries.map(({ name, status, reason }) => [name, status.state, reason])).toEqual([
      ["a", "OK", undefined],
      ["worker 2", "RED", "timeout"],
    ]);
    expect(entries[1]?.checkedAt.getTime()).toBe(NOW);
    expect(entries[1]?.durationMs).toBe(7_000);
  });

  test("are nothing where nobody answers", () => {
    expect(mergeAnswers([], NOW)).toEqual([]);
  });

  test("may have any name", async () => {
    const names = ["__proto__", "constructor", "1", "ümlaut", "worker 1"];
    const answer = await answerOf(1, ...names.map((name): NamedStatus => [name, { state: "OK" }]));
    expect(mergeAnswers([answer, { worker: 1 }], NOW).map(({ name }) => name)).toEqual(names);
  });
});

describe("an answer that is not as it should be", () => {
  const mistakes: readonly [string, (entry: SentEntry) => unknown][] = [
    ["no entry", () => null],
    ["a name that is none", (entry) => ({ ...entry, name: 5 })],
    ["a state that is none", (entry) => ({ ...entry, status: { json: '{"state":"FINE"}', labels: [] } })],
    ["a status that is no JSON", (entry) => ({ ...entry, status: { json: "{", labels: [] } })],
    ["a status that is null", (entry) => ({ ...entry, status: { json: "null", labels: [] } })],
    ["no status", (entry) => ({ ...entry, status: undefined })],
    ["labels that are none", (entry) => ({ ...entry, status: { json: '{"state":"OK"}', labels: 5 } })],
    ["no date", (entry) => ({ ...entry, since: undefined })],
    ["a date that cannot be", (entry) => ({ ...entry, checkedAt: 1e300 })],
  ];

  test.each(mistakes)("counts as none: %s", async (_what, spoil) => {
    const good = await answerOf(1, ["a", { state: "OK" }]);
    const spoilt = (await answerOf(2, ["a", { state: "OK" }])).entries?.map(spoil) as SentEntry[];
    const entries = mergeAnswers([good, { worker: 2, entries: spoilt }], NOW);
    expect(entries.map(({ name, status }) => [name, status.state])).toEqual([
      ["a", "OK"],
      ["worker 2", "RED"],
    ]);
  });
});
