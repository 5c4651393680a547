import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { run } from "./support/run.ts";

const root = join(import.meta.dirname, "..");

/** What is true on one machine only; written so that it does not find itself. */
const LOCAL = ["(^|[^.[:alnum:]_])[/]work/", "[.][.]/[s]hared", "[r]egistry.npmjs", "[d]eb.debian"].join("|");

test("no file names a path or a registry of some machine", async () => {
  const outcome = await run("git", ["grep", "--untracked", "-I", "-n", "-E", LOCAL], root);
  expect(outcome).toEqual({ code: 1, stdout: "", stderr: "" }); // 1: searched, and found nothing
});

// npm install leaves out what its registry lacks, and then npm ci refuses the lock file.
test.each(["package-lock.json", "bench/package-lock.json", "mutate/package-lock.json"])(
  "%s lists the optional packages of all platforms",
  (lockFile) => {
    const { packages } = JSON.parse(readFileSync(join(root, lockFile), "utf8")) as {
      packages: Record<string, { optionalDependencies?: object }>;
    };
    const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
  },
);

test("the files in .github are YAML, and the workflow of each change runs .ci/run", () => {
  const folder = join(root, ".github");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".yml"),
  );
  const parsed = Object.fromEntries(
    files.map((file) => [file, parse(readFileSync(join(folder, file), "utf8")) as unknown]),
  );
  expect(Object.keys(parsed).sort()).toEqual([
    "ISSUE_TEMPLATE/bug.yml",
    "ISSUE_TEMPLATE/config.yml",
    "ISSUE_TEMPLATE/proposal.yml",
    "workflows/ci.yml",
    "workflows/release.yml",
  ]);
  expect(parsed["workflows/ci.yml"]).toMatchObject({
    on: { push: { branches: ["main"] } },
    jobs: { test: { steps: expect.arrayContaining([{ run: "bash .ci/run" }]) } },
  });
});

test("benchmarks import from dist only what the package exports", async () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Record<string, string | { readonly default: string }>;
  };
  const entries = Object.values(exports).map((entry) => (typeof entry === "string" ? entry : entry.default));
  const { stdout } = await run("git", ["grep", "-hoE", 'from "[./]+/dist/[^"]+"', "--", "bench/*.mjs"], root);
  const imported = [...stdout.matchAll(/dist\/[^"]+/g)].map(([path]) => `./${path}`);
  expect(imported.length).toBeGreaterThan(5);
  expect(imported.filter((path) => !entries.includes(path))).toEqual([]);
});
