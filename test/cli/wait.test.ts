import { describe, expect, test } from "vitest";
import { getProbeSeams } from "../../src/core/seams.ts";
import type { State } from "../../src/core/state.ts";
import { runCli } from "../support/cli.ts";
import { findFreePort } from "../support/free-port.ts";
import { startHostile, startService } from "./service.ts";

const FAST = ["--interval", "20ms"];

/** Answers `status` for each question in turn, and the last one for ever. */
function answerInTurn(...statuses: (readonly [code: number, body: string])[]) {
  let index = 0;
  return startHostile(({ url = "" }, response) => {
    // A service without the report for tools.
    if (url.startsWith("/svc_status.report")) return void response.writeHead(404).end();
    const [code, body] = statuses[Math.min(index, statuses.length - 1)] ?? [500, ""];
    index += 1;
    response.writeHead(code).end(body);
  });
}

function bodyOf(state: State, detail = ""): string {
  return JSON.stringify({ Database: { state, detail }, Other: { state: "OK" } });
}

describe("svc-status wait", () => {
  test("waits until the service is OK, and says what for, once for each reason", async () => {
    const address = await answerInTurn(
      [502, "<html>"],
      [200, bodyOf("YELLOW", "starting")],
      [200, bodyOf("YELLOW", "starting, 2 of 3 left")],
      [200, bodyOf("OK")],
    );
    expect(await runCli(["wait", address, ...FAST])).toEqual({
      code: 0,
      stdout: "",
      stderr: [
        `waiting for http://${address}`,
        `waiting for http://${address}: http://${address}/svc_status answered 502, which is not a status. Is it the right URL?`,
        `waiting for http://${address}: YELLOW (Database is YELLOW: starting)`,
        `http://${address} is OK after 0s`,
        "",
      ].join("\n"),
    });
  });

  test("writes a line for each change, however often a reason is worded differently", async () => {
    const left = Array.from(
      { length: 6 },
      (_, index) => [200, bodyOf("YELLOW", `${6 - index} left`)] as const,
    );
    const address = await answerInTurn(
      [502, "<html>"],
      [503, "<html>"],
      [500, ""],
      ...left,
      [502, "<html>"],
      ...left,
      [200, bodyOf("OK")],
    );
    const { code, stderr } = await runCli(["wait", address, ...FAST]);
    expect(code).toBe(0);
    expect(stderr.split("\n").map((line) => line.replaceAll(`http://${address}`, "URL"))).toEqual([
      "waiting for URL",
      expect.stringContaining("waiting for URL: URL/svc_status answered 502"),
      "waiting for URL: YELLOW (Database is YELLOW: 6 left)",
      expect.stringContaining("waiting for URL: URL/svc_status answered 502"),
      "waiting for URL: YELLOW (Database is YELLOW: 6 left)",
      expect.stringMatching(/^URL is OK after \d+s$/),
      "",
    ]);
    const vain = await answerInTurn(...left, [200, bodyOf("YELLOW", "stuck")]);
    const failed = await runCli(["wait", vain, "--timeout", "2s", ...FAST]);
    expect(failed.code).toBe(1);
    expect(failed.stderr.split("\n").map((line) => line.replaceAll(`http://${vain}`, "URL"))).toEqual([
      "waiting for URL",
      "waiting for URL: YELLOW (Database is YELLOW: 6 left)",
      "svc-status: not OK within 2s: YELLOW (Database is YELLOW: stuck)",
      "",
    ]);
  });

  test("names a cause once, with the number of handlers that are RED because of it", async () => {
    const { address, registry } = await startService();
    registry.addStatusHandler("Exports", () => ({ state: "RED" }), { dependsOn: ["Database"] });
    registry.addStatusHandler("Database", () => ({ state: "RED", detail: "refused" }));
    registry.addStatusHandler("Invoices", () => ({ state: "RED" }), { dependsOn: ["Exports"] });
    const { stderr } = await runCli(["wait", address, "--timeout", "2s", ...FAST]);
    expect(stderr.split("\n").slice(1)).toEqual([
      `waiting for http://${address}: RED (Database is RED: refused (2 more with it))`,
      "svc-status: not OK within 2s: RED (Database is RED: refused (2 more with it))",
      "",
    ]);
  });

  test("names ten handlers, the worst first, and the number of the others", async () => {
    const { address, registry } = await startService();
    for (let index = 10; index < 30; index += 1)
      registry.addStatusHandler(`h${index}`, () => ({ state: index === 29 ? "RED" : "YELLOW" }));
    const { stderr } = await runCli(["wait", address, "--timeout", "1s", ...FAST]);
    const nine = Array.from({ length: 9 }, (_, index) => `h${index + 10} is YELLOW`).join(", ");
    expect(stderr).toContain(`not OK within 1s: RED (h29 is RED, ${nine}, 10 more)\n`);
  });

  test("waits for handlers that are named, though others are not OK, and though they are not there yet", async () => {
    const { address, registry } = await startService();
    registry.addStatusHandler("Other", () => ({ state: "RED" }));
    let asked = 0;
    registry.addStatusHandler("Database", () => {
      asked += 1;
      return { state: asked < 3 ? "YELLOW" : "OK" };
    });
    expect((await runCli(["wait", address, "--name", "Database", ...FAST])).code).toBe(0);
    const { code, stderr } = await runCli(["wait", address, "-n", "Nobody", "-t", "1s", ...FAST]);
    expect(stderr).toContain("not OK within 1s: unknown handler: Nobody");
    expect(code).toBe(3);
  });

  test("waits for any of the states that are wanted", async () => {
    const address = await answerInTurn([200, bodyOf("RED")], [404, ""], [200, bodyOf("YELLOW")]);
    expect((await runCli(["wait", address, "-s", "OK", "-s", "YELLOW", ...FAST])).code).toBe(0);
    expect((await runCli(["wait", address, "--state", "YELLOW", ...FAST])).code).toBe(0);
  });

  test.each([
    ["YELLOW", "OK", 1],
    ["RED", "OK", 2],
    ["OK", "RED", 1],
  ] as const)("exits when it stays %s instead of %s with %d", async (state, wanted, code) => {
    const address = await answerInTurn([200, bodyOf(state)]);
    const outcome = await runCli(["wait", address, "--state", wanted, "--timeout", "1s", ...FAST]);
    expect(outcome.stderr).toContain(`svc-status: not ${wanted} within 1s: ${state}`);
    expect(outcome.code).toBe(code);
  });

  test("exits with 3 when nobody answers", async () => {
    const address = `127.0.0.1:${await findFreePort()}`;
    const { code, stderr } = await runCli(["wait", address, "-t", "1s", ...FAST]);
    expect(stderr).toContain(`waiting for http://${address}: connection refused. Is the service running?\n`);
    expect(stderr).toContain(`not OK within 1s: no answer from http://${address}: connection refused`);
    expect(code).toBe(3);
  });

  test("is over in time though the service hangs", async () => {
    const address = await startHostile(() => {});
    const { code, stderr } = await runCli(["wait", address, "-t", "300ms", ...FAST]);
    expect(stderr.split("\n")).toEqual([
      `waiting for http://${address}`,
      `svc-status: not OK within 300ms: no answer from http://${address} yet`,
      "",
    ]);
    expect(code).toBe(3);
  });

  test("does not advise a longer --timeout for a service that hangs, which would change nothing", async () => {
    const address = await startHostile(() => {});
    const { stderr } = await runCli(["wait", address, "-t", "5500ms", ...FAST]);
    expect(stderr.split("\n")).toEqual([
      `waiting for http://${address}`,
      `waiting for http://${address}: no complete answer within 5s`,
      `svc-status: not OK within 5500ms: no complete answer from http://${address} within 5s`,
      "",
    ]);
  });

  test.each([401, 403])(
    "does not wait for a service that answers %d: it will not change its mind",
    async (status) => {
      const address = await answerInTurn([status, ""], [200, bodyOf("OK")]);
      const { code, stderr } = await runCli(["wait", address, ...FAST]);
      expect(stderr).toContain(`(${status})`);
      expect(code).toBe(3);
    },
  );

  test("asks with pauses, not in a loop", async () => {
    let asked = 0;
    const address = await startHostile(({ url = "" }, response) => {
      if (url.startsWith("/svc_status.report")) return void response.writeHead(404).end();
      asked += 1;
      response.end(bodyOf("YELLOW"));
    });
    await runCli(["wait", address, "-t", "2s", "-i", "1h"]);
    expect(asked).toBe(1);
  });
});

describe("svc-status wait, for a service that gets no requests", () => {
  test("waits, as show counts it, and says why", async () => {
    const { address, registry, probe } = await startService();
    registry.addStatusHandler("Database", () => ({ state: "OK" }));
    probe.decommission("OFF", { reason: "upgrade", by: "ann" });
    const { code, stderr } = await runCli(["wait", address, "-t", "1s", ...FAST]);
    expect(code).toBe(1);
    expect(stderr.split("\n")).toEqual([
      `waiting for http://${address}`,
      expect.stringMatching(/: YELLOW \(Decommissioned for \d+ s: upgrade, by ann\)$/),
      expect.stringMatching(
        /^svc-status: not OK within 1s: YELLOW \(Decommissioned for \d+ s: upgrade, by ann\)$/,
      ),
      "",
    ]);
    const asRed = await runCli(["wait", address, "-t", "1s", "--decommissioned", "RED", ...FAST]);
    expect(asRed.stderr).toContain("not OK within 1s: RED (Decommissioned for ");
    expect(asRed.code).toBe(2);
  });

  test.each([[["--decommissioned", "OK"]], [["--state", "YELLOW"]], [["--name", "Database"]]])(
    "does not wait with %j",
    async (options) => {
      const { address, registry, probe } = await startService();
      registry.addStatusHandler("Database", () => ({ state: "OK" }));
      probe.decommission();
      expect((await runCli(["wait", address, "-t", "5s", ...FAST, ...options])).code).toBe(0);
    },
  );

  test("writes a line when it drains, and when the next process is in service", async () => {
    const { address, registry, probe } = await startService();
    let asked = 0;
    registry.addStatusHandler("Database", () => {
      asked += 1;
      if (asked === 5) probe.commission();
      return { state: "OK" };
    });
    probe.decommission("OFF", { reason: "upgrade" });
    getProbeSeams(probe).setDraining?.({ reason: "SIGTERM", deadlineAt: Date.now() + 100_000 });
    const { code, stderr } = await runCli(["wait", address, ...FAST]);
    expect(stderr.split("\n")).toEqual([
      `waiting for http://${address}`,
      expect.stringMatching(/: YELLOW \(Draining \(SIGTERM\), at most \d+ \w+ left\)$/),
      expect.stringMatching(/ is OK after \d+s$/),
      "",
    ]);
    expect(code).toBe(0);
  });

  test("names the handlers that it waits for, too", async () => {
    const { address, registry, probe } = await startService();
    registry.addStatusHandler("Database", () => ({ state: "RED", detail: "refused" }));
    probe.decommission();
    const run = async (...options: string[]) =>
      (await runCli(["wait", address, "-t", "1s", ...FAST, ...options])).stderr;
    expect(await run()).toMatch(/: RED \(Decommissioned for \d+ s, Database is RED: refused\)\n/);
    expect(await run("--decommissioned", "OK")).toContain(": RED (Database is RED: refused)\n");
  });
});
