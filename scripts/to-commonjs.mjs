// Converts an ES module from rolldown to CommonJS, which Node.js requires and imports, and Jest can load.
import { parseAst } from "rolldown/parseAst";

/** `loadNow(import("./a.js"))` loads a module synchronously, which ES modules cannot do. */
export const LOAD_NOW = "loadNow";

/**
 * Keeps names: `const{a}=require("./b.js")` instead of `b.a` at each use is shorter and faster. This requires
 * modules without cycles and exports that never change; both are checked.
 *
 * The modules of Node.js come from `process`, so that no bundler has to resolve them, whatever its output
 * format. An entry exports name by name, because some bundlers then drop the names that nobody imports. Other
 * files export one object, which is shorter.
 */
export function toCommonJs(code, { isEntry }) {
  const { body } = parseAst(code);
  const assigned = new Set(findNodes(body, "AssignmentExpression").map(({ left }) => left.name));
  const now = findNodes(body, "CallExpression").filter(({ callee }) => callee.name === LOAD_NOW);
  const loadedNow = new Set(now.map(({ arguments: [loading] }) => loading));
  const edits = [
    ...now.map(editLoadNow),
    ...findNodes(body, "ImportExpression")
      .filter((loading) => !loadedNow.has(loading))
      .flatMap(editDynamicImport),
    ...body.flatMap(editStatement),
  ];
  edits.push(...findNodes(body, "NewExpression").flatMap(editUrl));
  const [hashbang = ""] = /^#!.*\n/.exec(code) ?? [];
  return `${hashbang}"use strict";${applyEdits(code, edits).slice(hashbang.length)}`;

  function editStatement({ type, start, end, source, specifiers, declaration }) {
    if (type === "ImportDeclaration") return [[start, end, toRequire(specifiers, source.value)]];
    if (type === "ExportDefaultDeclaration" || type === "ExportAllDeclaration" || declaration)
      throw new Error(`expected all exports in one list, got ${code.slice(start, end)}`);
    if (type !== "ExportNamedDeclaration") return [];
    for (const { local } of specifiers)
      if (assigned.has(local.name)) throw new Error(`expected exports that never change, got ${local.name}`);
    const list = toExports(specifiers);
    return [[start, end, source ? `{${toRequire(specifiers.map(toImport), source.value)}${list}}` : list]];
  }

  function toExports(specifiers) {
    if (isEntry)
      return specifiers.map(({ local, exported }) => `exports.${exported.name}=${local.name};`).join("");
    return `module.exports={${specifiers.map(({ local, exported }) => toPair(exported, local))}};`;
  }
}

/** Modules of one kind load in one order: each after its imports. */
export function expectNoCycles(chunks) {
  const importsOf = new Map(chunks.map(({ fileName, imports }) => [fileName, imports]));
  const done = new Set();
  function visit(name, path) {
    if (path.includes(name)) throw new Error(`expected no cycle, got ${[...path, name].join(" -> ")}`);
    if (done.has(name)) return;
    for (const imported of importsOf.get(name) ?? []) visit(imported, [...path, name]);
    done.add(name);
  }
  for (const name of importsOf.keys()) visit(name, []);
}

function toRequire(specifiers, name) {
  if (specifiers.length === 0) return `${toLoad(name)};`;
  const [{ type, local }] = specifiers;
  if (type !== "ImportSpecifier") return `const ${local.name}=${toLoad(name)};`;
  const names = specifiers.map(({ imported, local }) => toPair(imported, local));
  return `const{${names}}=${toLoad(name)};`;
}

/** `export { a } from "./b.js"` imports `a` too. */
function toImport({ local }) {
  return { type: "ImportSpecifier", imported: local, local };
}

function toPair({ name: outer }, { name: own }) {
  return outer === own ? own : `${outer}:${own}`;
}

function editLoadNow({ start, end, arguments: [{ source }] }) {
  return [start, end, toLoad(toText(source))];
}

/** A module that is named at run time, such as the configuration of `serve`, may be of either kind. */
function editDynamicImport({ start, end, source }) {
  const name = toText(source);
  return name === undefined ? [] : [[start, end, `Promise.resolve().then(()=>${toLoad(name)})`]];
}

/**
 * A file in the same folder: `new URL("./a.js", import.meta.url)`. Bundlers that copy files recognize the
 * result.
 */
function editUrl({ start, end, callee, arguments: [path, base] }) {
  if (callee.name !== "URL" || base?.object?.type !== "MetaProperty") return [];
  const name = JSON.stringify(toText(path).slice(1));
  return [[start, end, `process.getBuiltinModule("node:url").pathToFileURL(__dirname+${name})`]];
}

/** The text of a literal, or of a template without parts. */
function toText({ value, quasis }) {
  return value ?? quasis?.[0].value.cooked;
}

function toLoad(name) {
  return `${name.startsWith("node:") ? "process.getBuiltinModule" : "require"}(${JSON.stringify(name)})`;
}

/** All nodes of a type in some part of a program. */
export function findNodes(node, type) {
  if (typeof node !== "object" || node === null) return [];
  const found = Object.values(node).flatMap((child) => findNodes(child, type));
  return node.type === type ? [node, ...found] : found;
}

/** Each edit is a start, an end, and the text between them. */
export function applyEdits(code, edits) {
  return edits
    .toSorted(([one], [other]) => other - one)
    .reduce((text, [start, end, replacement]) => text.slice(0, start) + replacement + text.slice(end), code);
}
