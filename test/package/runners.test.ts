import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { NODE_MAJORS, nodeOfMajor } from "../support/node-versions.ts";
import { type Outcome, run } from "../support/run.ts";
import { MODULE_ENTRIES } from "./entries.ts";
import { expectSuccess, installBeside, PROGRAMS } from "./tried/install.ts";
import { BESIDE_JEST, JEST, TRANSFORMS, VITEST } from "./tried/table.ts";

/** That of the thread is for bundlers. */
const ENTRIES = MODULE_ENTRIES.map(([entry]) => entry.replace(/^\./, "svc-status")).filter(
  (entry) => entry !== "svc-status/sentinel/worker",
);
/** Each entry, and what test/fixtures/tried/tests.mjs has beside them. */
const TESTS = ENTRIES.length + 5;
/** What the entry for Nest needs, and what the application needs. */
const WITH_NEST = pick("@nestjs/common", "@nestjs/core", "prom-client", "reflect-metadata", "rxjs");

type Transform = (typeof TRANSFORMS)[number];

const JEST_CONFIGS: Readonly<Record<Transform, object>> = {
  "babel-jest": {},
  "ts-jest": { preset: "ts-jest" },
  "@swc/jest": { transform: { "\\.[jt]s$": "@swc/jest" } },
};

const TYPED_TEST = `
import { addStatusHandler, removeStatusHandler, type Status } from "svc-status";
import { serviceStatus, type ServiceStatusOptions } from "svc-status/node";

test("has types", () => {
  const status: Status = { state: "OK" };
  const options: ServiceStatusOptions = { probeStatus: false };
  addStatusHandler("Typed", () => status);
  expect(typeof serviceStatus(options)).toBe("function");
  expect(removeStatusHandler("Typed")).toBe(true);
});
`;

/** The tests as a runner reads them: in files with this ending, and with its own `test`. */
async function writeTests(folder: string, ending: string, header: string, load: string): Promise<void> {
  for (const name of ["create-app", "tests"]) {
    const code = await readFile(join(PROGRAMS, `${name}.mjs`), "utf8");
    await writeFile(join(folder, `${name}.${ending}`), ending === "ts" ? `// @ts-nocheck\n${code}` : code);
  }
  const suffix = ending === "mjs" ? ".mjs" : "";
  const code = `${header}
import { createApp } from "./create-app${suffix}";
import { describePackage } from "./tests${suffix}";
describePackage({ test, createApp, load: (entry) => ${load}(entry), entries: ${JSON.stringify(ENTRIES)} });`;
  await writeFile(join(folder, `package.test.${ending}`), code);
}

function runJest(folder: string, config: object): Promise<Outcome> {
  const args = ["--config", JSON.stringify({ rootDir: folder, ...config }), "--silent", "--forceExit"];
  return run(join(folder, "node_modules/.bin/jest"), args, folder);
}

describe.each(Object.entries(JEST))("Jest %s in CommonJS", (major, version) => {
  let folder: string;

  beforeAll(async () => {
    folder = await installBeside(`jest-${major}`, { jest: version, ...BESIDE_JEST });
    for (const ending of ["js", "ts"]) await mkdir(join(folder, ending));
    await writeTests(join(folder, "js"), "js", "", "require");
    await writeTests(join(folder, "ts"), "ts", "// @ts-nocheck", "require");
    await writeFile(join(folder, "ts/typed.test.ts"), TYPED_TEST);
    await writeFile(join(folder, "babel.config.json"), '{ "presets": ["@babel/preset-env"] }');
    const compilerOptions = { module: "commonjs", target: "es2023", esModuleInterop: true, types: ["jest"] };
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...compilerOptions, strict: true } }),
    );
  });

  test.each(TRANSFORMS)(
    "runs tests that use the package, with %s and no configuration for it",
    async (transform) => {
      const ending = transform === "babel-jest" ? "js" : "ts";
      const config = { ...JEST_CONFIGS[transform], testMatch: [`**/*.test.${ending}`] };
      const { code, stderr } = await runJest(folder, config);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`Tests:       ${TESTS + (ending === "ts" ? 1 : 0)} passed`);
    },
  );
});

describe("Vitest", () => {
  test("runs tests that use the package", async () => {
    const folder = await installBeside("vitest", { vitest: VITEST, ...WITH_NEST });
    await writeTests(folder, "mjs", 'import { test } from "vitest";', "import");
    const stdout = await expectSuccess(run(join(folder, "node_modules/.bin/vitest"), ["run"], folder));
    expect(stdout).toMatch(new RegExp(`Tests .*${TESTS} passed`));
  });
});

describe("node:test", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await installBeside("node-test", WITH_NEST);
    await writeTests(folder, "mjs", 'import { test } from "node:test";', "import");
  });

  test.each(NODE_MAJORS)("runs tests that use the package on Node %i", async (major) => {
    const args = ["--test", "--test-reporter=tap", "package.test.mjs"];
    const stdout = await expectSuccess(run(await nodeOfMajor(major), args, folder));
    expect(stdout).toMatch(new RegExp(`^# pass ${TESTS}$`, "m"));
  });
});

function pick(...names: readonly (keyof typeof BESIDE_JEST)[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, BESIDE_JEST[name]]));
}
