import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry, Report } from "../../src/core/report.ts";
import type { State } from "../../src/core/state.ts";
import type { Status } from "../../src/core/status.ts";
import { createPrometheusRenderer, renderPrometheus } from "../../src/formats/prometheus.ts";
import { createStatusLines } from "../../src/formats/status-lines.ts";
import { reportOf } from "../support/registry.ts";

const NAMES = ["a", "a_b", "b", 'quo"te'];
const LABELS = ["b", "b_c", "c", "line\nfeed"];

/** What handlers may answer, some of it the same again and again. */
const status = fc.record({
  state: fc.constantFrom<State>("OK", "YELLOW", "RED"),
  labels: fc.dictionary(
    fc.constantFrom(...LABELS),
    fc.constantFrom<unknown>(0, 1, 0.5, Infinity, "no number"),
  ),
}) as fc.Arbitrary<Status>;

const handlers = fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), status), { selector: ([name]) => name });

/** What a renderer writes, and what it leaves out. */
function write(
  render: typeof renderPrometheus,
  report: Report,
  details: boolean,
): { readonly text: string; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const onLeftOut = (series: string): void => void leftOut.push(series);
  const text = render(report, { details, repeatMetadata: false, openMetrics: false, onLeftOut });
  return { text, leftOut };
}

describe("a renderer that remembers what it wrote last", () => {
  test("writes the same as one that does not, whatever came before", async () => {
    const reports = fc.array(fc.tuple(handlers, fc.boolean()), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(reports, async (sequence) => {
        const remembering = createPrometheusRenderer();
        for (const [statuses, details] of sequence) {
          const report = await reportOf(...statuses);
          const expected = write(renderPrometheus, report, details);
          expect(write(remembering, report, details)).toEqual(expected);
          expect(write(remembering, report, details)).toEqual(expected);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each<[what: string, before: object, after: object, lines: string]>([
    ["added behind the others", { b: 1 }, { b: 1, c: 2 }, 'a_b"} 1\nsvc_status{name="a_c"} 2\n'],
    ["removed", { b: 1, c: 2 }, { b: 3 }, 'a_b"} 3\n'],
    ["renamed", { b: 1 }, { c: 1 }, 'a_c"} 1\n'],
    ["in another order", { b: 1, c: 2 }, { c: 3, b: 4 }, 'a_c"} 3\nsvc_status{name="a_b"} 4\n'],
  ])("shows a label that is %s in the next report", async (_, before, after, lines) => {
    const render = createPrometheusRenderer();
    write(render, await reportOf(["a", { state: "OK", labels: before }]), true);
    const { text } = write(render, await reportOf(["a", { state: "OK", labels: after }]), true);
    expect(text.replace(/^#.*\n/gm, "")).toBe(`svc_status{name="a"} 0\nsvc_status{name="${lines}`);
  });

  test.each<[what: string, names: readonly string[]]>([
    ["added", ["a", "b", "c"]],
    ["removed", ["a"]],
    ["renamed", ["a", "c"]],
  ])("shows the handlers of the next report if one is %s", async (_, names) => {
    const render = createPrometheusRenderer();
    write(render, await reportOf(["a", { state: "OK" }], ["b", { state: "OK" }]), true);
    const next = await reportOf(...names.map((name) => [name, { state: "OK" }] as const));
    expect(write(render, next, true).text.match(/(?<=name=").(?=")/g)).toEqual(names);
  });

  test.each([true, false])(
    "computes the series once while only values change (details: %s)",
    async (details) => {
      const render = createStatusLines();
      let reads = 0;
      const entriesOf = async (labels: object): Promise<readonly Entry[]> =>
        (await reportOf(["a", { state: "OK", labels }], ["b", { state: "RED" }])).entries.map((entry) =>
          Object.defineProperty({ ...entry }, "name", {
            get() {
              reads += 1;
              return entry.name;
            },
          }),
        );
      const options = { details, onLeftOut() {} };
      render(await entriesOf({ x: 1, y: 2 }), options);
      reads = 0;
      const lines = render(await entriesOf({ x: 3, y: 4 }), options);
      // Only to compare each handler with the last report.
      expect(reads).toBe(2);
      expect(lines.join("")).toContain(details ? 'svc_status{name="a_y"} 4\n' : 'svc_status{name="a"} 0\n');
    },
  );

  test("does not write a handler again whose status is the same", () => {
    const render = createStatusLines();
    let reads = 0;
    const status: Status = {
      state: "OK",
      get labels() {
        reads += 1;
        return { x: 1 };
      },
    };
    const entries = [{ name: "a", status }] as unknown as readonly Entry[];
    const options = { details: true, onLeftOut() {} };
    const lines = render(entries, options);
    reads = 0;
    expect(render(entries, options)).toEqual(lines);
    expect(reads).toBe(0);
  });

  test("tells with each report what is left out, also where nothing has changed", async () => {
    const render = createPrometheusRenderer();
    const report = await reportOf(["a", { state: "OK", labels: { b: 1 } }], ["a_b", { state: "OK" }]);
    expect(write(render, report, true)).toMatchObject({ leftOut: ["a_b"] });
    expect(write(render, report, true)).toMatchObject({ leftOut: ["a_b"] });
  });

  test("shows no label to those who may not see details, though others may", async () => {
    const render = createPrometheusRenderer();
    const report = await reportOf(["a", { state: "OK", labels: { secret: 42 } }]);
    const texts = [true, false, true, false].map((details) => JSON.stringify(write(render, report, details)));
    expect(texts.map((text) => text.includes("secret"))).toEqual([true, false, true, false]);
  });
});
