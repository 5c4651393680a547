import { statSync } from "node:fs";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import GOALS from "../../bench/support/entry-goals.json" with { type: "json" };
import manifest from "../../package.json" with { type: "json" };
import { NODE_MAJORS, nodeOfMajor } from "../support/node-versions.ts";
import { type Outcome, run } from "../support/run.ts";
import { TELL_LOADED } from "../support/tell-loaded.ts";
import { MODULE_ENTRIES } from "./entries.ts";

const root = join(import.meta.dirname, "../..");
const modules = join(root, "node_modules");
const { consumer } = inject("packed");

/** `svc-status`, `svc-status/express` … */
const ENTRIES = MODULE_ENTRIES.map(([path]) => path.replace(/^\./, manifest.name));
const WITH_PEERS = ["svc-status/nest"];
/** A file that a bundler is told of, and nobody imports. */
const WORKER = "svc-status/sentinel/worker";
const ALONE = ENTRIES.filter((entry) => entry !== WORKER && !WITH_PEERS.includes(entry));

const NESTS = {
  11: join(root, "test/frameworks/nest-11/node_modules/@nestjs"),
  12: join(modules, "@nestjs"),
};

/** Requires and imports each entry, and throws unless both are the same. */
const LOAD_ENTRIES = `
const [, , ...entries] = process.argv;
async function load() {
  for (const entry of entries) {
    const required = require(entry);
    const { default: all, "module.exports": _, ...imported } = await import(entry);
    const names = Object.keys(required);
    const differ = names.filter((name) => required[name] !== imported[name]);
    if (names.length === 0 || names.length !== Object.keys(imported).length || differ.length > 0 || all !== required)
      throw new Error(entry + ": " + names + " differ from " + Object.keys(imported));
  }
  console.log(process.version.split(".")[0], entries.length);
}
load();
`;

/** Where a release of Nest is installed beside the package. */
function withNest(major: keyof typeof NESTS): string {
  return join(consumer, `../nest-${major}`);
}

async function runScript(folder: string, node: string, entries: readonly string[]): Promise<Outcome> {
  const script = join(folder, "load-entries.cjs");
  await writeFile(script, LOAD_ENTRIES);
  return run(node, [script, ...entries], folder);
}

beforeAll(async () => {
  for (const [major, packages] of Object.entries(NESTS)) {
    const folder = join(consumer, `../nest-${major}`);
    await cp(consumer, folder, { recursive: true });
    await symlink(packages, join(folder, "node_modules/@nestjs"));
  }
});

/** Data that tools look up by its path, and that programs import with an attribute. */
const DATA = ["svc-status/package.json", "svc-status/config.schema.json"];

const LOAD_DATA = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
for (const path of ${JSON.stringify(DATA)}) {
  const { default: imported } = await import(path, { with: { type: "json" } });
  const required = require(require.resolve(path));
  console.log(JSON.stringify(imported) === JSON.stringify(required), required.version ?? typeof required.$schema);
}
`;

const MAIN_ENTRY = `
import { addStatusHandler, createStatusRegistry, type Report } from "svc-status";
export const state: Report["state"] = "OK";
export const entries: unknown[] = [addStatusHandler, createStatusRegistry()];
`;

const FETCH_ENTRIES = `
import { serviceStatus as forFetch, type FetchHandler } from "svc-status/fetch";
import { serviceStatus as forHono } from "svc-status/hono";
export const GET: FetchHandler = forFetch({ svcStatus: { details: ({ raw }) => (raw as Request).keepalive } });
export const middleware = forHono({ probeStatus: false });
`;

const NODE_ENTRIES = `
import { createServer, ServerResponse } from "node:http";
import type { Status } from "svc-status";
import { serviceStatus as forExpress } from "svc-status/express";
import { serviceStatus as forFastify } from "svc-status/fastify";
import { serviceStatus as forKoa, type KoaContext } from "svc-status/koa";
import { fromIndicator, StatusCheck, StatusModule } from "svc-status/nest";
import { serviceStatus as forNode, type ServiceStatusOptions } from "svc-status/node";
import { type Sentinel, type SentinelOptions, startSentinel } from "svc-status/sentinel";
const sentinelOptions: SentinelOptions = { port: 0, svcStatus: { details: "never" } };
export const sentinel: Promise<Sentinel> = startSentinel(sentinelOptions);
const options: ServiceStatusOptions = { probeStatus: { control: "off" } };
createServer(forNode(options));
createServer((request, response) => forExpress(options)(request, response, () => {}));
createServer((req, res) => {
  const ctx: KoaContext = { req, res };
  void forKoa(options)(ctx, async () => {});
});
export const started: Promise<void> = forFastify({ supportedMethods: [], route() {}, addHook() {} }, options);
export class Provider {
  @StatusCheck("Database", { critical: false })
  async check(): Promise<Status> {
    return { state: "OK" };
  }
}
export const indicator = fromIndicator(() => ({ key: { status: "up" } }));
export const module = StatusModule.forRootAsync({ inject: ["x"], useFactory: (x: string) => ({ svcStatus: { path: x } }) });
`;

describe("a JavaScript consumer", () => {
  test.each(NODE_MAJORS)("requires and imports each entry on Node %i, without a warning", async (major) => {
    const outcome = await runScript(consumer, await nodeOfMajor(major), ALONE);
    expect(outcome).toEqual({ code: 0, stdout: `v${major} ${ALONE.length}\n`, stderr: "" });
  });

  test.each(NODE_MAJORS)("resolves, requires and imports the data on Node %i", async (major) => {
    const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", LOAD_DATA];
    const outcome = await run(await nodeOfMajor(major), args, consumer);
    expect(outcome).toEqual({ code: 0, stdout: `true ${manifest.version}\ntrue string\n`, stderr: "" });
  });

  test.each([11, 12] as const)("requires and imports the entry for Nest beside Nest %i", async (major) => {
    const outcome = await runScript(withNest(major), process.execPath, WITH_PEERS);
    expect(outcome).toMatchObject({ code: 0, stdout: `${process.version.split(".")[0]} 1\n` });
  });
});

describe("a sentinel", () => {
  const ask = `
    .then(async ({ address: { port } }) => {
      const response = await fetch("http://127.0.0.1:" + port + "/livez");
      console.log(response.status, await response.text());
    });
  `;

  test.each(NODE_MAJORS)("starts in a program in CommonJS on Node %i, without a warning", async (major) => {
    const program = `require("svc-status/sentinel").startSentinel({ port: 0, host: "127.0.0.1" })${ask}`;
    const outcome = await run(
      await nodeOfMajor(major),
      ["--input-type=commonjs", "--eval", program],
      consumer,
    );
    expect(outcome).toEqual({ code: 0, stdout: "200 ok\n", stderr: "" });
  });

  test.each(["esm", "cjs"])(
    "starts in a bundle, with its thread in a file of its own: %s",
    async (format) => {
      const folder = join(consumer, `bundle-${format}`);
      const here = format === "esm" ? "import.meta.url" : "require('node:url').pathToFileURL(__filename)";
      const options = `{ port: 0, host: "127.0.0.1", workerUrl: new URL("./thread.js", ${here}) }`;
      await mkdir(folder);
      await writeFile(join(folder, "thread.mjs"), `import "${WORKER}";`);
      await writeFile(
        join(folder, "app.mjs"),
        `import { startSentinel } from "svc-status/sentinel";\nstartSentinel(${options})${ask}`,
      );
      const out = join(consumer, `../out-${format}`);
      const args = ["app.mjs", "thread.mjs", "--dir", out, "--format", format, "--platform", "node"];
      expect(await run(join(modules, ".bin/rolldown"), args, folder)).toMatchObject({ code: 0 });
      await writeFile(
        join(out, "package.json"),
        JSON.stringify({ type: format === "esm" ? "module" : "commonjs" }),
      );
      const outcome = await run(process.execPath, ["app.js"], out);
      expect(outcome).toEqual({ code: 0, stdout: "200 ok\n", stderr: "" });
    },
  );

  test("is nothing in a thread that somebody else starts, and in none", async () => {
    const program = `
      await import("${WORKER}");
      const { Worker } = await import("node:worker_threads");
      new Worker("import('${WORKER}')", { eval: true, workerData: { port: 0 } });
    `;
    const outcome = await run(process.execPath, ["--input-type=module", "--eval", program], consumer);
    expect(outcome).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("importing an adapter", () => {
  const adapters = MODULE_ENTRIES.flatMap(([path, { default: file }]) =>
    file.startsWith("./dist/adapters/") ? [path.slice("./".length)] : [],
  );

  test.each(adapters)("loads no other adapter: %s", async (name) => {
    const folder = name === "nest" ? withNest(12) : consumer;
    const loaded = await listLoaded(folder, [`svc-status/${name}`]);
    const needed = new RegExp(`^(?:core|formats|http|adapters/common|adapters/${name}(?:\\.shared)?)\\.js$`);
    expect(loaded).toContain(`adapters/${name}.js`);
    expect(loaded.filter((file) => !needed.test(file))).toEqual([]);
  });
});

describe("importing", () => {
  test("every entry has a goal", () => {
    const alone = Object.keys(GOALS).filter((entries) => !entries.includes(" "));
    expect(alone.toSorted()).toEqual(ENTRIES.toSorted());
  });

  test.each(Object.entries(GOALS))(
    "%s loads no more than its maximum",
    async (entries, { maxFiles, maxKilobytes }) => {
      const folder = WITH_PEERS.includes(entries) ? withNest(12) : consumer;
      const loaded = await listLoaded(folder, entries.split(" "));
      const sizes = loaded.map((file) => statSync(join(consumer, "node_modules/svc-status/dist", file)).size);
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      expect(loaded.length).toBeGreaterThan(0);
      expect(loaded.length).toBeLessThanOrEqual(maxFiles);
      expect(bytes / 1_000).toBeLessThanOrEqual(maxKilobytes);
    },
  );
});

describe("the health probes", () => {
  const listen = `
    import { createServer } from "node:http";
    import { serviceStatus } from "svc-status/node";
    const status = serviceStatus({ healthProbes: true });`;
  const request = `
    const server = createServer(status).listen(0, "127.0.0.1", async () => {
      const { status: code } = await fetch("http://127.0.0.1:" + server.address().port + "/readyz?verbose");
      process.exitCode = code === 200 ? 0 : 1;
      server.close();
    });`;

  test("load when they are switched on, and no file for a request", async () => {
    const switchedOn = await listLoadedBy(consumer, listen);
    expect(switchedOn).toContain("http/health-probes.js");
    expect(await listLoadedBy(consumer, listen + request)).toEqual(switchedOn);
    expect(await listLoaded(consumer, ["svc-status/node"])).not.toContain("http/health-probes.js");
  });
});

function listLoaded(folder: string, entries: readonly string[]): Promise<readonly string[]> {
  return listLoadedBy(folder, entries.map((entry) => `await import("${entry}");`).join("\n"));
}

async function listLoadedBy(folder: string, program: string): Promise<readonly string[]> {
  const preload = join(folder, "tell-loaded.mjs");
  await writeFile(preload, TELL_LOADED);
  const args = ["--import", preload, "--input-type=module", "--eval", program];
  const { code, stdout, stderr } = await run(process.execPath, args, folder);
  expect(code, stderr).toBe(0);
  return stdout.trim().split("\n");
}

describe("a TypeScript consumer", () => {
  const withNode = { lib: ["ES2023"], types: ["node"], typeRoots: [join(modules, "@types")] };
  const withoutNode = { lib: ["ES2023", "DOM"], types: [] };
  const nodenext = { module: "nodenext" };
  const bundler = { module: "esnext", moduleResolution: "bundler" };

  test.each([
    ["nodenext", true, { ...nodenext, ...withNode }, MAIN_ENTRY + FETCH_ENTRIES + NODE_ENTRIES],
    ["nodenext", false, { ...nodenext, ...withNode }, MAIN_ENTRY + FETCH_ENTRIES + NODE_ENTRIES],
    ["bundler", true, { ...bundler, ...withNode }, MAIN_ENTRY + FETCH_ENTRIES + NODE_ENTRIES],
    ["bundler", false, { ...bundler, ...withNode }, MAIN_ENTRY + FETCH_ENTRIES + NODE_ENTRIES],
    ["bundler, no Node types", true, { ...bundler, ...withoutNode }, MAIN_ENTRY + FETCH_ENTRIES],
  ])("compiles under %s, exactOptionalPropertyTypes %s", async (name, exact, options, source) => {
    const file = `${name.replaceAll(/\W+/g, "-")}-${exact}.mts`;
    expect(await compile(7, file, source, { ...options, exactOptionalPropertyTypes: exact })).toEqual(SILENT);
  });

  test.each([
    [7, "nodenext", nodenext],
    [5, "nodenext", nodenext],
    [5, "node16", { module: "node16" }],
    [5, "commonjs, as Nest's older templates have it", { module: "commonjs", moduleResolution: "node10" }],
  ] as const)("compiles to CommonJS with TypeScript %i under %s", async (major, name, options) => {
    const file = `${name.replaceAll(/\W+/g, "-")}-${major}.cts`;
    const source = MAIN_ENTRY + FETCH_ENTRIES + NODE_ENTRIES;
    expect(await compile(major, file, source, { ...options, ...withNode })).toEqual(SILENT);
  });
});

const SILENT: Outcome = { code: 0, stdout: "", stderr: "" };

const COMPILERS = {
  5: join(root, "test/frameworks/typescript-5/node_modules/typescript/bin/tsc"),
  7: join(modules, ".bin/tsc"),
};

async function compile(
  major: keyof typeof COMPILERS,
  file: string,
  source: string,
  options: object,
): Promise<Outcome> {
  const strict = { strict: true, skipLibCheck: false, noEmit: true };
  const compilerOptions = { target: "es2023", experimentalDecorators: true, ...strict, ...options };
  await writeFile(join(consumer, file), source);
  await writeFile(join(consumer, `${file}.json`), JSON.stringify({ compilerOptions, files: [file] }));
  return run(COMPILERS[major], ["-p", `${file}.json`], consumer);
}
