import { expect, test } from "vitest";
import { summarize } from "../../../src/cli/client/counts.ts";
import type { State } from "../../../src/core/state.ts";

function summarizeStates(...states: State[]): string {
  return summarize(states.map((state, index) => ({ name: `H${index}`, state, detail: "", labels: [] })));
}

test.each<[states: State[], summary: string]>([
  [[], "no handlers are registered"],
  [["OK", "OK"], "2 of 2 handlers OK"],
  [["OK", "RED"], "1 of 2 failing (H1)"],
  [["OK", "RED", "RED"], "2 of 3 failing (H1 + 1)"],
  [["YELLOW", "OK", "RED"], "2 of 3 not OK (H2 + 1)"],
  [["OK", "YELLOW"], "1 of 2 not OK (H1)"],
])("%j: %s", (states, summary) => {
  expect(summarizeStates(...states)).toBe(summary);
});
