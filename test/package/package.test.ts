import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { expect, inject, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { run } from "../support/run.ts";
import { MODULE_ENTRIES } from "./entries.ts";

const MAX_BYTES = 260_000;
const MAX_UNPACKED_BYTES = 800_000;

const root = join(import.meta.dirname, "../..");
const { tarball, size, unpackedSize, files, consumer } = inject("packed");

test(`is at most ${MAX_BYTES} bytes`, () => {
  expect(size).toBeLessThanOrEqual(MAX_BYTES);
});

test(`is at most ${MAX_UNPACKED_BYTES} bytes when it is unpacked`, () => {
  expect(unpackedSize).toBeLessThanOrEqual(MAX_UNPACKED_BYTES);
});

test("holds what runs and what a reader needs, nothing else", () => {
  const expected =
    /^(?:dist\/.+\.(?:js|d\.ts)|dist\/sentinel\/index\.mjs|dist\/package\.json|dist\/svc-status\.1|dist\/cli\/serve\/config\.schema\.json|README\.md|LICENSE|package\.json)$/;
  expect(files.filter((file) => !expected.test(file))).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(["README.md", "LICENSE", "dist/index.js"]));
});

test("leads TypeScript's older resolution to the same declarations as the newer ones", () => {
  const paths = manifest.typesVersions["*"] as Readonly<Record<string, readonly string[]>>;
  const found = MODULE_ENTRIES.map(([entry]) => {
    const name = entry.slice("./".length);
    const [path = ""] = paths[name] ?? paths[name.replace(/[^/]+$/, "*")] ?? [manifest.types];
    return [entry, path.replace("*", name.replace(/^.*\//, ""))];
  });
  expect(found).toEqual(MODULE_ENTRIES.map(([entry, { types }]) => [entry, types]));
});

test("installs as exactly one package", async () => {
  const installed = await readdir(join(consumer, "node_modules"));
  expect(installed.filter((name) => !name.startsWith("."))).toEqual(["svc-status"]);
});

test("imports itself, Node.js and its optional peers, nothing else", async () => {
  const peers = Object.entries(manifest.peerDependenciesMeta).flatMap(([name, { optional }]) =>
    optional ? [name] : [],
  );
  const imports = await Promise.all(
    files
      .filter((file) => file.endsWith(".js"))
      .map(async (file) => {
        const code = await readFile(join(consumer, "node_modules/svc-status", file), "utf8");
        return importsOf(parseAst(code)).map((name) => ({ file, name }));
      }),
  );
  const isOurs = (name: string): boolean => /^(?:node:|\.\.?\/)/.test(name) || peers.includes(name);
  expect(imports.flat().length).toBeGreaterThan(100);
  expect(imports.flat().filter(({ name }) => !isOurs(name))).toEqual([]);
});

/** Every rule for `require` and `import` alike; the JSON beside the modules has no types. */
const ATTW_OPTIONS = [
  ...["--exclude-entrypoints", "./config.schema.json", "./package.json"],
  ...["--no-definitely-typed", "--format", "ascii"],
];

test.each([
  ["publint", ["run", tarball, "--strict"]],
  ["attw", [tarball, ...ATTW_OPTIONS]],
  ["knip", ["--no-progress"]],
])("satisfies %s", async (tool, args) => {
  const { code, stdout, stderr } = await run(join(root, "node_modules/.bin", tool), args, root);
  expect(code, stdout + stderr).toBe(0);
});

/** A call as the parser describes it. */
interface Call {
  readonly callee?: { readonly name?: string; readonly property?: { readonly name?: string } };
  readonly arguments?: readonly {
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly cooked?: string } }[];
  }[];
}

/** What a part of a program requires, wherever that is in it. */
function importsOf(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { callee, arguments: [argument] = [] } = node as Call;
  const isRequire = callee?.name === "require" || callee?.property?.name === "getBuiltinModule";
  const name = isRequire ? (argument?.value ?? argument?.quasis?.[0]?.value.cooked) : undefined;
  return [...(typeof name === "string" ? [name] : []), ...Object.values(node).flatMap(importsOf)];
}
