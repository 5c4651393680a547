import { describe, expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { type FakeSeries, startFakePrometheus } from "../support/fake-prometheus.ts";
import type { Outcome } from "../support/run.ts";
import { startHostile } from "./service.ts";

/** Instances, ready ones and RED ones by version. */
type Versions = Readonly<Record<string, readonly [number, number, number]>>;

function toSeries(targets: number, versions: Versions, sampledAt = Date.now()): readonly FakeSeries[] {
  const kinds = ["instances", "ready", "red"] as const;
  return [
    ...Object.entries(versions).flatMap(([version, counts]) =>
      kinds.map(
        (kind, index): FakeSeries => [
          { svc_status_series: kind, service_version: version },
          counts[index] ?? 0,
        ],
      ),
    ),
    [{ svc_status_series: "targets" }, targets],
    [{ svc_status_series: "evaluated" }, sampledAt / 1_000],
  ];
}

/** Waits for version 2 of orders. The answers come in order, and the last one again and again. */
async function waitFor(
  answers: readonly (readonly FakeSeries[] | undefined)[],
  ...args: readonly string[]
): Promise<Outcome & { readonly queries: readonly string[] }> {
  const queries: string[] = [];
  const url = await startFakePrometheus((query) => {
    queries.push(query);
    return answers[Math.min(queries.length, answers.length) - 1];
  });
  const all = ["--prometheus", url, "--version", "2", "--interval", "10ms", "--timeout", "1s", ...args];
  return { ...(await runCli(["fleet", "wait", "orders", ...all])), queries };
}

const OLD = toSeries(2, { "1": [2, 2, 0] });
const HALF = toSeries(2, { "1": [1, 1, 0], "2": [1, 1, 0] });
const WORSE = toSeries(2, { "1": [1, 1, 0], "2": [1, 0, 1] });
const DONE = toSeries(2, { "2": [2, 2, 0] });

describe("svc-status fleet wait", () => {
  test("ends when all instances of the version are ready, and survives a failing Prometheus", async () => {
    const { code, stderr, queries } = await waitFor([OLD, undefined, HALF, DONE], "--timeout", "30s");
    expect(stderr.split("\n")).toEqual([
      "waiting for orders 2: 0 of 2 ready (0%)",
      "waiting for orders 2: HTTP 503, and the answer is not JSON",
      "waiting for orders 2: 1 of 2 ready (50%)",
      "waiting for orders 2: 2 of 2 ready (100%)",
      "",
    ]);
    expect(code).toBe(0);
    expect(queries[0]).toContain('svc_status_info{job="orders"}');
  });

  test("ends when the share is reached", async () => {
    expect(await waitFor([HALF], "--share", "50%")).toMatchObject({ code: 0 });
  });

  test.each([
    ["1: not ready", HALF, 1, "not 100% of orders within 1s: 1 of 2 ready (50%)"],
    [
      "2: RED, but not for longer than the grace",
      WORSE,
      2,
      "not 100% of orders within 1s: 0 of 2 ready (0%), 1 RED",
    ],
    ["3: no answer", undefined, 3, "HTTP 503, and the answer is not JSON"],
    ["3: no such service", [], 3, "Prometheus has no instance of it"],
    ["3: only old samples", toSeries(2, { "2": [2, 2, 0] }, 0), 3, "no instance was scraped within 2m"],
  ])("ends with the time, exit status %s", async (_, answer, code, message) => {
    const outcome = await waitFor([answer]);
    expect(outcome.stderr).toContain(message);
    expect(outcome.code).toBe(code);
  });

  test.each([
    ["300ms", "no answer yet"],
    ["5500ms", "no answer within 5s"],
  ])("with --timeout %s and a Prometheus that hangs, it says: %s", async (timeout, text) => {
    const hanging = `http://${await startHostile(() => {})}`;
    const args = ["--prometheus", hanging, "--version", "2", "--interval", "10ms", "--timeout", timeout];
    const { code, stderr } = await runCli(["fleet", "wait", "orders", ...args]);
    expect(stderr.split("\n")).toEqual([
      `waiting for orders 2: ${text}`,
      `svc-status: not 100% of orders within ${timeout}: ${text}`,
      "",
    ]);
    expect(code).toBe(3);
  });

  test("ends early if the version stays worse than the others", async () => {
    const { code, stderr } = await waitFor([WORSE], "--grace", "20ms", "--timeout", "1h");
    expect(stderr).toContain("2 is worse than the other versions of orders: 0 of 2 ready (0%), 1 RED");
    expect(code).toBe(2);
  });

  test.each([
    [["wait", "--version", "2"], "wait needs a SERVICE"],
    [["wait", "orders"], "wait needs --version"],
    [
      ["wait", "orders", "--version", "2", "--share", "0%"],
      "--share: expected more than 0% and at most 100%",
    ],
    [
      ["wait", "orders", "--version", "2", "--share", "101%"],
      "--share: expected more than 0% and at most 100%",
    ],
    [["wait", "orders", "--version", "2", "--share", "1"], "--share: expected more than 0% and at most 100%"],
  ])("%j is refused", async (args, message) => {
    const { code, stderr } = await runCli(["fleet", ...args, "--prometheus", "http://127.0.0.1:9"]);
    expect(stderr).toContain(message);
    expect(code).toBe(3);
  });
});
