import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findTests } from "../../mutate/find-tests.ts";

const FILES = {
  "src/a/one.ts": "",
  "src/a/deep/two.ts": 'import "../one.ts";',
  "src/b/three.ts": 'import cluster from "node:cluster";',
  "test/a/one.test.ts": 'import { one } from "../../src/a/one.ts";',
  "test/a/deep/two.test.ts": 'import { two } from "../../../src/a/deep/two.ts";',
  "test/a/other.test.ts": 'import { three } from "../../src/b/three.ts";',
  "test/a/helper.ts": 'import "../../src/a/one.ts";',
  "test/a/process.test.ts": 'import "../../src/a/one.ts";\nimport { run } from "../support/run.ts";',
  "test/b/forked.test.ts": 'import "../../src/b/three.ts";\nimport cluster from "node:cluster";',
  "test/b/three.test.ts": 'import { three } from "../../src/b/three.ts";\nimport "../a/helper.ts";',
  "test/support/run.ts": 'import { execFile } from "node:child_process";',
};

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "find-tests-"));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});

afterEach(() => rmSync(root, { recursive: true }));

function find(sources: readonly string[], tests: readonly string[] = []): string[] {
  return findTests(root, { sources, tests }).sort();
}

describe("the tests of what is mutated", () => {
  test("include those of sources that only read the state of a cluster", () => {
    expect(find(["src/b"])).toEqual(["test/b/three.test.ts"]);
  });

  test("are those of the same folder that load it, over other files too, and start no process", () => {
    expect(find(["src/a"])).toEqual(["test/a/deep/two.test.ts", "test/a/one.test.ts"]);
    expect(find(["src/a/deep"])).toEqual(["test/a/deep/two.test.ts"]);
    expect(find(["src/b/three.ts"])).toEqual(["test/b/three.test.ts"]);
  });

  test("are the named ones, files or folders, from wherever they are", () => {
    expect(find(["src/a/one.ts"], ["test/b"])).toEqual(["test/b/three.test.ts"]);
    expect(find(["src/a"], ["test/a/one.test.ts", "test/a/other.test.ts"])).toEqual(["test/a/one.test.ts"]);
  });

  test("are all for all sources", () => {
    expect(find(["src"])).toEqual([
      "test/a/deep/two.test.ts",
      "test/a/one.test.ts",
      "test/a/other.test.ts",
      "test/b/three.test.ts",
    ]);
  });
});
