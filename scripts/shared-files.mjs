// Decides which modules of dist/ are shared by several programs, and in which file.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";

const HTTP = /^\.\/(?:node|express|fastify|koa|hono|fetch|nest)$/;
const CLI = /^svc-status$|^cli\/show\//;
const METRICS = /^\.\/(?:prom-client|opentelemetry)$/;
const CLUSTER = /^\.\/cluster$/;

/**
 * The shared files, in order. A module that two or more programs need is in the first file that fits: each
 * rule of its list must match a program that needs the module. The imports of such a module are in the same
 * file or in one before it, so no two files need each other. A program is an entry (by name), the command
 * line, or a dynamic import (by path).
 */
const SHARED_FILES = {
  core: [[/^\.$/], [HTTP, CLI], [HTTP, METRICS], [CLUSTER]],
  http: [[HTTP], [/^http\//]],
  drain: [[/^\.\/drain$/]],
  "checks/support": [[/^\.\/checks\//]],
  metrics: [[METRICS]],
  common: [[/^\.\//]],
  cli: [[CLI]],
  "cli/common": [[]],
};

/**
 * Small modules without state that `svc-status` and `svc-status/node` do not need. Each program that needs one
 * has a copy of it, because each process would otherwise load it.
 */
const COPIED = [
  "wire/hearers",
  "wire/sent-entry",
  "adapters/common/fastify-routes",
  "adapters/common/fetch-api",
];

/** The forms that tsc writes: `from "./a.js"`, `import "./a.js"`, and `import("./a.js")`. */
const IMPORT = /\b(?:from |import |import(\())"(\.[^"]+)\.js"/g;

/**
 * The shared file of each shared module, and the copied modules with the programs of those that import them,
 * by names without extension.
 */
export function findSharedFiles(dist, programs) {
  const { importsOf, later } = readImports(dist, Object.values(programs));
  const roots = [...Object.entries(programs), ...[...later].map((name) => [name, name])];
  const starts = new Set(roots.map(([, start]) => start));
  const needs = roots.map(([program, start]) => [program, reach(importsOf, start)]);
  const shared = new Map();
  for (const module of importsOf.keys()) {
    const programsOfModule = needs.flatMap(([program, reached]) => (reached.has(module) ? [program] : []));
    if (starts.has(module) || programsOfModule.length < 2 || COPIED.includes(module)) continue;
    const isMet = (rule) => programsOfModule.some((program) => rule.test(program));
    const fits = ([, lists]) => lists.some((rules) => rules.every(isMet));
    shared.set(module, Object.entries(SHARED_FILES).find(fits)[0]);
  }
  const programOf = (module) => needs.find(([, reached]) => reached.has(module))?.[0].replaceAll(/\W/g, "");
  return { shared, copied: new Set(COPIED), programOf };
}

function readImports(dist, starts) {
  const importsOf = new Map();
  const later = new Set();
  const open = [...starts];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (importsOf.has(name)) continue;
    const found = [];
    for (const [, isLater, path] of readFileSync(join(dist, `${name}.js`), "utf8").matchAll(IMPORT)) {
      const imported = join(dirname(name), path);
      open.push(imported);
      if (isLater) later.add(imported);
      else found.push(imported);
    }
    importsOf.set(name, found);
  }
  return { importsOf, later: [...later].filter((name) => !starts.includes(name)) };
}

function reach(importsOf, start) {
  const reached = new Set();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    open.push(...importsOf.get(name));
  }
  return reached;
}
