import { spawn } from "node:child_process";
import { collectDefaultMetrics, type OpenMetricsContentType, Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import type { MetricsSource } from "../../src/http/options.ts";
import { createStatusService } from "../../src/http/service.ts";
import { createAppRegister, createOpenMetricsRegister } from "../support/prom-client.ts";
import { type NamedStatus, registryOf } from "../support/registry.ts";
import { createStatusRequest } from "../support/status-request.ts";
import { describeWithProgram } from "../support/system.ts";

const PROMTOOL = "promtool";

interface Verdict {
  /** 0: accepted; 1: cannot be parsed; 3: parsed, but against good practice. */
  readonly code: number | null;
  readonly complaints: string;
}

const ACCEPTED: Verdict = { code: 0, complaints: "" };

function checkMetrics(text: string): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const promtool = spawn(PROMTOOL, ["check", "metrics"]);
    let complaints = "";
    for (const output of [promtool.stdout, promtool.stderr]) {
      output.setEncoding("utf8").on("data", (chunk: string) => {
        complaints += chunk;
      });
    }
    promtool.on("error", reject);
    promtool.on("close", (code) => resolve({ code, complaints }));
    promtool.stdin.end(text);
  });
}

async function scrape(
  handlers: readonly NamedStatus[],
  prometheus: { metrics?: MetricsSource; repeatMetadata?: boolean } = {},
): Promise<string> {
  const service = createStatusService({ registry: registryOf(handlers), svcStatus: { prometheus } });
  const answer = await service(createStatusRequest({ target: "/svc_status.prometheus" }));
  expect(answer?.headers["Content-Type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  return answer?.body ?? "";
}

function createManyHandlers(count: number): NamedStatus[] {
  return Array.from({ length: count }, (_, index) => [
    `Handler${index}`,
    { state: "YELLOW", labels: { errors: index, ratio: index / 7 } },
  ]);
}

const OK = { state: "OK" };

describeWithProgram([PROMTOOL], "promtool check metrics", () => {
  test.each<[what: string, handlers: readonly NamedStatus[]]>([
    ["no handlers", []],
    ["one handler", [["DatabaseConnection", OK]]],
    ["1,000 handlers with labels", createManyHandlers(1_000)],
    [
      "quotes in names",
      [
        ['"', OK],
        ['the "best"', { state: "RED", labels: { '"': 1 } }],
      ],
    ],
    [
      "backslashes in names",
      [
        ["\\", OK],
        ["C:\\temp\\n", OK],
        ['\\"', { ...OK, labels: { "\\": 1 } }],
      ],
    ],
    [
      "letters beyond ASCII",
      [
        ["Größe", OK],
        ["数据库", { ...OK, labels: { "größer als": 1 } }],
        ["😀", OK],
      ],
    ],
    [
      "braces, equals signs and commas in names",
      [
        ['{name="x"} 1', OK],
        ["a=b,c", OK],
        ["# HELP", OK],
      ],
    ],
    [
      "a label that is another handler's series",
      [
        ["A", { ...OK, labels: { b: 7 } }],
        ["A_b", OK],
      ],
    ],
    [
      "two labels of one series",
      [
        ["A", { ...OK, labels: { b_c: 1 } }],
        ["A_b", { ...OK, labels: { c: 2 } }],
      ],
    ],
    ["NaN and infinities", [["A", { ...OK, labels: { nan: NaN, more: Infinity, less: -Infinity } }]]],
    [
      "values of every size",
      [["A", { ...OK, labels: { a: 5e-324, b: 1.7976931348623157e308, c: -0, d: 1e21 } }]],
    ],
    ["control characters in labels", [["A", { ...OK, labels: { "a\nb\r\t\u0000\u001b": 1, "": 2 } }]]],
    ["halves of surrogate pairs in labels", [["A", { ...OK, labels: { "\ud83d": 1, "\ude00": 2 } }]]],
    [
      "handlers that fail",
      [
        ["A", "banana"],
        ["B", { state: "PURPLE" }],
        ["C", null],
      ],
    ],
  ])("accepts %s", async (_, handlers) => {
    expect(await checkMetrics(await scrape(handlers))).toEqual(ACCEPTED);
  });

  test.each([
    ["0.0.4", createAppRegister],
    ["OpenMetrics", createOpenMetricsRegister],
  ])("accepts a prom-client register of %s behind ours", async (_, create) => {
    const text = await scrape(createManyHandlers(3), { metrics: create() });
    expect(text).toContain("app_requests_total");
    expect(await checkMetrics(text)).toEqual(ACCEPTED);
  });

  test("accepts a register that has our family too", async () => {
    const register = createAppRegister();
    const metrics = {
      metrics: async () => `# TYPE svc_status gauge\nsvc_status 1\n${await register.metrics()}`,
    };
    expect(await checkMetrics(await scrape([["A", OK]], { metrics }))).toEqual(ACCEPTED);
  });

  describe("has no more to say about prom-client's default metrics than without ours,", () => {
    test.each(["0.0.4", "OpenMetrics"])("in %s", async (exposition) => {
      const register = new Registry();
      const other = new Registry<OpenMetricsContentType>();
      other.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
      collectDefaultMetrics({ register });
      collectDefaultMetrics({ register: other as unknown as Registry });
      const metrics = exposition === "OpenMetrics" ? other : register;
      const text = await scrape([["A", OK]], { metrics });
      expect(text).toContain("process_cpu_user_seconds_total");
      expect(await checkMetrics(text)).toEqual(await checkMetrics(await register.metrics()));
    });
  });

  // It says nothing about a series that stands twice: the strict parser of the other tests does.
  test("refuses a name that is not escaped, so what it accepts means something", async () => {
    const text = await scrape([["A", OK]]);
    expect(await checkMetrics(text.replace('"A"', '"the "best""'))).toMatchObject({ code: 1 });
    expect(await checkMetrics(text.replace('"A"', '"C:\\temp"'))).toMatchObject({ code: 1 });
  });

  test("refuses repeated metadata, which is why that has to be asked for", async () => {
    const text = await scrape(createManyHandlers(2), { repeatMetadata: true });
    expect(await checkMetrics(text)).toMatchObject({ code: 1 });
  });
});
