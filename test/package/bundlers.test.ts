import { cp, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { run } from "../support/run.ts";
import { copyProgram, expectSuccess, installBeside } from "./tried/install.ts";
import { BESIDE_BUNDLERS, BUNDLERS, BUNDLINGS, type Bundling } from "./tried/table.ts";

const THREAD = "dist/sentinel/svc-status-sentinel.js";
const RSPACK_CONFIG = `module.exports = {
  mode: "production", target: "node", entry: "./app.mjs", output: { path: __dirname + "/out" },
};`;

const { consumer } = inject("packed");
const elsewhere = join(dirname(consumer), "bundled");
let folder: string;

beforeAll(async () => {
  folder = await installBeside("bundlers", { ...BUNDLERS, ...BESIDE_BUNDLERS });
  await copyProgram("bundled.mjs", join(folder, "app.mjs"));
  await writeFile(join(folder, "rspack.config.cjs"), RSPACK_CONFIG);
  await writeFile(
    join(folder, "sea.json"),
    '{ "main": "sea.cjs", "output": "sea.blob", "disableExperimentalSEAWarning": true }',
  );
});

/** Bundles the application and moves the result away from what was installed. Returns where it is. */
async function bundle({ commands }: Bundling, name: string): Promise<string> {
  const out = join(elsewhere, name);
  await mkdir(join(folder, "out"), { recursive: true });
  for (const [program = "", ...args] of commands) await expectSuccess(run(toProgram(program), args, folder));
  await mkdir(elsewhere, { recursive: true });
  await rename(join(folder, "out"), out);
  return out;
}

function toProgram(name: string): string {
  if (name === "node") return process.execPath;
  return name === "cp" ? name : join(folder, "node_modules/.bin", name);
}

async function start([program = "", ...args]: readonly string[], out: string): Promise<unknown> {
  const path = program === "node" ? process.execPath : join(out, program);
  return JSON.parse(await expectSuccess(run(path, args, out)));
}

// Without what was installed: a bundle must not find it.
describe.sequential("a bundle", () => {
  test.each(BUNDLINGS.map((bundling, index) => ({ ...bundling, index })))(
    "of $tool as $output has the page, the drain and the sentinel",
    async (bundling) => {
      const out = await bundle(bundling, `${bundling.index}`);
      const hidden = join(folder, "hidden");
      await rename(join(folder, "node_modules"), hidden);
      try {
        expect(await start(bundling.start, out)).toEqual({
          page: true,
          sentinel: bundling.sentinel,
          drain: true,
        });
        if (bundling.sentinel === "found") return;
        await cp(join(hidden, "svc-status", THREAD), join(out, "svc-status-sentinel.js"));
        expect(await start(bundling.start, out)).toEqual({ page: true, sentinel: "found", drain: true });
      } finally {
        await rename(hidden, join(folder, "node_modules"));
      }
    },
  );

  test("of the command line knows its version", async () => {
    const bin = join(folder, "node_modules/svc-status/dist/cli/bin.js");
    const args = [bin, "--bundle", "--platform=node", `--outfile=${join(elsewhere, "cli.cjs")}`];
    await expectSuccess(run(toProgram("esbuild"), [...args, "--log-level=warning"], folder));
    const version = await expectSuccess(run(process.execPath, ["cli.cjs", "--version"], elsewhere));
    expect(version).toBe(`${manifest.version}\n`);
  });

  test("has the library once, though it is both imported and required", async () => {
    await writeFile(
      join(folder, "both.mjs"),
      `import { defaultRegistry } from "svc-status";
       import other from "./required.cjs";
       console.log(defaultRegistry === other);`,
    );
    await writeFile(join(folder, "required.cjs"), 'module.exports = require("svc-status").defaultRegistry;');
    const outfile = join(elsewhere, "both.mjs");
    const args = ["both.mjs", "--bundle", "--platform=node", "--format=esm", `--outfile=${outfile}`];
    const metafile = join(elsewhere, "both.json");
    await expectSuccess(run(toProgram("esbuild"), [...args, `--metafile=${metafile}`], folder));
    const { inputs } = JSON.parse(await readFile(metafile, "utf8")) as { inputs: Record<string, unknown> };
    const cores = Object.keys(inputs).filter((input) => /svc-status\/dist\/(?:core|index)\.\w+$/.test(input));
    expect(cores.map((core) => core.replace(/.*\//, "")).toSorted()).toEqual(["core.js", "index.js"]);
    expect(await expectSuccess(run(process.execPath, [outfile], elsewhere))).toBe("true\n");
  });
});
