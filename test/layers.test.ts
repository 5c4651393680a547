import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };

/** Each imports from those before it. */
const CHAIN = ["util", "options", "core", "metrics", "formats", "http", "adapters"] as const;
type Link = (typeof CHAIN)[number];

/** The layers beside the chain, with the last link of it that they may import. */
const BESIDE: Readonly<Record<string, Link>> = {
  checks: "core",
  passive: "core",
  recorder: "core",
  notify: "core",
  wire: "core",
  cluster: "core",
  testing: "http", // the views without a socket
  drain: "http",
  fleet: "http",
  sentinel: "adapters", // its thread serves all views
};

/** Those that send each other something. */
const WITH_WIRE: readonly string[] = ["cluster", "sentinel"];

/** Layers that also run without Node.js. */
const PORTABLE: readonly string[] = ["util", "options", "core", "formats", "http", "notify"];

/** What the files of each layer, and of src/index.ts, may import beside their own layer. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(CHAIN.map((layer, index) => [layer, CHAIN.slice(0, index)])),
  ...Object.fromEntries(
    Object.entries(BESIDE).map(([layer, last]) => [
      layer,
      [...upTo(last), ...(WITH_WIRE.includes(layer) ? ["wire"] : [])],
    ]),
  ),
  cli: [...CHAIN, ...Object.keys(BESIDE)],
  index: upTo("core"),
};

function upTo(last: Link): readonly string[] {
  return CHAIN.slice(0, CHAIN.indexOf(last) + 1);
}

/** `http` for `http/service.ts`, `index` for `index.ts`. */
function layerOf(file: string): string {
  return file.split(/[/.]/, 1)[0] ?? "";
}

/** The import paths in a source text; comments, which may hold examples, do not count. */
function importsOf(source: string): string[] {
  const code = source.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*$)/gm, "");
  const imports =
    /^\s*(?:import|export)\b[^"';]*\bfrom\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"/gm;
  return [...code.matchAll(imports)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function mayImport(layer: string, other: string): boolean {
  return layer === "cli" || MAY_IMPORT[layer]?.includes(other) === true;
}

/** Why `file` (relative to src) may not import `path`, or undefined when it may. */
function objection(file: string, path: string, peers: readonly string[]): string | undefined {
  const layer = layerOf(file);
  const allowed = MAY_IMPORT[layer];
  if (allowed === undefined) return `"${layer}" is no layer`;
  if (!path.startsWith(".")) return externalObjection(layer, path, peers);
  if (!path.endsWith(".ts")) return "a relative import ends in .ts";
  const target = layerOf(posix.join(posix.dirname(file), path));
  if (target !== layer && !allowed.includes(target))
    return `${layer} may not import ${target || "outside src"}`;
  return undefined;
}

function externalObjection(layer: string, path: string, peers: readonly string[]): string | undefined {
  if (PORTABLE.includes(layer)) return `${layer} runs everywhere: no node: module, no package`;
  if (path.startsWith("node:") || (layer === "adapters" && peers.includes(path))) return undefined;
  return "no package but a peer dependency, and that in an adapter only";
}

/** Files that import each other, directly or through others. */
function findCircles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const left = new Map(imports);
  for (;;) {
    const imported = new Set([...left.values()].flat());
    const free = [...left].filter(
      ([file, targets]) => !imported.has(file) || !targets.some((target) => left.has(target)),
    );
    if (free.length === 0) return [...left.keys()];
    for (const [file] of free) left.delete(file);
  }
}

describe("the sources", () => {
  const src = join(import.meta.dirname, "../src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const peers = Object.keys((manifest as { peerDependencies?: object }).peerDependencies ?? {});

  test("import in the direction of the layers only", () => {
    const found = files.flatMap((file) =>
      importsOf(readFileSync(join(src, file), "utf8"))
        .map((path) => ({ path, why: objection(file, path, peers) }))
        .filter(({ why }) => why !== undefined)
        .map(({ path, why }) => `src/${file} imports "${path}": ${why}`),
    );
    expect(files).toContain("index.ts");
    expect(found).toEqual([]);
  });

  test("do not import each other in circles, not even their types", () => {
    const imports = files.map((file): [string, string[]] => [
      file,
      importsOf(readFileSync(join(src, file), "utf8"))
        .filter((path) => path.startsWith("."))
        .map((path) => posix.join(posix.dirname(file), path)),
    ]);
    expect(findCircles(new Map(imports))).toEqual([]);
  });

  test("are in folders that the map of CONTRIBUTING describes", () => {
    const folders = new Set(files.filter((file) => file.includes("/")).map(layerOf));
    const map = readFileSync(join(src, "../CONTRIBUTING.md"), "utf8");
    expect([...folders].filter((folder) => !map.includes(`| \`src/${folder}/\``))).toEqual([]);
    expect([...folders].filter((folder) => !Object.hasOwn(MAY_IMPORT, folder))).toEqual([]);
  });

  test("have nothing in core that core does not use, unless two layers share nothing else", () => {
    const users = new Map<string, string[]>();
    for (const file of files)
      for (const path of importsOf(readFileSync(join(src, file), "utf8"))) {
        const target = posix.join(posix.dirname(file), path);
        users.set(target, [...(users.get(target) ?? []), layerOf(file)]);
      }
    const isShared = (layers: readonly string[]): boolean =>
      layers.some((one) =>
        layers.some((other) => one !== other && !mayImport(one, other) && !mayImport(other, one)),
      );
    const foreign = files.filter((file) => {
      const layers = users.get(file) ?? [];
      return (
        layerOf(file) === "core" && !layers.includes("core") && !layers.includes("index") && !isShared(layers)
      );
    });
    expect(foreign).toEqual([]);
  });

  test("need no package at run time", () => {
    expect(manifest).not.toHaveProperty("dependencies");
    expect(manifest).not.toHaveProperty("optionalDependencies");
  });
});

describe("the rule", () => {
  test.each([
    ["options/expect.ts", "../util/text.ts"],
    ["core/probe.ts", "../options/expect.ts"],
    ["core/registry/registry.ts", "../report.ts"],
    ["formats/prometheus.ts", "../metrics/families.ts"],
    ["cluster/worker.ts", "../wire/sent-entry.ts"],
    ["formats/csv.ts", "../core/report.ts"],
    ["http/service.ts", "../formats/csv.ts"],
    ["adapters/node.ts", "../http/service.ts"],
    ["adapters/node.ts", "node:http"],
    ["adapters/nest.ts", "a-peer"],
    ["drain/drain.ts", "../http/service.ts"],
    ["sentinel/worker.ts", "../adapters/common/node-http.ts"],
    ["testing/clock.ts", "../formats/csv.ts"],
    ["cli/bin.ts", "../checks/disk.ts"],
    ["index.ts", "./core/registry.ts"],
  ])("lets %s import %s", (file, path) => {
    expect(objection(file, path, ["a-peer"])).toBeUndefined();
  });

  test.each([
    ["util/text.ts", "../options/expect.ts", "util may not import options"],
    ["options/expect.ts", "../core/state.ts", "options may not import core"],
    ["core/report.ts", "../metrics/families.ts", "core may not import metrics"],
    ["wire/sent-entry.ts", "../cluster/worker.ts", "wire may not import cluster"],
    ["core/registry.ts", "../formats/csv.ts", "core may not import formats"],
    ["core/registry.ts", "../index.ts", "core may not import index"],
    ["core/registry.ts", "./report.js", "a relative import ends in .ts"],
    ["core/registry.ts", "./report", "a relative import ends in .ts"],
    ["core/registry.ts", "node:events", "runs everywhere"],
    ["formats/csv.ts", "../http/service.ts", "formats may not import http"],
    ["http/service.ts", "../adapters/node.ts", "http may not import adapters"],
    ["http/service.ts", "a-peer", "runs everywhere"],
    ["checks/disk.ts", "../http/service.ts", "checks may not import http"],
    ["checks/disk.ts", "a-peer", "no package"],
    ["metrics/prom-client.ts", "../formats/csv.ts", "metrics may not import formats"],
    ["notify/notify.ts", "../http/service.ts", "notify may not import http"],
    ["drain/drain.ts", "../adapters/node.ts", "drain may not import adapters"],
    ["sentinel/sentinel.ts", "../drain/drain.ts", "sentinel may not import drain"],
    ["adapters/express.ts", "express", "no package"],
    ["adapters/node.ts", "../cli/bin.ts", "adapters may not import cli"],
    ["cli/bin.ts", "../index.ts", "cli may not import index"],
    ["cli/bin.ts", "../../test/helper.ts", "cli may not import outside src"],
    ["index.ts", "./http/service.ts", "index may not import http"],
    ["extras/new.ts", "./other.ts", "is no layer"],
  ])("refuses that %s imports %s", (file, path, why) => {
    expect(objection(file, path, ["a-peer"])).toContain(why);
  });

  test("finds circles, and not what leads to them or away from them", () => {
    const imports = new Map([
      ["start", ["a"]],
      ["a", ["b", "end"]],
      ["b", ["c"]],
      ["c", ["a"]],
      ["self", ["self"]],
      ["end", ["elsewhere"]],
    ]);
    expect(findCircles(imports)).toEqual(["a", "b", "c", "self"]);
    expect(
      findCircles(
        new Map([
          ["a", ["b"]],
          ["b", []],
        ]),
      ),
    ).toEqual([]);
  });

  test("finds imports of every kind, and none in comments", () => {
    const source = `
      import a from "a";
      import type {
        B,
      } from "b";
      import "c";
      export { d } from "d";
      export type * from "e";
      const accept = "*/*";
      const f = await import("f");
      export type G = import("g").G;
      /**
       * @example
       * import x from "in a block";
       */
      // import y from "in a line";
    `;
    expect(importsOf(source)).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
  });
});
