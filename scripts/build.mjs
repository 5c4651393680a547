// Writes dist/ from src/. First, the style and the script of the status page become strings. Then tsc writes
// one .js and one .d.ts per source file. From these, the build writes the manual page and the JSON Schema of
// the command line, and joins the files to a few.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { bundle } from "./bundle.mjs";
import { writeAssets } from "./page-assets.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Import paths that end in .ts, as in `from "./state.ts"` and `import("./state.ts")`. */
const TS_IMPORT = /(\bfrom |\bimport\(|\bimport )("\.[^"]*)\.ts"/g;

function compile() {
  const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
}

/** tsc rewrites import paths in .js files only; consumers cannot compile a .d.ts that imports .ts. */
function rewriteDeclarations() {
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith(".d.ts")) continue;
    const path = join(dist, file);
    writeFileSync(path, readFileSync(path, "utf8").replace(TS_IMPORT, '$1$2.js"'));
  }
}

/** tsc wraps `import(url)` in a helper for relative paths to sources. The package has none. */
const IMPORT_HELPER =
  /^var __rewriteRelativeImportExtension = [\s\S]*?^};\n|\b__rewriteRelativeImportExtension\b/gm;

function removeImportHelper() {
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith(".js")) continue;
    const path = join(dist, file);
    const text = readFileSync(path, "utf8");
    if (text.includes("__rewriteRelative")) writeFileSync(path, text.replace(IMPORT_HELPER, ""));
  }
}

/** Programs contain their version, wherever they are bundled. */
function writeVersion() {
  const text = `// Written by scripts/build.mjs from package.json.\nexport const VERSION: string = "${version}";\n`;
  writeFileSync(join(root, "src/util/version.ts"), text);
}

/** The manual page is generated from the definitions of the commands. npm and man read it compressed. */
async function writeManual() {
  const [{ renderMan }, { COMMANDS }] = await Promise.all([importBuilt("man"), importBuilt("commands")]);
  writeFileSync(join(dist, "svc-status.1.gz"), gzipSync(renderMan(COMMANDS, version), { level: 9 }));
}

/** Editors validate a configuration against the same schema as the command line. */
async function writeConfigSchema() {
  const { renderConfigSchema } = await importBuilt("serve/config-schema");
  writeFileSync(join(dist, "cli/serve/config.schema.json"), renderConfigSchema());
}

function importBuilt(name) {
  return import(pathToFileURL(join(dist, "cli", `${name}.js`)).href);
}

rmSync(dist, { recursive: true, force: true });
try {
  writeAssets();
  writeVersion();
  compile();
  rewriteDeclarations();
  removeImportHelper();
  await writeManual();
  await writeConfigSchema();
  await bundle();
} catch (error) {
  // tsc has already printed its errors.
  if (error.status === undefined) throw error;
  process.exitCode = 1;
}
