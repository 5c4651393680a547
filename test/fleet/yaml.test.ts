import { expect, test } from "vitest";
import { toYaml } from "../../src/fleet/yaml.ts";

test("quotes every text, so that none is a number, a date, a list or a comment", () => {
  const tree = {
    a: "1",
    b: "no",
    c: "2026-11-27",
    d: "- x # y",
    e: 'q"\\\n\u0007',
    f: "",
    "g h": 1,
    i: true,
  };
  expect(toYaml(tree)).toBe(`a: "1"
b: "no"
c: "2026-11-27"
d: "- x # y"
e: "q\\"\\\\\\n\\u0007"
f: ""
"g h": 1
i: true
`);
});

test("indents what is nested, and writes what is empty in one line", () => {
  const tree = {
    groups: [{ name: "x", rules: [{ a: 1, b: ["c", "d"] }, [1, 2]] }],
    none: [],
    nothing: {},
    gone: undefined,
  };
  expect(toYaml(tree)).toBe(`groups:
  - name: "x"
    rules:
      - a: 1
        b:
          - "c"
          - "d"
      - - 1
        - 2
none: []
nothing: {}
`);
});
