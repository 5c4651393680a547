// Converts an ES module from rolldown to CommonJS, which Node.js requires and imports, and Jest can load.
import { parseAst } from "rolldown/parseAst";

/**
 * Keeps names: `const{a}=require("./b.js")` instead of `b.a` at each use is shorter and faster. This requires
 * modules without cycles and exports that never change; both are checked.
 *
 * The modules of Node.js come from `process`, so that no bundler has to resolve them, whatever its output
 * format.
 */
export function toCommonJs(code) {
  const { body } = parseAst(code);
  const assigned = new Set(findNodes(body, "AssignmentExpression").map(({ left }) => left.name));
  const edits = [
    ...findNodes(body, "ImportExpression").flatMap(editDynamicImport),
    ...body.flatMap(editStatement),
  ];
  edits.push(...findNodes(body, "NewExpression").flatMap(editUrl));
  const [hashbang = ""] = /^#!.*\n/.exec(code) ?? [];
  return `${hashbang}"use strict";${applyEdits(code, edits).slice(hashbang.length)}`;

  function editStatement({ type, start, end, source, specifiers, declaration }) {
    if (type === "ImportDeclaration") return [[start, end, toRequire(specifiers, source.value)]];
    if (type === "ExportDefaultDeclaration" || type === "ExportAllDeclaration" || declaration || source)
      throw new Error(`expected all exports in one list, got ${code.slice(start, end)}`);
    if (type !== "ExportNamedDeclaration") return [];
    return [[start, end, specifiers.map(toExport).join("")]];
  }

  function toExport({ local, exported }) {
    if (assigned.has(local.name)) throw new Error(`expected exports that never change, got ${local.name}`);
    return `exports.${exported.name}=${local.name};`;
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
  const names = specifiers.map(({ imported, local: { name: own } }) =>
    imported.name === own ? own : `${imported.name}:${own}`,
  );
  return `const{${names}}=${toLoad(name)};`;
}

/** A module that is named at run time, such as the configuration of `serve`, may be of either kind. */
function editDynamicImport({ start, end, source }) {
  const name = source.value ?? source.quasis?.[0].value.cooked;
  return name === undefined ? [] : [[start, end, `Promise.resolve().then(()=>${toLoad(name)})`]];
}

/**
 * A file in the same folder: `new URL("./a.js", import.meta.url)`. Bundlers that copy files recognize the
 * result.
 */
function editUrl({ start, end, callee, arguments: [path, base] }) {
  if (callee.name !== "URL" || base?.object?.type !== "MetaProperty") return [];
  const name = JSON.stringify((path.value ?? path.quasis[0].value.cooked).slice(1));
  return [[start, end, `process.getBuiltinModule("node:url").pathToFileURL(__dirname+${name})`]];
}

function toLoad(name) {
  return `${name.startsWith("node:") ? "process.getBuiltinModule" : "require"}(${JSON.stringify(name)})`;
}

function findNodes(node, type) {
  if (typeof node !== "object" || node === null) return [];
  const found = Object.values(node).flatMap((child) => findNodes(child, type));
  return node.type === type ? [node, ...found] : found;
}

function applyEdits(code, edits) {
  return edits
    .toSorted(([one], [other]) => other - one)
    .reduce((text, [start, end, replacement]) => text.slice(0, start) + replacement + text.slice(end), code);
}
