// Joins the files of dist/ to a few: one per entry, and one for the code that several entries share. Loading
// a module costs about 0.3 ms and 100 kB, however small it is.
import { readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { parseAst } from "rolldown/parseAst";
import { minifySync } from "rolldown/utils";
import { minify } from "terser";
import { pruneDeclarations } from "./declarations.mjs";
import { AT_SETUP, findSharedFiles } from "./shared-files.mjs";
import { toArrows } from "./to-arrows.mjs";
import { applyEdits, expectNoCycles, findNodes, LOAD_NOW, toCommonJs } from "./to-commonjs.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const { exports, bin, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The sentinel's thread. Bundlers copy this file unchanged, so it must not import another file. */
const THREAD = "./sentinel/worker";
/** The entry that starts the thread. */
const SENTINEL = "./sentinel";

/**
 * Files whose functions need no names. The stack traces of the command line are never shown, only the messages
 * of its errors. The pages call no code of the application, and a failed page is logged with the message of its
 * error.
 */
const NEEDS_NO_NAMES = /^cli(?:\/|\.js$)|^(?:http|fleet)\/page(?:\/|\.js$)/;

/** Writes the syntax in fewer characters. Keeps all names, because toCommonJs() reads them. */
const OUTPUT = {
  format: "esm",
  comments: false,
  minifyInternalExports: true,
  minify: {
    mangle: false,
    compress: { target: "node20", keepNames: { function: true, class: true } },
    codegen: { removeWhitespace: true },
  },
};

/** Afterwards, dist/ contains the joined .js files, and the declarations that the entries need. */
export async function bundle() {
  const entries = Object.entries(exports).filter(([, files]) => typeof files === "object");
  const programs = entries.map(([entry, files]) => [entry, toName(join(root, files.types))]);
  const commands = Object.entries(bin).map(([name, file]) => [name, toName(join(root, file))]);
  const joined = await joinFiles(Object.fromEntries([...programs, ...commands]));
  const declarations = pruneDeclarations(entries.map(([, { types }]) => join(root, types)));
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" }))
    if (/\.(?:js|d\.ts)$/.test(file)) rmSync(join(dist, file));
  for (const [path, code] of [...joined, ...declarations]) writeFileSync(path, code);
  writeFileSync(join(root, exports[SENTINEL].module), SENTINEL_FOR_BUNDLERS);
  writeFileSync(join(dist, "package.json"), '{"type":"commonjs","sideEffects":false}\n');
  removeEmptyFolders(dist);
}

/** Bundlers copy a file if they see `new URL(…, import.meta.url)`, which is a syntax error in CommonJS. */
const SENTINEL_FOR_BUNDLERS = `import { startSentinel as start } from "./index.js";
function findThread() {
  try {
    return new URL("./${exports[THREAD].default.replace(/.*\//, "")}", import.meta.url);
  } catch {
    return undefined; // a bundle in CommonJS
  }
}
export function startSentinel(options) {
  return start({ workerUrl: findThread(), ...options });
}
`;

/** The text of each .js file by its path. */
async function joinFiles({ [THREAD]: thread, ...programs }) {
  const { shared, findCopy } = findSharedFiles(dist, programs);
  const files = new Set(shared.values());
  const toSharedFile = (id) => {
    const [path, copy] = id.split("?");
    return copy === undefined ? (shared.get(toName(path)) ?? null) : files.has(copy) ? copy : null;
  };
  const chunks = await generate(
    Object.values(programs),
    {
      entryFileNames: "[name].js",
      chunkFileNames: ({ name, facadeModuleId }) => `${facadeModuleId ? toName(facadeModuleId) : name}.js`,
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [
          {
            debugName: "shared",
            name: toSharedFile,
            test: (id) => toSharedFile(id) !== null,
          },
        ],
      },
    },
    [copyModules(findCopy), loadAtSetup()],
  );
  expectNoCycles(chunks);
  const texts = chunks.map(async ({ fileName, code, isEntry }) => {
    const text = toCommonJs(code, { isEntry });
    const needsNames = !NEEDS_NO_NAMES.test(fileName);
    const shorter = needsNames ? breakLines(await shorten(text, fileName)) : await shortenAll(text);
    return [join(dist, fileName), shorter];
  });
  return [...(await Promise.all(texts)), [join(root, exports[THREAD].default), await joinThread(thread)]];
}

/** Modules of which the thread needs less than a process, and what it has in their place. */
const IN_THREAD = new Map([
  ["formats/application-metrics", "sentinel/in-thread/application-metrics"],
  ["http/collect-metrics", "sentinel/in-thread/metrics-collector"],
  ["http/history", "sentinel/in-thread/history"],
  ["http/moment", "sentinel/in-thread/moment"],
  ["http/page/assets", "sentinel/in-thread/assets"],
  ["http/page/past-turns", "sentinel/in-thread/past-turns"],
  ["http/page/render-moment", "sentinel/in-thread/render-moment"],
  ["options/read-options", "sentinel/in-thread/read-options"],
  ["options/words", "sentinel/in-thread/words"],
  ["util/copies", "sentinel/in-thread/copies"],
  ["util/log-events", "sentinel/in-thread/log-events"],
  ["util/redact/hide-secrets", "sentinel/in-thread/hide-secrets"],
]);

/** Without `require` and `exports`, Node.js runs it as either kind of module, wherever it is copied. */
async function joinThread(source) {
  const [{ code }] = await generate([source], { codeSplitting: false }, [
    replaceModules(IN_THREAD),
    importAtStart(),
  ]);
  const text = toCommonJs(code, { isEntry: true });
  if (/\b(?:require\(|exports\.)/.test(text)) throw new Error("expected a thread that needs no other file");
  // Its stack traces are never shown, only the messages of its errors.
  return shortenAll(text);
}

/** Changes no behavior, and keeps the place and the name of each function. */
const COMPRESS = {
  passes: 2,
  keep_fnames: true,
  keep_classnames: true,
  keep_infinity: true,
  hoist_funs: true,
  sequences: false,
  inline: false,
  reduce_funcs: false,
  collapse_vars: false,
};
const COMPRESS_ALL = {
  ...COMPRESS,
  keep_fnames: false,
  inline: true,
  reduce_funcs: true,
  collapse_vars: true,
  unsafe_arrows: true,
};

async function shorten(text, fileName) {
  const compressed = releaseFunctions(await compress(holdFunctions(text), COMPRESS));
  return shortenVariables(fileName === CORE ? compressed : toArrows(compressed), true);
}

/** Each application loads it. Before its first call, Node.js skips a function, but keeps what it read of an arrow function. */
const CORE = "core.js";

/** `const a = hold(() => 1)`: the function stays in its variable, from which it has its name. */
function holdFunctions(text) {
  const held = findNodes(toBody(text), "VariableDeclarator").flatMap(({ init }) =>
    UNNAMED.test(init?.type) && !init.id ? [init] : [],
  );
  const edits = held.flatMap(({ start, end }) => [
    [start, start, `${HOLD}(`],
    [end, end, ")"],
  ]);
  return applyEdits(text, edits);
}

function releaseFunctions(text) {
  const calls = findNodes(toBody(text), "CallExpression").filter(({ callee }) => callee.name === HOLD);
  const edits = calls.flatMap(({ start, end }) => [
    [start, start + HOLD.length + 1, ""],
    [end - 1, end, ""],
  ]);
  return applyEdits(text, edits);
}

const HOLD = "holdFunction";
const UNNAMED = /^(?:ArrowFunction|Function|Class)Expression$/;

function toBody(text) {
  return parseAst(text, { lang: "js", sourceType: "script" }).body;
}

/** Shortens the names of functions, too, and writes functions where they are called. */
async function shortenAll(text) {
  const compressed = await compress(text, COMPRESS_ALL);
  return shortenVariables(toArrows(compressed), { function: false, class: true });
}

/** Finds more than the minifier of rolldown, which finds better names. */
async function compress(text, options) {
  const { code } = await minify(text, { ecma: 2020, toplevel: true, mangle: false, compress: options });
  // terser writes `import((a, b))` without the inner parentheses.
  if (findNodes(toBody(code), "ImportExpression").some((loading) => loading.options))
    throw new Error("expected import() of one value");
  return code;
}

/**
 * Shortens the names of variables, parameters and imports. Functions, classes and properties keep their names,
 * which stack traces and heap profiles show. The variables of a file are local to it, because it is CommonJS.
 */
function shortenVariables(text, keepNames) {
  const { code, errors } = minifySync("file.cjs", text, {
    compress: false,
    mangle: { toplevel: true, keepNames },
    codegen: { removeWhitespace: true },
  });
  if (errors.length > 0) throw new Error(errors[0].message);
  return code;
}

/**
 * Writes each statement and each variable of a file on its own line. Node.js prints the whole line of an error
 * that nobody catches, such as that of a wrong option.
 */
function breakLines(text) {
  const starts = toBody(text).flatMap(({ start, declarations: [, ...others] = [] }) => [
    start,
    ...others.map((declaration) => declaration.start),
  ]);
  return starts.map((start, index) => text.slice(start, starts[index + 1])).join("\n");
}

/** Gives a copy of a module the name of its file or program: `labels.js?http`. */
function copyModules(findCopy) {
  return {
    name: "copy-modules",
    resolveId(source, importer) {
      if (importer === undefined || !source.startsWith(".")) return null;
      const [file, ownCopy] = importer.split("?");
      const path = join(dirname(file), source);
      const copy = findCopy(toName(path), toName(file));
      return copy === undefined ? path : `${path}?${ownCopy ?? copy}`;
    },
    load: (id) => (id.includes("?") ? readFileSync(id.split("?")[0], "utf8") : null),
  };
}

/** `import { create } from "./a.js"` loads the module in the first call of `create`. */
function loadAtSetup() {
  const unseen = new Set(AT_SETUP.keys());
  return {
    name: "load-at-setup",
    transform(code, id) {
      const toLaterImport = (statement, create, path) => {
        const name = toName(join(dirname(id), path));
        if (AT_SETUP.get(name) !== create) return statement;
        unseen.delete(name);
        return `const ${create} = (...args) => ${LOAD_NOW}(import("${path}")).${create}(...args);`;
      };
      return code.replace(/^import \{ (\w+) \} from "(\.[^"]+)";/gm, toLaterImport);
    },
    buildEnd() {
      if (unseen.size > 0) throw new Error(`expected modules to load at set-up, got ${[...unseen]}`);
    },
  };
}

/** In one file, a module that loads later costs more: its variables then need a function that sets them. */
function importAtStart() {
  return {
    name: "import-at-start",
    transform(code) {
      const paths = [];
      const body = code.replace(/\bimport\("(\.[^"]+)"\)/g, (_, path) => {
        paths.push(path);
        return `Promise.resolve(loaded${paths.length})`;
      });
      return paths.map((path, index) => `import * as loaded${index + 1} from "${path}";\n`).join("") + body;
    },
  };
}

function replaceModules(replacements) {
  const unseen = new Set(replacements.keys());
  return {
    name: "replace-modules",
    resolveId(source, importer) {
      if (importer === undefined || !source.startsWith(".")) return null;
      const name = toName(join(dirname(importer), source));
      unseen.delete(name);
      return replacements.has(name) ? join(dist, `${replacements.get(name)}.js`) : null;
    },
    buildEnd() {
      if (unseen.size > 0) throw new Error(`expected modules that the thread needs, got ${[...unseen]}`);
    },
  };
}

async function generate(names, output, plugins = []) {
  const build = await rolldown({
    cwd: dist,
    input: Object.fromEntries(names.map((name) => [name, join(dist, `${name}.js`)])),
    external: [/^node:/, ...Object.keys(peerDependencies)],
    platform: "neutral",
    plugins,
    preserveEntrySignatures: "allow-extension",
  });
  const { output: chunks } = await build.generate({ ...OUTPUT, ...output });
  await build.close();
  return chunks;
}

function toName(path) {
  return relative(dist, path)
    .split(sep)
    .join("/")
    .replace(/(?:\.d\.ts|\.js)$/, "");
}

function removeEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
