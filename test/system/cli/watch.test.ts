import { expect, test } from "vitest";
import { serviceStatus } from "../../../src/adapters/node.ts";
import { createStatusRegistry } from "../../../src/core/registry/registry.ts";
import type { State } from "../../../src/core/state.ts";
import { startHostile } from "../../cli/service.ts";
import { BIN } from "../../support/cli.ts";
import { findFreePort } from "../../support/free-port.ts";
import { describeWithProgram } from "../../support/system.ts";
import { startTerminal } from "../../support/terminal.ts";

/** A hundred services in one process: a path for each, with requests that are in flight, by path. */
async function startHundred(
  stateOf: (index: number) => State,
): Promise<{ address: string; most: () => number }> {
  let most = 0;
  const inFlight = new Map<string, number>();
  const answers = Array.from({ length: 100 }, (_, index) => {
    const registry = createStatusRegistry();
    const status = () => ({ state: stateOf(index), detail: stateOf(index) === "OK" ? "" : "lost\u001b[2J" });
    registry.addStatusHandler("Database", status);
    registry.addStatusHandler("Exports", status, { dependsOn: ["Database"] });
    return serviceStatus({ registry, svcStatus: { path: `/s${index}` }, probeStatus: false });
  });
  const address = await startHostile((request, response) => {
    const path = /^\/s\d+/.exec(request.url ?? "")?.[0] ?? "";
    const now = (inFlight.get(path) ?? 0) + 1;
    inFlight.set(path, now);
    most = Math.max(most, now);
    response.once("close", () => inFlight.set(path, (inFlight.get(path) ?? 0) - 1));
    answers[Number(path.slice(2))]?.(request, response, () => response.writeHead(404).end());
  });
  return { address, most: () => most };
}

describeWithProgram(["tmux", "bash"], "watch of 100 services at 80 x 24", () => {
  test("shows what is not OK, moves, unfolds, filters, and asks each service once at a time", async () => {
    const states = new Map<number, State>([
      [7, "YELLOW"],
      [42, "RED"],
    ]);
    const { address, most } = await startHundred((index) => states.get(index) ?? "OK");
    const urls = Array.from({ length: 99 }, (_, index) => `${address}/s${index}`);
    urls.splice(50, 0, `127.0.0.1:${await findFreePort()}`);
    const terminal = await startTerminal(
      `${process.execPath} ${BIN} watch ${urls.join(" ")} --interval 200ms`,
      { columns: 80, rows: 24 },
    );
    const screen = await terminal.waitFor(/^100 services: 1 no answer, 1 RED, 1 YELLOW, 97 OK$/m);
    const lines = screen.split("\n");
    expect(lines).toHaveLength(24);
    expect(lines[1]).toMatch(/^> ▸ no answer {2}127\.0\.0\.1:\d+ +for \d s: connection refused/);
    expect(lines[2]).toMatch(/^ {2}▾ RED {8}127\.0\.0\.1:\d+\/s42 {2}2 of 2 failing$/);
    expect(lines[3]).toMatch(/^ {4}Database {2}RED +\d+ s +lost$/);
    expect(lines[4]).toBe("      + 1 RED because of it: Exports");
    expect(lines[5]).toMatch(/^ {2}▾ YELLOW .*\/s7 +2 of 2 not OK$/);
    expect(lines[23]).toMatch(/^82 OK hidden\. j\/k move, Enter unfolds, \/ filters, q quits; every 200ms$/);

    for (let count = 0; count < 7; count += 1) await terminal.press("Down");
    await terminal.waitFor(/^> ▸ OK {9}127\.0\.0\.1:\d+\/s0 /m);
    await terminal.press("Enter");
    await terminal.waitFor(/^> ▾ OK .*\n.*started .* ago\n {4}In service.*\n {4}NAME.*\n {4}Database {2}OK/m);
    await terminal.press("Enter");
    await terminal.waitFor(/^> ▸ OK .*\/s0 /m);

    await terminal.type("/s42");
    await terminal.waitFor(/^> ▾ RED .*\n[^▸]*\n\/s42_: 1 of 100\. Enter keeps/m);
    states.set(42, "OK");
    await terminal.waitFor(/^> ▸ OK .*\/s42 +2 of 2 handlers OK\n/m);
    await terminal.press("Escape");
    await terminal.waitFor(/^100 services: 1 no answer, 1 YELLOW, 98 OK$/m);
    await terminal.press("G");
    await terminal.waitFor(/^> ▸ OK .*\/s98 .*\n\d+ lines above/m);
    expect(await terminal.read()).not.toContain("\u001b");
    expect(most()).toBe(1);
  });

  test("shows a service that hangs before its first request times out, and that it keeps its state later", async () => {
    const registry = createStatusRegistry();
    registry.addStatusHandler("Database", () => ({ state: "OK" }));
    const answer = serviceStatus({ registry });
    let hangs = true;
    const address = await startHostile((request, response) => {
      if (!hangs) answer(request, response, () => response.end());
    });
    const terminal = await startTerminal(
      `${process.execPath} ${BIN} watch ${address} --interval 100ms --timeout 7s`,
      { columns: 80, rows: 24 },
    );
    await terminal.waitFor(/^> ▸ … {2}127\.0\.0\.1:\d+ {2}connecting …$/m);
    await terminal.waitFor(/^> ▸ … .* {2}no answer for \d s$/m);
    hangs = false;
    await terminal.waitFor(/^> ▾ OK .* {2}1 of 1 handlers OK$/m);
    hangs = true;
    await terminal.waitFor(/^> ▾ OK .* {2}no answer for \d s; 1 of 1 handlers OK$/m);
    await terminal.waitFor(/^> ▾ no answer .*, was OK\n {4}no complete answer within 7s/m);
  });

  test("keeps asking the others while most do not answer", async () => {
    const silent = await startHostile(() => {});
    const { address } = await startHundred(() => "OK");
    const urls = [
      ...Array.from({ length: 90 }, (_, index) => `${silent}/x${index}`),
      ...Array.from({ length: 10 }, (_, index) => `${address}/s${index}`),
    ];
    const terminal = await startTerminal(
      `${process.execPath} ${BIN} watch ${urls.join(" ")} --interval 100ms --timeout 500ms`,
      { columns: 80, rows: 24 },
    );
    await terminal.waitFor(/^100 services: 90 no answer, 10 OK$/m);
    await terminal.waitFor(/for [3-9] s: no complete answer/);
    expect(await terminal.read()).toMatch(/^77 lines|no answer, 10 OK hidden/m);
  });
});
