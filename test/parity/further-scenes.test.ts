import { describe, expect, test } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe } from "../../src/core/probe.ts";
import { serve } from "../support/http.ts";
import { type NamedStatus, registryOf } from "../support/registry.ts";

interface Scene {
  readonly handlers: readonly NamedStatus[];
  /** As the original writes it: name, state and detail by tabs, sorted by name, joined by newlines. */
  readonly csv: string;
  /** As the original writes it: Python's `json.dumps` with compact separators, in order of registration. */
  readonly json: string;
  /** As the original writes it: sorted by name, HELP and TYPE before each, labels in the handler's own order. */
  readonly prometheus: readonly (readonly string[])[];
}

const METADATA = "# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED\n# TYPE svc_status untyped\n";

/** Not recorded, but written by hand after what the original does with them. */
const SCENES: Readonly<Record<string, Scene>> = {
  "names beyond ASCII": {
    handlers: [
      ["Zürich", { state: "OK", detail: "läuft" }],
      ["数据库", { state: "RED", detail: "无法连接" }],
      ["Ägypten", { state: "YELLOW" }],
      ["Zoo", { state: "OK" }],
    ],
    csv: "Zoo\tOK\t\nZürich\tOK\tläuft\nÄgypten\tYELLOW\t\n数据库\tRED\t无法连接",
    json: String.raw`{"Z\u00fcrich":{"state":"OK","detail":"l\u00e4uft"},"\u6570\u636e\u5e93":{"state":"RED","detail":"\u65e0\u6cd5\u8fde\u63a5"},"\u00c4gypten":{"state":"YELLOW"},"Zoo":{"state":"OK"}}`,
    prometheus: [
      ['svc_status{name="Zoo"} 0'],
      ['svc_status{name="Zürich"} 0'],
      ['svc_status{name="Ägypten"} 1'],
      ['svc_status{name="数据库"} 2'],
    ],
  },
  "an emoji behind a full-width letter, as code points sort and UTF-16 does not": {
    handlers: [
      ["\u{1f600}", { state: "OK", detail: "\u{1f680}" }],
      ["\uff21", { state: "RED" }],
      ["\ud7ff", { state: "OK" }],
    ],
    csv: "\ud7ff\tOK\t\n\uff21\tRED\t\n\u{1f600}\tOK\t\u{1f680}",
    json: String.raw`{"\ud83d\ude00":{"state":"OK","detail":"\ud83d\ude80"},"\uff21":{"state":"RED"},"\ud7ff":{"state":"OK"}}`,
    prometheus: [
      ['svc_status{name="\ud7ff"} 0'],
      ['svc_status{name="\uff21"} 2'],
      ['svc_status{name="\u{1f600}"} 0'],
    ],
  },
  "quotes and slashes in details": {
    handlers: [["A", { state: "RED", detail: 'said "no" to C:\\temp </script>' }]],
    csv: 'A\tRED\tsaid "no" to C:\\temp </script>',
    json: String.raw`{"A":{"state":"RED","detail":"said \"no\" to C:\\temp </script>"}}`,
    prometheus: [['svc_status{name="A"} 2']],
  },
  "numbers as details": {
    handlers: [
      ["A", { state: "OK", detail: 7 }],
      ["B", { state: "OK", detail: 0 }],
      ["C", { state: "OK", detail: 0.5 }],
      ["D", { state: "OK", detail: 1e21 }],
    ],
    csv: "A\tOK\t7\nB\tOK\t0\nC\tOK\t0.5\nD\tOK\t1e+21",
    json: '{"A":{"state":"OK","detail":7},"B":{"state":"OK","detail":0},"C":{"state":"OK","detail":0.5},"D":{"state":"OK","detail":1e+21}}',
    prometheus: [
      ['svc_status{name="A"} 0'],
      ['svc_status{name="B"} 0'],
      ['svc_status{name="C"} 0'],
      ['svc_status{name="D"} 0'],
    ],
  },
  "labels in the handler's own order, with fractions and signs": {
    handlers: [
      ["B", { state: "YELLOW", labels: { z: 0.1, a: -1.5, m: 1e21, "größer als": 1000000 } }],
      ["A", { state: "OK", labels: { ratio: 0.30000000000000004, zero: 0 } }],
    ],
    csv: "A\tOK\t\nB\tYELLOW\t",
    json: String.raw`{"B":{"state":"YELLOW","labels":{"z":0.1,"a":-1.5,"m":1e+21,"gr\u00f6\u00dfer als":1000000}},"A":{"state":"OK","labels":{"ratio":0.30000000000000004,"zero":0}}}`,
    prometheus: [
      [
        'svc_status{name="A"} 0',
        'svc_status{name="A_ratio"} 0.30000000000000004',
        'svc_status{name="A_zero"} 0',
      ],
      [
        'svc_status{name="B"} 1',
        'svc_status{name="B_z"} 0.1',
        'svc_status{name="B_a"} -1.5',
        'svc_status{name="B_m"} 1e+21',
        'svc_status{name="B_größer als"} 1000000',
      ],
    ],
  },
  "further properties, in their order": {
    handlers: [
      [
        "A",
        {
          since: "2026-01-01",
          state: "YELLOW",
          nested: { list: [1, null, true, "x"], empty: {} },
          detail: "d",
          none: null,
        },
      ],
    ],
    csv: "A\tYELLOW\td",
    json: '{"A":{"since":"2026-01-01","state":"YELLOW","nested":{"list":[1,null,true,"x"],"empty":{}},"detail":"d","none":null}}',
    prometheus: [['svc_status{name="A"} 1']],
  },
  "control characters in json": {
    handlers: [["A", { state: "OK", note: "\u0000\b\f\n\r\t\u001b\u007f\u0080\u2028" }]],
    csv: "A\tOK\t",
    json: String.raw`{"A":{"state":"OK","note":"\u0000\b\f\n\r\t\u001b\u007f\u0080\u2028"}}`,
    prometheus: [['svc_status{name="A"} 0']],
  },
  "names that begin alike, and capitals before small letters": {
    handlers: ["b", "a", "B", "ab", "a b", "a-b", "a.b", "aB"].map(
      (name): NamedStatus => [name, { state: "OK" }],
    ),
    csv: ["B", "a", "a b", "a-b", "a.b", "aB", "ab", "b"].map((name) => `${name}\tOK\t`).join("\n"),
    json: `{${["b", "a", "B", "ab", "a b", "a-b", "a.b", "aB"].map((name) => `"${name}":{"state":"OK"}`).join(",")}}`,
    prometheus: ["B", "a", "a b", "a-b", "a.b", "aB", "ab", "b"].map((name) => [
      `svc_status{name="${name}"} 0`,
    ]),
  },
};

async function serveScene(handlers: readonly NamedStatus[]) {
  const options = {
    registry: registryOf(handlers),
    probe: createProbe(),
    svcStatus: { csv: { detail: true }, prometheus: { repeatMetadata: true } },
    probeStatus: { control: "open" },
  } as const;
  return serve(serviceStatus(options));
}

describe("as the original answers", () => {
  test.each(Object.entries(SCENES))("%s", async (_, { handlers, csv, json, prometheus }) => {
    const { ask } = await serveScene(handlers);
    expect((await ask("/svc_status")).body).toBe(`${csv}\n`);
    expect((await ask("/svc_status.csv")).body).toBe(`${csv}\n`);
    expect((await ask("/svc_status.json")).body).toBe(json);
    expect((await ask("/svc_status.prometheus")).body).toBe(
      prometheus.map((lines) => METADATA + lines.map((line) => `${line}\n`).join("")).join(""),
    );
  });

  test("a dialogue with the probe", async () => {
    const { ask } = await serveScene([]);
    const dialogue: [method: string, query: string, status: number, body: string][] = [
      ["POST", "?body=going%20down%20f%C3%BCr%20heute", 200, "going down für heute"],
      ["GET", "", 503, "going down für heute"],
      ["POST", "?body=ok", 200, "ok"],
      ["GET", "", 503, "ok"],
      ["GET", "?body=OK", 503, "ok"],
      ["HEAD", "", 503, ""],
      ["POST", "", 200, "OK"],
      ["GET", "", 200, "OK"],
    ];
    for (const [method, query, status, body] of dialogue) {
      expect(await ask(`/probe_status${query}`, { method })).toMatchObject({ status, body });
    }
  });
});

describe("otherwise than the original, on purpose:", () => {
  test("names are escaped for Prometheus, which the original breaks with them", async () => {
    const { ask } = await serveScene([['the "best" C:\\', { state: "OK", labels: { 'a"b': 1 } }]]);
    expect((await ask("/svc_status.prometheus")).body).toBe(
      String.raw`${METADATA}svc_status{name="the \"best\" C:\\"} 0
svc_status{name="the \"best\" C:\\_a\"b"} 1
`,
    );
  });

  test.each([
    ["unknown", { state: "PURPLE" }, String.raw`"returned the unknown state \"PURPLE\""`],
    ["missing", { detail: "x" }, '"returned the unknown state undefined"'],
  ])("a state that is %s is RED, and not 0, which is OK", async (_, returns, detail) => {
    const { ask } = await serveScene([["A", returns]]);
    expect((await ask("/svc_status.prometheus")).body).toBe(`${METADATA}svc_status{name="A"} 2\n`);
    expect((await ask("/svc_status.json")).body).toBe(`{"A":{"state":"RED","detail":${detail}}}`);
  });

  test("a handler that throws is RED, and not a 500 that hides the others", async () => {
    const registry = registryOf([["B", { state: "OK" }]]);
    registry.addStatusHandler("A", () => {
      throw new Error("no connection");
    });
    const { ask } = await serve(serviceStatus({ registry }));
    expect(await ask("/svc_status")).toMatchObject({ status: 200, body: "A\tRED\nB\tOK\n" });
  });

  test("HELP and TYPE come once, unless the way of 1.0.0 is asked for", async () => {
    const registry = registryOf([
      ["A", { state: "OK" }],
      ["B", { state: "OK" }],
    ]);
    const { ask } = await serve(serviceStatus({ registry }));
    expect((await ask("/svc_status.prometheus")).body).toBe(
      `${METADATA}svc_status{name="A"} 0\nsvc_status{name="B"} 0\n`,
    );
  });

  test("csv has no detail column, unless the way of 1.0.0 is asked for", async () => {
    const { ask } = await serve(
      serviceStatus({ registry: registryOf([["A", { state: "RED", detail: "x" }]]) }),
    );
    expect((await ask("/svc_status")).body).toBe("A\tRED\n");
  });

  test("a detail stays in its cell of the csv: one line, and no formula", async () => {
    const { ask } = await serveScene([
      ["A", { state: "RED", detail: "one\ntwo\tthree" }],
      ["B", { state: "RED", detail: "=1+1" }],
    ]);
    expect((await ask("/svc_status")).body).toBe("A\tRED\tone two three\nB\tRED\t'=1+1\n");
  });

  test("a boolean detail is written as JavaScript writes it: Python wrote True and False", async () => {
    const { ask } = await serveScene([
      ["A", { state: "RED", detail: false }],
      ["B", { state: "OK", detail: true }],
    ]);
    expect((await ask("/svc_status")).body).toBe("A\tRED\tfalse\nB\tOK\ttrue\n");
  });

  test("the probe's POST needs permission, unless it is opened", async () => {
    const { ask } = await serve(serviceStatus({ probe: createProbe() }));
    const headers = { "x-forwarded-for": "203.0.113.1" };
    expect(await ask("/probe_status?body=OFF", { method: "POST", headers })).toMatchObject({ status: 403 });
    expect(await ask("/probe_status")).toMatchObject({ status: 200, body: "OK" });
  });
});
