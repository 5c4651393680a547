import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { publication } from "../support/publication.ts";

const { apply, REPOSITORY_URL, restore, toManifest, toPackedPage, toShortExports, withoutTools } =
  publication;

const root = join(import.meta.dirname, "../..");
const FILES = ["package.json", "README.md"] as const;
const URL = "https://host.test/owner/svc-status";

/** A folder with the files that are packed. */
function copyFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-publication-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of FILES) cpSync(join(root, file), join(folder, file));
  return folder;
}

function readAll(folder: string): string[] {
  return FILES.map((file) => readFileSync(join(folder, file), "utf8"));
}

/** The targets of links and images. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, "");
  return [...prose.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
}

describe("a packed page", () => {
  const page = [
    "[HTTP](docs/http.md#options), [below](#below), [more](https://nodejs.org/), [changes](CHANGELOG.md)",
    "",
    "![The page](docs/images/page.png)",
    "",
    "[![A badge](docs/images/badge.svg)](docs/page.md)",
    "",
    "```md",
    "[code](docs/http.md)",
    "```",
    "",
  ].join("\n");

  test("links to the files of the repository at the tag of its version", () => {
    expect(toPackedPage(page, { repositoryUrl: URL, version: "1.2.3" }).split("\n")).toEqual([
      `[HTTP](${URL}/blob/v1.2.3/docs/http.md#options), [below](#below), [more](https://nodejs.org/), [changes](${URL}/blob/v1.2.3/CHANGELOG.md)`,
      "",
      `![The page](${URL}/raw/v1.2.3/docs/images/page.png)`,
      "",
      `[![A badge](${URL}/raw/v1.2.3/docs/images/badge.svg)](${URL}/blob/v1.2.3/docs/page.md)`,
      "",
      "```md",
      "[code](docs/http.md)",
      "```",
      "",
    ]);
  });

  test("has only links that work without a repository", () => {
    expect(toPackedPage(page, { repositoryUrl: undefined, version: "1.2.3" }).split("\n")).toEqual([
      "HTTP, [below](#below), [more](https://nodejs.org/), changes",
      "",
      "```md",
      "[code](docs/http.md)",
      "```",
      "",
    ]);
  });
});

test("a packed page has tables without the padding that aligns their source", () => {
  const table = [
    "| library | for   |",
    "| ------- | ----- |",
    "| a       | `b  c` |",
    "",
    "```sh",
    "| x   | -----",
    "```",
    "",
  ].join("\n");
  expect(toPackedPage(table, { repositoryUrl: undefined, version: "1.2.3" })).toBe(
    table.replace("------- | -----", "--- | ---").replace("for   |", "for |").replace("a       |", "a |"),
  );
});

test.each([
  [URL, ["## Try the demo"]],
  // Without a repository, the pages that this section lists have no address.
  [undefined, ["## Try the demo", "## Documentation"]],
])("the packed README of %s has no section that readers cannot use", (repositoryUrl, useless) => {
  const page = readFileSync(join(root, "README.md"), "utf8");
  const packed = toPackedPage(page, { repositoryUrl, version: "1.2.3" });
  const sectionsOf = (text: string): string[] => text.match(/^## .*/gm) ?? [];
  expect(sectionsOf(page)).toEqual(expect.arrayContaining(useless));
  expect(sectionsOf(packed)).toEqual(sectionsOf(page).filter((title) => !useless.includes(title)));
  const titles = [...packed.matchAll(/^#+ (.*)/gm)].map(([, title = ""]) => title);
  const anchors = titles.map((title) => `#${title.toLowerCase().replaceAll(" ", "-")}`);
  expect(linksOf(packed).filter((link) => link.startsWith("#") && !anchors.includes(link))).toEqual([]);
});

describe("package.json", () => {
  test("exports a file alone if its declaration is next to it", () => {
    const sentinel = { types: "./a.d.ts", module: "./a.mjs", default: "./a.js" };
    const worker = { types: "./worker.d.ts", default: "./thread.js" };
    expect(
      toShortExports({
        ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
        "./sentinel": sentinel,
        "./worker": worker,
        "./package.json": "./package.json",
      }),
    ).toEqual({
      ".": "./dist/index.js",
      "./sentinel": sentinel,
      "./worker": worker,
      "./package.json": "./package.json",
    });
  });

  test("names the repository, the home page and the issues", () => {
    expect(toManifest({ name: "svc-status" }, URL)).toEqual({
      name: "svc-status",
      repository: { type: "git", url: `git+${URL}.git` },
      homepage: `${URL}#readme`,
      bugs: { url: `${URL}/issues` },
    });
  });

  test("names none of them without a repository", () => {
    expect(toManifest({ name: "svc-status" }, undefined)).toEqual({ name: "svc-status" });
  });

  test("has no tools of this repository when it is packed, and the scripts that npm still runs then", () => {
    const scripts = { test: "vitest", postpack: "restore", postpublish: "restore" };
    expect(withoutTools({ name: "svc-status", scripts, devDependencies: { vitest: "1.0.0" } })).toEqual({
      name: "svc-status",
      scripts: { postpack: "restore", postpublish: "restore" },
    });
  });

  test("has them from scripts/publication.mjs alone", () => {
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as object;
    for (const field of ["repository", "homepage", "bugs"]) expect(manifest).not.toHaveProperty(field);
  });
});

describe("packing", () => {
  test("changes the files, and restores them byte by byte", () => {
    const folder = copyFiles();
    const originals = readAll(folder);
    apply(folder, URL);
    const packed = readAll(folder);
    for (const [index, text] of packed.entries()) expect(text).not.toBe(originals[index]);
    restore(folder);
    expect(readAll(folder)).toEqual(originals);
    expect(readdirSync(folder).sort()).toEqual([...FILES].sort());
  });

  test("starts from the originals if it was interrupted before", () => {
    const folder = copyFiles();
    const originals = readAll(folder);
    apply(folder, URL);
    const packed = readAll(folder);
    apply(folder, URL);
    expect(readAll(folder)).toEqual(packed);
    restore(folder);
    restore(folder);
    expect(readAll(folder)).toEqual(originals);
  });

  test("leaves only links that lead somewhere in the tarball, or into the repository that was set", () => {
    const folder = copyFiles();
    apply(folder);
    const [, ...pages] = readAll(folder);
    const dead = pages
      .flatMap(linksOf)
      .filter((link) => !/^(?:#|https:\/\/|README\.md(?:#|$)|LICENSE$)/.test(link));
    expect(dead).toEqual([]);
  });

  test("ships no placeholder for an address", () => {
    const folder = copyFiles();
    apply(folder);
    for (const text of readAll(folder))
      expect(text).not.toMatch(
        /\b(?:OWNER|YOUR-\w+|TODO|FIXME)\b|github\.com\/(?:owner|user|org)\b|undefined\//,
      );
  });
});

test("the constant is undefined, or an https address without a final slash", () => {
  expect(REPOSITORY_URL ?? "https://host.test/owner/name").toMatch(/^https:\/\/[^\s/]+\/[^\s]*[^\s/]$/);
});
