// Looks for forms that make texts hard to read (CONTRIBUTING.md, "English") in pages, comments and strings.
// "npm run lint" runs it. With --all, it also counts the findings in files that are not checked yet.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { textsOf } from "./words/texts.mjs";
import { WORDS } from "./words/words.mjs";

/**
 * The files that are checked so far, and folders with a final slash. Add a folder when it has been rewritten.
 * Remove the list when all have been.
 */
const CHECKED = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ".github/",
  "docs/kubernetes.md",
  "docs/faq.md",
];

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
    .filter(
      (file) => /\.(?:md|ts|mjs|css|ya?ml)$/.test(file) && !/^test\/(?:package\/api|parity)\//.test(file),
    )
    .filter((file) => !ALLOWED.some((allowed) => allowed.file === file));
}

function isChecked(file) {
  return CHECKED.some((checked) => (checked.endsWith("/") ? file.startsWith(checked) : file === checked));
}

function main(args) {
  const counts = new Map();
  let findings = 0;
  for (const file of listFiles()) {
    const found = findWords(file, readFileSync(join(root, file), "utf8"));
    if (isChecked(file)) {
      findings += found.length;
      for (const { line, name, found: words, good } of found)
        console.error(`${file}:${line}: ${name}: "${words}"; better: ${good}`);
    } else {
      const folder = file.split("/").slice(0, -1).join("/") || ".";
      counts.set(folder, (counts.get(folder) ?? 0) + found.length);
    }
  }
  if (args.includes("--all"))
    for (const [folder, count] of [...counts].sort(([, one], [, other]) => other - one))
      console.log(`${String(count).padStart(5)}  ${folder}`);
  if (findings > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main(process.argv.slice(2));
