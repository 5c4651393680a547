// The disk space that installing the package takes.
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apply, restore } from "../scripts/publication.mjs";
import { publish } from "./support/rows.mjs";

const KILOBYTE = 1_000;

const root = join(import.meta.dirname, "..");
const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
try {
  // "prepack" and "postpack" without the build.
  apply(root);
  const [{ filename, unpackedSize, files }] = JSON.parse(
    npm(root, "pack", "--ignore-scripts", "--json", "--pack-destination", folder),
  );
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  npm(folder, "install", "--no-audit", "--no-fund", join(folder, filename));
  const installed = (await readdir(join(folder, "node_modules"))).filter((name) => !name.startsWith("."));
  publish({ what: "packages", samples: [installed.length], max: 1 });
  publish({ what: "unpacked", samples: [unpackedSize / KILOBYTE], unit: " kB", max: 800 });
  publish({ what: "files", samples: [files.length] });
} finally {
  restore(root);
  await rm(folder, { recursive: true });
}

function npm(cwd, ...args) {
  return execFileSync("npm", [...args, "--loglevel=error"], { cwd, encoding: "utf8" });
}
