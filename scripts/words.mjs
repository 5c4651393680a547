// Looks for forms that make texts hard to read (CONTRIBUTING.md, "English") in pages, comments and strings.
// "npm run lint" runs it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { textsOf } from "./words/texts.mjs";
import { WORDS } from "./words/words.mjs";

/** Titles and comments of tests are not checked. */
const SKIPPED = /^test\//;

/** Correct texts in which a form is found. */
const ALLOWED = [
  { file: "scripts/words/words.mjs", why: "it names the forms" },
  { file: "test/scripts/words.test.ts", why: "it tests them" },
  { file: "LICENSE", why: "a legal text" },
];

const root = join(import.meta.dirname, "..");

/** The findings in the text of a file: line, form, and better words. */
export function findWords(file, content) {
  return textsOf(file, content).flatMap(({ text, line }) =>
    WORDS.flatMap(({ name, pattern, good }) =>
      [...text.matchAll(new RegExp(pattern, "gm"))].map((match) => ({
        line: line + (text.slice(0, match.index).match(/\n/g)?.length ?? 0),
        name,
        found: match[0].trim(),
        good,
      })),
    ),
  );
}

function listFiles() {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((file) => /\.(?:md|ts|mjs|css|ya?ml)$/.test(file) && !SKIPPED.test(file))
    .filter((file) => !ALLOWED.some((allowed) => allowed.file === file));
}

function main() {
  for (const file of listFiles())
    for (const { line, name, found, good } of findWords(file, readFileSync(join(root, file), "utf8"))) {
      console.error(`${file}:${line}: ${name}: "${found}"; better: ${good}`);
      process.exitCode = 1;
    }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
