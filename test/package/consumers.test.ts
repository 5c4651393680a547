import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { NODE_MAJORS, nodeOfMajor } from "../support/node-versions.ts";
import { run } from "../support/run.ts";

const modules = join(import.meta.dirname, "../../node_modules");
const { consumer } = inject("packed");

const JAVASCRIPT = `
const required = [require("svc-status"), require("svc-status/node")];
Promise.all([import("svc-status"), import("svc-status/node")]).then((imported) => {
  const functions = [...required, ...imported].map((entry) => entry.serviceStatus ?? entry.createStatusRegistry);
  console.log(process.version.split(".")[0], ...functions.map((value) => typeof value));
});
`;

const MAIN_ENTRY = `
import { addStatusHandler, createStatusRegistry, type Report } from "svc-status";
export const state: Report["state"] = "OK";
export const entries: unknown[] = [addStatusHandler, createStatusRegistry()];
`;

const NODE_ENTRY = `
import { createServer } from "node:http";
import { serviceStatus } from "svc-status/node";
createServer(serviceStatus());
`;

describe("a JavaScript consumer", () => {
  test.each(NODE_MAJORS)("requires and imports the package on Node %i, without a warning", async (major) => {
    const script = join(consumer, `node-${major}.cjs`);
    await writeFile(script, JAVASCRIPT);
    const outcome = await run(await nodeOfMajor(major), [script], consumer);
    const stdout = `v${major} function function function function\n`;
    expect(outcome).toEqual({ code: 0, stdout, stderr: "" });
  });
});

describe("a TypeScript consumer", () => {
  const withNode = { lib: ["ES2023"], types: ["node"], typeRoots: [join(modules, "@types")] };
  const withoutNode = { lib: ["ES2023", "DOM"], types: [] };
  const nodenext = { module: "nodenext" };
  const bundler = { module: "esnext", moduleResolution: "bundler" };

  test.each([
    ["nodenext", true, { ...nodenext, ...withNode }, MAIN_ENTRY + NODE_ENTRY],
    ["nodenext", false, { ...nodenext, ...withNode }, MAIN_ENTRY + NODE_ENTRY],
    ["bundler", true, { ...bundler, ...withNode }, MAIN_ENTRY + NODE_ENTRY],
    ["bundler", false, { ...bundler, ...withNode }, MAIN_ENTRY + NODE_ENTRY],
    ["bundler, no Node types", true, { ...bundler, ...withoutNode }, MAIN_ENTRY],
  ])("compiles under %s, exactOptionalPropertyTypes %s", async (name, exact, options, source) => {
    const project = `${name.replaceAll(/\W+/g, "-")}-${exact}`;
    const strict = { strict: true, skipLibCheck: false, noEmit: true, exactOptionalPropertyTypes: exact };
    const compilerOptions = { target: "es2023", ...strict, ...options };
    await writeFile(join(consumer, `${project}.mts`), source);
    await writeFile(
      join(consumer, `${project}.json`),
      JSON.stringify({ compilerOptions, files: [`${project}.mts`] }),
    );
    const outcome = await run(join(modules, ".bin/tsc"), ["-p", `${project}.json`], consumer);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
