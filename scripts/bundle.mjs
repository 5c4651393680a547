// Joins the files of dist/ to a few: one for each entry, and one for what several of them share of a folder. Loading a
// module costs some 0.3 ms and 100 kB, however small it is.
import { readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/**
 * The shared files: what several entries need of these folders stands in the first that fits. Each file that is loaded
 * costs more than what else would stand in it, so two layers may share one.
 */
const SHARED_FILES = {
  core: ["core", "formats"],
  http: ["http", "adapters"],
  "checks/support": ["checks/support"],
  metrics: ["metrics"],
  drain: ["drain"],
  sentinel: ["sentinel"],
  "cli/schema": ["cli/schema"],
  "cli/serve": ["cli/serve"],
  cli: ["cli"],
};

/** Paths of modules in a .d.ts: `from "./state.js"`, `import("./state.js")`. */
const DECLARED_IMPORT = /(?:\bfrom |\bimport\(|\bimport )"(\.[^"]*)\.js"/g;

/** After it dist/ holds the joined .js files, and of the .d.ts files those that an entry leads to. */
export async function bundle() {
  const { exports, bin, peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const entries = Object.values(exports).filter((entry) => typeof entry === "object");
  const files = [...entries.map((entry) => entry.default), ...Object.values(bin)];
  const joined = await joinFiles(files, Object.keys(peerDependencies));
  const declarations = findDeclarations(entries.map(({ types }) => join(root, types)));
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const path = join(dist, file);
    if (file.endsWith(".js") || (file.endsWith(".d.ts") && !declarations.has(path))) rmSync(path);
  }
  for (const { fileName, code } of joined) writeFileSync(join(dist, fileName), code);
  removeEmptyFolders(dist);
}

/** Names stay as they are, and a comment names the source of each part: stack traces can be read. */
async function joinFiles(entries, peers) {
  const build = await rolldown({
    cwd: dist,
    input: Object.fromEntries(entries.map((entry) => [toName(join(root, entry)), join(root, entry)])),
    external: [/^node:/, ...peers],
    platform: "neutral",
    preserveEntrySignatures: "allow-extension",
  });
  const { output } = await build.generate({
    format: "esm",
    comments: false,
    minifyInternalExports: false,
    entryFileNames: "[name].js",
    chunkFileNames: toFileName,
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: Object.entries(SHARED_FILES).map(toSharedGroup),
    },
  });
  await build.close();
  return output;
}

/** A shared file has its name; what is loaded later, and what is shared with an entry, that of its source. */
function toFileName({ name, facadeModuleId, moduleIds }) {
  if (Object.hasOwn(SHARED_FILES, name)) return `${name}.js`;
  return facadeModuleId ? `${toName(facadeModuleId)}.js` : `${toName(moduleIds.at(-1))}.shared.js`;
}

function toSharedGroup([name, folders], index) {
  return {
    name,
    test: (id) => folders.some((folder) => toName(id).startsWith(`${folder}/`)),
    minShareCount: 2,
    priority: -index,
  };
}

function toName(path) {
  return relative(dist, path).split(sep).join("/").replace(/\.js$/, "");
}

function findDeclarations(entries) {
  const found = new Set();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const [, imported] of readFileSync(path, "utf8").matchAll(DECLARED_IMPORT))
      open.push(join(dirname(path), `${imported}.d.ts`));
  }
  return found;
}

function removeEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
