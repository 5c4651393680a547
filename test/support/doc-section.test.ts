import { describe, expect, test } from "vitest";
import { parseSections } from "./doc-blocks.ts";
import { checkSection } from "./doc-section.ts";

const SERVER = `
import { createServer } from "node:http";
createServer((request, response) => response.end("hello")).listen(8080);
`;

describe("the runner of the blocks", () => {
  test("compares what a block printed with what is shown", async () => {
    const found = await check(["js", "console.log(1)"], ["text", "2"]);
    expect(found).toEqual([["2\n", "1\n"]]);
  });

  test("finds what was printed and is not shown", async () => {
    const found = await check(["js", "console.log(1)"], ["js", "console.log(2)"]);
    expect(found).toEqual([
      ["", "1\n"],
      ["", "2\n"],
    ]);
  });

  test("finds what was written to standard error", async () => {
    const found = await check(["js", "console.error(1)"]);
    expect(found).toEqual([["", "1\n"]]);
  });

  test("runs the blocks of a section as one program", async () => {
    const found = await check(["js", "let count = 1;"], ["js", "console.log(count += 1)"], ["text", "2"]);
    expect(found).toEqual([["2\n", "2\n"]]);
  });

  test("compares what a server answers with what is shown", async () => {
    const found = await check(["js", SERVER], ["sh", "curl http://localhost:8080/"], ["text", "bye"]);
    expect(found).toEqual([["bye\n", "hello\n"]]);
  });

  test("finds an answer that is not shown", async () => {
    const found = await check(["js", SERVER], ["sh", "curl http://localhost:8080/"]);
    expect(found).toEqual([["", "hello\n"]]);
  });

  test.each<[what: string, why: RegExp, ...[info: string, text: string][]]>([
    ["a program fails", /the program failed: .*\boh\b/s, ["js", "throw new Error('oh')"]],
    ["a language is unknown", /cannot run ts/, ["ts", "let one: number = 1;"]],
    ["a language is missing", /expected a language/, ["", "something"]],
    ["a reason is missing", /expected a language, and "no-run: <why>"/, ["js no-run", "something"]],
    ["an output has nothing that printed it", /nothing was run before/, ["text", "something"]],
    ["no server runs", /nothing listens on port 8080/, ["sh", "curl http://localhost:8080/"]],
    [
      "a server runs on another port",
      /nothing listens on port 8081/,
      ["js", SERVER],
      ["sh", "curl http://localhost:8081/"],
    ],
    [
      "another machine is asked",
      /cannot do http:\/\/example.org/,
      ["js", SERVER],
      ["sh", "curl http://example.org:8080/"],
    ],
    [
      "a shell would change the URL",
      /a shell would change/,
      ["js", SERVER],
      ["sh", "curl http://localhost:8080/?a"],
    ],
    [
      "an option of curl is unknown",
      /cannot do --next/,
      ["js", SERVER],
      ["sh", "curl --next http://localhost:8080/"],
    ],
    ["a script is missing", /no command npm run nothing/, ["sh", "npm run nothing"]],
    ["another package is installed", /no command npm install left-pad/, ["sh", "npm install left-pad"]],
    ["a program is missing", /no command npx no-such-program/, ["sh", "npx no-such-program"]],
    ["a command is unknown", /no command rm -rf node_modules/, ["sh", "npm ci && rm -rf node_modules"]],
  ])("refuses it when %s", async (_what, why, ...blocks) => {
    await expect(check(...blocks)).rejects.toThrow(why);
  });

  test.each([
    ["is indented", "# Title\n\n    code\n"],
    ["stands in a list", "# Title\n\n- item\n\n  ```js\n  code\n  ```\n"],
    ["has no end", "# Title\n\n```js\ncode\n"],
    ["stands before the first heading", "```js\ncode\n```\n"],
  ])("refuses code that %s", (_what, markdown) => {
    expect(() => parseSections(markdown)).toThrow(/^line \d+: /);
  });
});

/** Checks a page that has these blocks. */
async function check(...blocks: [info: string, text: string][]): Promise<[shown: string, came: string][]> {
  const fenced = blocks.map(([info, text]) => `\`\`\`${info}\n${text.trim()}\n\`\`\`\n`);
  const [section] = parseSections(`# Title\n\n${fenced.join("\n")}`);
  if (section === undefined) throw new Error("there is no section");
  const { comparisons } = await checkSection(section);
  return comparisons.map(({ shown, came }) => [shown, came]);
}
