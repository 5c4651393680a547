import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createJsonRenderer, renderJson } from "../../src/formats/json.ts";
import { arbitraryName } from "../support/arbitrary.ts";
import { type NamedStatus, reportOf } from "../support/registry.ts";

const OPEN = { details: true };

async function render(...handlers: readonly NamedStatus[]): Promise<string> {
  return renderJson(await reportOf(...handlers), OPEN);
}

describe("json", () => {
  test("is an empty object when there are no handlers", async () => {
    expect(await render()).toBe("{}");
  });

  test("is exactly what the handlers reported, in order of registration, without white space", async () => {
    const text = await render(
      ["UserService", { state: "RED", detail: "Service not available" }],
      ["DatabaseConnection", { state: "OK" }],
      ["Queue", { detail: "long", state: "YELLOW", labels: { jobs: 7 }, since: [1, null, { a: true }] }],
    );
    expect(text).toBe(
      '{"UserService":{"state":"RED","detail":"Service not available"},"DatabaseConnection":{"state":"OK"},' +
        '"Queue":{"detail":"long","state":"YELLOW","labels":{"jobs":7},"since":[1,null,{"a":true}]}}',
    );
  });

  test("keeps names that are special to JavaScript, in their place", async () => {
    const names = ["b", "10", "__proto__", "2", "constructor", "toString", "a"];
    const text = await render(...names.map((name) => [name, { state: "OK" }] as const));
    expect(text).toBe(`{${names.map((name) => `"${name}":{"state":"OK"}`).join(",")}}`);
  });

  test("keeps a property that is special to JavaScript", async () => {
    const status = JSON.parse('{"state":"OK","constructor":1,"toString":2,"hasOwnProperty":3}');
    expect(await render(["A", status])).toBe(
      '{"A":{"state":"OK","constructor":1,"toString":2,"hasOwnProperty":3}}',
    );
  });

  test("writes names and values in printable ASCII, with the escapes the original writes", async () => {
    const text = await render([
      "Größe",
      { state: "OK", detail: '数据 😀 \u007f \u0085 \u2028 "\\/\b\f\n\r\t\u001b' },
    ]);
    expect(text).toBe(
      String.raw`{"Gr\u00f6\u00dfe":{"state":"OK","detail":"\u6570\u636e \ud83d\ude00 \u007f \u0085 \u2028 \"\\/\b\f\n\r\t\u001b"}}`,
    );
  });

  test("shows the state and nothing else where details are refused", async () => {
    const report = await reportOf([
      "A",
      { state: "RED", detail: "marker", labels: { marker: 7 }, marker: 1 },
    ]);
    expect(renderJson(report, { details: false })).toBe('{"A":{"state":"RED"}}');
  });

  test("shows a failed handler with its state and the reason in words", async () => {
    expect(await render(["A", "banana"])).toBe(
      String.raw`{"A":{"state":"RED","detail":"returned \"banana\" instead of a status"}}`,
    );
  });

  test("is ASCII and reads back as what was reported, whatever that was", async () => {
    const properties = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), {
      noNullPrototype: true,
    });
    const states = fc.constantFrom("OK", "YELLOW", "RED");
    const handlers = fc.uniqueArray(fc.tuple(arbitraryName(), states, properties), {
      selector: ([name]) => name,
    });
    await fc.assert(
      fc.asyncProperty(handlers, async (reported) => {
        const statuses = reported.map(([name, state, further]): NamedStatus => [name, { ...further, state }]);
        const text = await render(...statuses);
        expect(text).toMatch(/^[ -~]*$/);
        const read = JSON.parse(text) as Record<string, unknown>;
        expect(Object.keys(read).sort()).toEqual(statuses.map(([name]) => name).sort());
        for (const [name, status] of statuses) {
          expect(Object.getOwnPropertyDescriptor(read, name)?.value).toEqual(
            JSON.parse(JSON.stringify(status)),
          );
        }
      }),
    );
  });
});

describe("a renderer that remembers what it wrote last", () => {
  const answers = [
    { state: "OK" },
    { state: "RED", detail: "é" },
    { state: "OK", labels: { a: 1 } },
  ] as const;
  const handlers = fc.uniqueArray(
    fc.tuple(fc.constantFrom("a", "b", "__proto__"), fc.constantFrom(...answers)),
    {
      selector: ([name]) => name,
    },
  );

  test("writes the same as one that does not, whatever came before", async () => {
    const reports = fc.array(fc.tuple(handlers, fc.boolean()), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(reports, async (sequence) => {
        const remembering = createJsonRenderer();
        for (const [statuses, details] of sequence) {
          const report = await reportOf(...statuses);
          expect(remembering(report, { details })).toBe(renderJson(report, { details }));
          expect(remembering(report, { details })).toBe(renderJson(report, { details }));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("writes a status that has changed", async () => {
    const renderReport = createJsonRenderer();
    renderReport(await reportOf(["a", { state: "OK" }]), OPEN);
    expect(renderReport(await reportOf(["a", { state: "RED" }]), OPEN)).toBe('{"a":{"state":"RED"}}');
  });

  test("does not write a handler again whose status is the same", async () => {
    const renderReport = createJsonRenderer();
    const { entries, ...report } = await reportOf(["a", { state: "OK" }]);
    let reads = 0;
    const counted = entries.map((entry) =>
      Object.defineProperty({ ...entry }, "name", {
        get() {
          reads += 1;
          return entry.name;
        },
      }),
    );
    for (const details of [true, false, true, false])
      renderReport({ ...report, entries: counted }, { details });
    // Each report compares the name. The first one with details, and the first one without, write it too.
    expect(reads).toBe(4 + 2);
  });
});
