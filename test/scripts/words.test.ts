import { describe, expect, test } from "vitest";

interface Finding {
  readonly line: number;
  readonly name: string;
  readonly found: string;
}

interface Word {
  readonly name: string;
  readonly pattern: string;
  readonly bad: string;
  readonly good: string;
}

const { findWords }: { findWords(file: string, content: string): readonly Finding[] } = await import(
  new URL("../../scripts/words.mjs", import.meta.url).href
);
const { WORDS }: { WORDS: readonly Word[] } = await import(
  new URL("../../scripts/words/words.mjs", import.meta.url).href
);

describe("each form", () => {
  test.each(WORDS.map(({ name, bad, pattern }) => [name, bad, pattern] as const))(
    "%s is found: %s",
    (_name, bad, pattern) => {
      expect(bad).toMatch(new RegExp(pattern, "m"));
    },
  );

  test.each(WORDS.map(({ good }) => good))("is not found in what is better: %s", (good) => {
    expect(findWords("page.md", good)).toEqual([]);
  });
});

test.each([
  "Who can see what",
  "## Who may change the probe",
  "What to change",
  "What does `--fall` mean? It is a number.",
  "People who ask for details get them.",
  "The folder where the tests are",
  "Where does it run? On Node.js.",
  "Do not send any more requests than this.",
  "There are so many handlers that the page folds them.",
  "It returns as long as the lock is held.",
  "`stands in` and [a link](docs/beside.md) are code.",
  "It stands for your database client.",
  "He tells them apart.",
])("finds nothing in what is right: %s", (text) => {
  expect(findWords("page.md", text)).toEqual([]);
});

test("names the line, in pages without their code", () => {
  const page = "# A page\n\n```js\nconst beside = 1;\n```\n\nIt is\nbeside `beside` it.\n";
  expect(findWords("page.md", page)).toEqual([
    { line: 8, name: "an archaic word", found: "beside", good: "next to, together with" },
  ]);
});

test("reads comments and strings of sources, and no names", () => {
  const source = [
    "/**",
    " * The reason stands in the report.",
    " * `anew` is code.",
    " */",
    'const anew = "anew"; // starts anew',
    "throw new Error(`nobody asks any more`);",
    "const url = 'http://anew/';",
    "",
  ].join("\n");
  expect(findWords("source.ts", source).map(({ line, found }) => [line, found])).toEqual([
    [2, "stands in"],
    [5, "anew"],
    [6, "any more"],
  ]);
});
