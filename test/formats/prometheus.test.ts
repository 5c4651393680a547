import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PrometheusOptions, renderPrometheus } from "../../src/formats/prometheus.ts";
import { arbitraryName, arbitraryText } from "../support/arbitrary.ts";
import { parseExposition } from "../support/exposition.ts";
import { type NamedStatus, reportOf } from "../support/registry.ts";

const HELP = "# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED\n";
const METADATA = `${HELP}# TYPE svc_status untyped\n`;

interface Rendered {
  readonly text: string;
  readonly leftOut: readonly string[];
}

async function render(
  handlers: readonly NamedStatus[],
  options: Partial<PrometheusOptions> = {},
): Promise<Rendered> {
  const leftOut: string[] = [];
  const text = renderPrometheus(await reportOf(...handlers), {
    details: true,
    repeatMetadata: false,
    openMetrics: false,
    onLeftOut: (series) => void leftOut.push(series),
    ...options,
  });
  return { text, leftOut };
}

describe("the Prometheus format", () => {
  test("is empty when there are no handlers", async () => {
    expect(await render([])).toEqual({ text: "", leftOut: [] });
  });

  test("has the metadata once, then the handlers by name, each followed by its labels in their order", async () => {
    const { text } = await render([
      ["UserService", { state: "RED", labels: { errors: 7, a: 0.5 } }],
      ["DatabaseConnection", { state: "OK" }],
      ["Queue", { state: "YELLOW" }],
    ]);
    expect(text).toBe(
      `${METADATA}svc_status{name="DatabaseConnection"} 0\nsvc_status{name="Queue"} 1\n` +
        'svc_status{name="UserService"} 2\nsvc_status{name="UserService_errors"} 7\nsvc_status{name="UserService_a"} 0.5\n',
    );
  });

  test("repeats the metadata before each handler, and not before its labels, when that is asked for", async () => {
    const handlers: NamedStatus[] = [
      ["A", { state: "OK", labels: { b: 1 } }],
      ["C", { state: "RED" }],
    ];
    const { text } = await render(handlers, { repeatMetadata: true });
    expect(text).toBe(
      `${METADATA}svc_status{name="A"} 0\nsvc_status{name="A_b"} 1\n${METADATA}svc_status{name="C"} 2\n`,
    );
  });

  test("has the type unknown in OpenMetrics, and never repeats the metadata there", async () => {
    const handlers: NamedStatus[] = [
      ["A", { state: "OK" }],
      ["B", { state: "OK" }],
    ];
    const { text } = await render(handlers, { openMetrics: true, repeatMetadata: true });
    expect(text).toBe(`${HELP}# TYPE svc_status unknown\nsvc_status{name="A"} 0\nsvc_status{name="B"} 0\n`);
  });

  test("escapes backslashes and quotes in names, and line feeds in labels", async () => {
    const { text } = await render([[String.raw`C:\temp "x"`, { state: "OK", labels: { "a\nb": 1 } }]]);
    expect(text).toBe(
      String.raw`${METADATA}svc_status{name="C:\\temp \"x\""} 0
svc_status{name="C:\\temp \"x\"_a\nb"} 1
`,
    );
  });

  test("writes names beyond ASCII as they are, sorted by code point", async () => {
    const { text } = await render([
      ["\u{1f600}", { state: "OK" }],
      ["\uff21", { state: "OK" }],
      ["Größe", { state: "OK" }],
    ]);
    expect(text).toBe(
      `${METADATA}svc_status{name="Größe"} 0\nsvc_status{name="\uff21"} 0\nsvc_status{name="\u{1f600}"} 0\n`,
    );
  });

  test.each([
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "+Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
    [-0, "0"],
    [1e21, "1e+21"],
    [5e-324, "5e-324"],
    [-1.5, "-1.5"],
  ])("writes the value %d as %s", async (value, written) => {
    const { text } = await render([["A", { state: "OK", labels: { b: value } }]]);
    expect(text).toBe(`${METADATA}svc_status{name="A"} 0\nsvc_status{name="A_b"} ${written}\n`);
    expect(parseExposition(text, "0.0.4")[0]?.samples[1]?.value).toBe(value === 0 ? 0 : value);
  });

  test.each([
    ["a text", "not a dict"],
    ["an array", [1, 2]],
    ["null", null],
    ["empty", {}],
    ["an object with texts only", { a: "7", b: null, c: true }],
  ])("shows no labels where they are %s", async (_, labels) => {
    const { text } = await render([["A", { state: "OK", labels }]]);
    expect(text).toBe(`${METADATA}svc_status{name="A"} 0\n`);
  });

  test("leaves out a label whose series is a handler's, whichever was registered first", async () => {
    const label: NamedStatus = ["A", { state: "OK", labels: { b: 7 } }];
    const handler: NamedStatus = ["A_b", { state: "RED" }];
    const expected = {
      text: `${METADATA}svc_status{name="A"} 0\nsvc_status{name="A_b"} 2\n`,
      leftOut: ["A_b"],
    };
    expect(await render([label, handler])).toEqual(expected);
    expect(await render([handler, label])).toEqual(expected);
  });

  test("leaves out the later of two labels that would be one series", async () => {
    const { text, leftOut } = await render([
      ["A_b", { state: "OK", labels: { c: 2 } }],
      ["A", { state: "OK", labels: { b_c: 1 } }],
    ]);
    expect(text).toBe(
      `${METADATA}svc_status{name="A"} 0\nsvc_status{name="A_b_c"} 1\nsvc_status{name="A_b"} 0\n`,
    );
    expect(leftOut).toEqual(["A_b_c"]);
  });

  test("replaces halves of surrogate pairs, and sees that two of them become one series", async () => {
    const { text, leftOut } = await render([
      ["A", { state: "OK", labels: { "\ud800": 1, "\udfff": 2, "\ufffd": 3 } }],
    ]);
    expect(text).toBe(`${METADATA}svc_status{name="A"} 0\nsvc_status{name="A_\ufffd"} 1\n`);
    expect(leftOut).toEqual(["A_\ufffd", "A_\ufffd"]);
  });

  test("has no labels where details are refused", async () => {
    const { text } = await render([["A", { state: "OK", labels: { marker: 7 } }]], { details: false });
    expect(text).toBe(`${METADATA}svc_status{name="A"} 0\n`);
  });

  test("holds 1,000 handlers", async () => {
    const handlers = Array.from({ length: 1_000 }, (_, index): NamedStatus => [`H${index}`, { state: "OK" }]);
    const [family] = parseExposition((await render(handlers)).text, "0.0.4");
    expect(family?.samples).toHaveLength(1_000);
  });

  test.each(["0.0.4", "openmetrics"] as const)(
    "is always valid %s with each handler in it and no series twice, whatever names and labels there are",
    async (exposition) => {
      const labels = fc.dictionary(arbitraryText(), fc.oneof(fc.double(), fc.integer()));
      const handlers = fc.uniqueArray(
        fc.tuple(arbitraryName(), fc.constantFrom("OK", "YELLOW", "RED"), labels),
        {
          selector: ([name]) => name,
          maxLength: 8,
        },
      );
      await fc.assert(
        fc.asyncProperty(handlers, async (reported) => {
          const openMetrics = exposition === "openmetrics";
          const { text, leftOut } = await render(
            reported.map(([name, state, handlerLabels]) => [name, { state, labels: handlerLabels }]),
            { openMetrics },
          );
          const [family, ...others] = parseExposition(openMetrics ? `${text}# EOF\n` : text, exposition);
          const samples = new Map(family?.samples.map(({ labels: { name }, value }) => [name, value]));
          expect(others).toEqual([]);
          for (const [name, state] of reported) {
            expect(samples.get(name)).toBe({ OK: 0, YELLOW: 1, RED: 2 }[state]);
          }
          const series = reported.reduce((sum, [, , own]) => sum + 1 + Object.keys(own).length, 0);
          expect(samples.size + leftOut.length).toBe(series);
        }),
      );
    },
  );
});
