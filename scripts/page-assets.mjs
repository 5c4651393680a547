// Writes src/http/page/assets.ts: the style and the script of the status page as strings, with their hashes.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { minifySync } from "rolldown/utils";
import { minify_sync as compressSync } from "terser";
import { toArrows } from "./to-arrows.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "src/http/page");

/** The form that tsc writes: always on one line, and with braces. */
const IMPORT = /^import \{[^}]*\} from "(\.[^"]+)";\n/gm;

/** The source of the module that contains both. */
export function makeAssets() {
  const style = toStyle(readFileSync(join(page, "page.css"), "utf8"));
  const script = toScript();
  return [
    "// Written by scripts/page-assets.mjs from page.css and client/: change those, and run `npm run build`.",
    `export const PAGE_STYLE: string = ${JSON.stringify(style)};`,
    `export const PAGE_STYLE_HASH: string = ${JSON.stringify(toHash(style))};`,
    `export const PAGE_SCRIPT: string = ${JSON.stringify(script)};`,
    `export const PAGE_SCRIPT_HASH: string = ${JSON.stringify(toHash(script))};`,
    "",
  ].join("\n");
}

export function writeAssets() {
  writeFileSync(join(page, "assets.ts"), makeAssets());
}

/** The hash of an inline text for Content-Security-Policy. */
function toHash(text) {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function toStyle(css) {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,>]) ?/g, "$1")
    .replace(/: /g, ":")
    .replace(/(?<=[ :,(-])0(?=\.\d)/g, "")
    .replaceAll(";}", "}")
    .trim();
}

/**
 * Joins all modules into one script, each before the modules that import it. They share a scope, so no name
 * may be used twice.
 */
function toScript() {
  const folder = mkdtempSync(join(tmpdir(), "svc-status-page-"));
  try {
    const tsc = fileURLToPath(new URL("bin/tsc", import.meta.resolve("typescript/package.json")));
    const options = ["--noEmit", "false", "--removeComments", "--rootDir", join(root, "src")];
    execFileSync(process.execPath, [tsc, "-p", "tsconfig.client.json", ...options, "--outDir", folder], {
      cwd: root,
      stdio: "inherit",
    });
    const parts = collect(join(folder, "http/page/client/page.client.js"), new Map());
    return shorten([...parts.values()].join(""));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function shorten(script) {
  const compress = { passes: 3, hoist_funs: true, unsafe_arrows: true };
  const compressed = compressSync(script, { ecma: 2020, toplevel: true, mangle: false, compress });
  const { code, errors } = minifySync("page.js", toArrows(compressed.code), {
    compress: { target: "es2022" },
    mangle: { toplevel: true },
    codegen: { removeWhitespace: true },
  });
  if (errors.length > 0) throw new Error(errors[0].message);
  return code;
}

function collect(file, parts) {
  if (parts.has(file)) return parts;
  const code = readFileSync(file, "utf8");
  for (const [, path] of code.matchAll(IMPORT)) collect(join(dirname(file), path), parts);
  return parts.set(file, code.replace(IMPORT, "").replace(/^export (?=\w)/gm, ""));
}
