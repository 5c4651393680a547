import { describe, expect, test } from "vitest";
import type { HandlerStatus, ServiceStatus } from "../../../src/cli/client/service-status.ts";
import { renderNagios, renderNagiosFailure } from "../../../src/cli/show/nagios.ts";

function statusOf(state: ServiceStatus["state"], ...handlers: HandlerStatus[]): ServiceStatus {
  return { state, handlers, answer: { status: 200, contentType: "", text: "", from: "" } };
}

function handlerOf(name: string, parts: Partial<HandlerStatus> = {}): HandlerStatus {
  return { name, state: "OK", detail: "", labels: [], ...parts };
}

describe("the line for monitoring plugins", () => {
  test("has the states as performance data with the thresholds of the states", () => {
    expect(renderNagios(statusOf("OK", handlerOf("Database"), handlerOf("Cache")))).toBe(
      "SVC OK - 2 of 2 handlers OK | 'Database'=0;0;1;0;2 'Cache'=0;0;1;0;2\n",
    );
  });

  test("says what is not OK, in the words of monitoring", () => {
    const slow = handlerOf("Import", { state: "YELLOW", detail: "slow", labels: [["rows", 120]] });
    expect(renderNagios(statusOf("YELLOW", slow, handlerOf("Cache")))).toBe(
      "SVC WARNING - 1 of 2 not OK, Import YELLOW: slow | 'Import'=1;0;1;0;2 'Import_rows'=120 'Cache'=0;0;1;0;2\n",
    );
    expect(renderNagios(statusOf("RED", handlerOf("Cache", { state: "RED" })))).toBe(
      "SVC CRITICAL - 1 of 1 failing, Cache RED | 'Cache'=2;0;1;0;2\n",
    );
  });

  test("has the worst first, and counts what is RED because of another handler", () => {
    const down = { state: "RED", detail: "because Database is RED", causes: ["Database"] } as const;
    const status = statusOf(
      "RED",
      handlerOf("Exports", down),
      handlerOf("Cache", { state: "YELLOW", causes: [] }),
      handlerOf("Database", { state: "RED", detail: "refused", causes: [] }),
      handlerOf("Invoices", down),
    );
    expect(renderNagios(status).split(" | ")[0]).toBe(
      "SVC CRITICAL - 4 of 4 not OK, Database RED: refused (2 more with it), Cache YELLOW",
    );
  });

  test("has no performance data where there are no handlers", () => {
    expect(renderNagios(statusOf("OK"))).toBe("SVC OK - no handlers are registered\n");
  });

  test("stays one line with one bar, whatever handlers are named and say", () => {
    const evil = handlerOf("it's=a|b\nc", { state: "RED", detail: "x|y\n\u001b[31mz", labels: [["e=f", 1]] });
    expect(renderNagios(statusOf("RED", evil))).toBe(
      "SVC CRITICAL - 1 of 1 failing, it's=a/b c RED: x/y z | 'it''s_a_b c'=2;0;1;0;2 'it''s_a_b c_e_f'=1\n",
    );
  });

  test("has numbers without exponents", () => {
    const labels = [
      ["tiny", 1e-7],
      ["huge", 1e21],
      ["half", -0.5],
    ] as const;
    expect(renderNagios(statusOf("OK", handlerOf("A", { labels })))).toContain(
      "'A_tiny'=0.0000001 'A_huge'=1000000000000000000000 'A_half'=-0.5\n",
    );
  });

  test("is UNKNOWN where there is no status", () => {
    expect(renderNagiosFailure("no answer | \u001b[31mfrom")).toBe("SVC UNKNOWN - no answer / from\n");
  });
});
