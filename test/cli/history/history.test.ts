import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { StateHandler } from "../../../src/core/state-handler.ts";
import { recordStatus } from "../../../src/recorder/record-status.ts";
import { runCli } from "../../support/cli.ts";
import { startHostile, startService } from "../service.ts";

/** A service whose database was RED, and that was decommissioned. */
async function startRecorded() {
  const service = await startService();
  const { registry, probe } = service;
  const directory = mkdtempSync(join(tmpdir(), "svc-status-cli-history-"));
  const recorder = recordStatus(registry, { directory, probe, version: "1.4.2" });
  onTestFinished(async () => {
    await recorder.close();
    rmSync(directory, { recursive: true });
  });
  const database = new StateHandler();
  database.setState("OK");
  registry.addStatusHandler("Database", database);
  registry.addStatusHandler("Cache", () => ({ state: "OK" }));
  await recorder.ready;
  await registry.getReport();
  database.setState("RED", { detail: "away \u001b[31m" });
  database.setState("OK");
  probe.decommission("OFF", { reason: "upgrade" });
  return service;
}

/** Without what differs in each run. */
function withoutTimes(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "TIME")
    .replace(/\d+ (?:ms|s)\b/g, "N ms")
    .replace(/\d+(?:\.\d+)? %/g, "N %")
    .replace(/<N/g, "N")
    .replace(/ +/g, " ");
}

async function answer(status: number, body: string): Promise<string> {
  return startHostile((_request, response) => response.writeHead(status).end(body));
}

describe("svc-status history", () => {
  test("shows what happened, how long it lasted, and the shares of time", async () => {
    const { address } = await startRecorded();
    const { code, stdout, stderr } = await runCli(["history", address]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    const lines = withoutTimes(stdout).split("\n");
    expect(lines).toEqual([
      "TIME NAME CHANGE LASTED DETAIL",
      expect.stringMatching(/^TIME started \S+, version 1\.4\.2$/),
      "TIME Database OK -> RED N ms away [31m",
      "TIME Database RED -> OK N ms+",
      "TIME decommissioned upgrade",
      "",
      "4 events from TIME to TIME",
      "",
      "NAME OK YELLOW RED UNKNOWN",
      "Database N % N % N % N %",
      "Cache N % N % N % N %",
      "",
    ]);
  });

  test("shows one handler, and exits with its worst state", async () => {
    const { address } = await startRecorded();
    const { code, stdout } = await runCli(["history", address, "--name", "Cache", "--since", "7d"]);
    expect(code).toBe(0);
    expect(withoutTimes(stdout)).toBe(
      "0 events from TIME to TIME\n\nNAME OK YELLOW RED UNKNOWN\nCache N % N % N % N %\n",
    );
  });

  test("says that there are older events", async () => {
    const { address } = await startRecorded();
    const { stdout } = await runCli(["history", address, "--limit", "1"]);
    expect(stdout).toContain("1 event from");
    expect(stdout).toContain(", and older ones (--limit, --since)");
  });

  test("passes JSON on", async () => {
    const { address } = await startRecorded();
    const { stdout } = await runCli(["history", address, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      events: [{ kind: "start" }, { kind: "change" }, { kind: "change" }, { kind: "probe" }],
      handlers: { Database: { OK: expect.any(Number) }, Cache: { RED: 0 } },
    });
  });

  test("lets no text of the service control the terminal, and takes anything for data", async () => {
    const events = [
      { kind: "change", at: "x", name: "\u001b]0;a\u0007b", from: 1, to: "RED", detail: "\u009b2J\nc" },
      { kind: "__proto__", at: 5 },
      7,
    ];
    const handlers = { "\u001b[2Jd": { OK: 0.99999, YELLOW: 0, RED: 0.00001, unknown: 0 }, e: 1 };
    const { code, stdout } = await runCli([
      "history",
      await answer(200, JSON.stringify({ events, handlers })),
    ]);
    expect(code).toBe(2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(stdout).toMatch(/d +99\.99 % +0 % +<0\.01 % +0 %/);
  });

  test.each([
    [404, "the history is not recorded, see svc-status/recorder\n", /\(404\): the history is not recorded/],
    [404, "Not found", /\(404\): nothing found/],
    [403, "forbidden\n", /\(403\): it shows its history only to clients on its machine/],
    [503, "too many reads\u001b[2J\n", /\(503\): too many reads$/m],
    [200, "<html>", /\(200\): the answer is not a history/],
  ])("exits with 3 for the answer %d %j", async (status, body, message) => {
    const { code, stdout, stderr } = await runCli(["history", await answer(status, body)]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test.each(["yesterday", "24", "-1h", "2999-01-01"])("rejects --since %s", async (since) => {
    const { code, stderr } = await runCli(["history", "localhost:1", `--since=${since}`]);
    expect(code).toBe(3);
    expect(stderr).toContain("--since: expected a duration such as 90m, 24h or 7d");
  });
});
