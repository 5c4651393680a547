import { copyFile, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { expect, inject, onTestFinished, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { publication } from "../support/publication.ts";
import { run } from "../support/run.ts";
import { MODULE_ENTRIES } from "./entries.ts";

// The goals are in bench/install.mjs, and docs/benchmarks.md shows which one is missed. These are the sizes of
// today: a change that needs more has to say so here.
const MAX_BYTES = 289_000;
const MAX_UNPACKED_BYTES = 800_000;

/**
 * Programs and the thread show the messages of their errors, never their stack traces. Pages call no code of an
 * application, and the log shows only the message of an error in one.
 */
const SHOWS_NO_STACK =
  /^dist\/(?:cli\/|cli\.js$|(?:http|fleet)\/page(?:\/|\.js$)|sentinel\/svc-status-sentinel\.js$)/;

const root = join(import.meta.dirname, "../..");
const { tarball, size, unpackedSize, files, consumer } = inject("packed");

test(`is at most ${MAX_BYTES} bytes`, () => {
  expect(size).toBeLessThanOrEqual(MAX_BYTES);
});

test(`is at most ${MAX_UNPACKED_BYTES} bytes when it is unpacked`, () => {
  expect(unpackedSize).toBeLessThanOrEqual(MAX_UNPACKED_BYTES);
});

test(`is at most ${MAX_UNPACKED_BYTES} bytes with the links of a repository, too`, async () => {
  const unlinked = await sizeOfPages(undefined);
  const linked = await sizeOfPages(`https://github.com/${"o".repeat(20)}/svc-status`);
  expect(linked).toBeGreaterThan(unlinked);
  expect(unpackedSize - unlinked + linked).toBeLessThanOrEqual(MAX_UNPACKED_BYTES);
});

/** Bytes of the packed files that link to a repository. */
async function sizeOfPages(repositoryUrl: string | undefined): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "svc-status-pages-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const pages = ["package.json", "README.md"].map((file) => [join(root, file), join(folder, file)] as const);
  await Promise.all(pages.map(([from, to]) => copyFile(from, to)));
  publication.apply(folder, repositoryUrl);
  const sizes = await Promise.all(pages.map(([, to]) => stat(to)));
  return sizes.reduce((sum, each) => sum + each.size, 0);
}

test("holds what runs and what a reader needs, nothing else", () => {
  const expected =
    /^(?:dist\/.+\.(?:js|d\.ts)|dist\/sentinel\/index\.mjs|dist\/package\.json|dist\/svc-status\.1\.gz|dist\/cli\/serve\/config\.schema\.json|README\.md|LICENSE|package\.json)$/;
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

test("shows the names of the functions that an error passed through", async () => {
  const program = `
    const { addStatusHandler, getReport } = require("svc-status");
    const { serviceStatus } = require("svc-status/node");
    Error.stackTraceLimit = 20;
    const showStack = ({ stack }) => console.log(stack);
    try { serviceStatus({ svcStatus: { path: "no-slash" } }); } catch (error) { showStack(error); }
    addStatusHandler("Queue", () => { showStack(new Error("asked")); return { state: "OK" }; });
    void getReport();`;
  const { stdout } = await run(process.execPath, ["--eval", program], consumer);
  const called = [...stdout.matchAll(/^ +at (?:async )?(\S+) \(.*node_modules/gm)].map(([, name]) => name);
  const expected = ["readOptions", "resolveOptions", "createStatusService", "serviceStatus"];
  expect(called).toEqual(expect.arrayContaining([...expected, "callHandler", "runHandlers", "getReport"]));
});

test("a wrong option that nobody catches shows one statement, and the line of the application", async () => {
  const program = `
    const { serviceStatus } = require("svc-status/node");
    function startApplication() { serviceStatus({ svcStatus: { prometheus: { extended: "yes" } } }); }
    startApplication();`;
  const { stderr } = await run(process.execPath, ["--eval", program], consumer);
  expect(stderr).toContain('TypeError: svcStatus.prometheus.extended: expected true or false, got "yes"');
  expect(stderr).toMatch(/at startApplication \(/);
  expect(stderr.length).toBeLessThan(3_000);
});

test("keeps the name of every function and class in every file that can show a stack", async () => {
  const sources = await readdir(join(root, "src"), { recursive: true });
  const texts = await Promise.all(
    sources.filter((file) => file.endsWith(".ts")).map((file) => readFile(join(root, "src", file), "utf8")),
  );
  const words = new Set(texts.join("\n").match(/[$\w]+/g));
  const names = await Promise.all(
    files
      .filter((file) => file.endsWith(".js") && !SHOWS_NO_STACK.test(file))
      .map(async (file) => {
        const code = await readFile(join(consumer, "node_modules/svc-status", file), "utf8");
        return functionNamesOf(parseAst(code));
      }),
  );
  expect(names.flat().length).toBeGreaterThan(1_000);
  // Two functions of one name get a number in a joined file; "__" is a helper of the bundler.
  const isUnknown = (name: string): boolean =>
    !name.startsWith("__") && !words.has(name.replace(/\$\d+$/, ""));
  expect(names.flat().filter(isUnknown)).toEqual([]);
  expect(names.flat().filter((name) => name.length === 1)).toEqual([]);
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

/** What a parser calls a function or class, and a variable that holds one. */
interface Named {
  readonly type?: string;
  readonly id?: { readonly name?: string } | null;
  readonly init?: { readonly type?: string; readonly id?: unknown } | null;
}

const NAMED = /^(?:Function|Class)/;
const UNNAMED = /^(?:ArrowFunction|Function|Class)Expression$/;

/** The names of all functions and classes in a part of a program, as a stack trace shows them. */
function functionNamesOf(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type = "", id, init } = node as Named;
  const takesName = UNNAMED.test(init?.type ?? "") && (init?.id ?? undefined) === undefined;
  const name = NAMED.test(type) || takesName ? id?.name : undefined;
  return [...(name === undefined ? [] : [name]), ...Object.values(node).flatMap(functionNamesOf)];
}
