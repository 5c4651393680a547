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
 * line, or a module that is loaded later (by path).
 */
const SHARED_FILES = {
  core: [[/^\.$/], [HTTP, CLI], [HTTP, METRICS], [CLUSTER]],
  http: [[HTTP], [/^http\/page\//, /^\.\/fleet$/]],
  "http/page": [[/^http\/page\//, /^fleet\/page\//]],
  "http/common": [[/^http\//]],
  drain: [[/^\.\/drain$/]],
  "checks/support": [[/^\.\/checks\//]],
  metrics: [[METRICS]],
  fleet: [[/^\.\/fleet$/]],
  common: [[/^\.\//]],
  cli: [[CLI]],
  "cli/common": [[]],
};

/**
 * Modules without state that only some processes need: each of these files has a copy for itself and for the
 * programs that share it, and each other program has its own copy.
 */
const COPIED = {
  "core/recorded-past": [],
  "wire/dispatch": [],
  "wire/sent-entry": [],
  "adapters/common/fastify-routes": [],
  "adapters/common/fetch-api": [],
  "http/own-requests": ["http", "drain"],
  "metrics/families": ["http", "metrics"],
  "metrics/status-samples": ["http", "metrics"],
  "metrics/labels": ["http", "metrics", "cli"],
  "http/page/time-text": ["cli"],
  "util/duration-text": ["fleet", "cli", "cli/common"],
  "util/run-within": ["fleet", "cli", "cli/common"],
  "util/sort-by-name": ["http", "metrics"],
};

/**
 * Modules that load when an application switches their feature on, with the function that does so. It runs
 * during set-up, never for a request: later, the file may have been replaced, or no descriptor may be free.
 */
export const AT_SETUP = new Map([["http/health-probes", "createHealthProbesView"]]);

/** The forms that tsc writes: `from "./a.js"`, `import "./a.js"`, and `import("./a.js")`. */
const IMPORT = /\b(?:from |import |import(\())"(\.[^"]+)\.js"/g;

/**
 * The shared file of each shared module, by names without extension. A copied module has a shared file for
 * each module that imports it, or `undefined` for the importer's own program.
 */
export function findSharedFiles(dist, programs) {
  const { importsOf, later } = readImports(dist, Object.values(programs));
  for (const module of Object.keys(COPIED))
    if (!importsOf.has(module)) throw new Error(`expected a module that is copied, got ${module}`);
  const roots = [...Object.entries(programs), ...[...later].map((name) => [name, name])];
  const starts = new Set(roots.map(([, start]) => start));
  const needs = roots.map(([program, start]) => [program, reach(importsOf, start)]);
  const findPrograms = (module) =>
    needs.flatMap(([program, reached]) => (reached.has(module) ? [program] : []));
  const shared = new Map();
  for (const module of importsOf.keys()) {
    const found = findPrograms(module);
    if (starts.has(module) || found.length < 2 || Object.hasOwn(COPIED, module)) continue;
    shared.set(module, Object.keys(SHARED_FILES).find(toFits(found)));
  }

  function findCopy(module, importer) {
    if (!Object.hasOwn(COPIED, module)) return undefined;
    const found = findPrograms(importer);
    return COPIED[module].find(toFits(found)) ?? found[0].replaceAll(/\W/g, "");
  }

  return { shared, findCopy };
}

function toFits(programs) {
  const isMet = (rule) => programs.some((program) => rule.test(program));
  return (file) => SHARED_FILES[file].some((rules) => rules.every(isMet));
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
      if (isLater || AT_SETUP.has(imported)) later.add(imported);
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
