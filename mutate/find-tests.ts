import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Paths of files and folders, relative to the root. */
export interface Chosen {
  readonly sources: readonly string[];
  /** Default: the tests in the folders of `test` with the names of the sources' top folders. */
  readonly tests: readonly string[];
}

/** Modules that start processes or threads, which mutants do not reach. */
const PROCESSES = /^node:(?:child_process|cluster|worker_threads)$/;
/** The sources only read its state and its messages. Applications and tests fork. */
const ONLY_READ_BY_SOURCES = "node:cluster";
const IMPORT = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;

/** The test files that load one of the sources and start no processes. */
export function findTests(root: string, { sources, tests }: Chosen): string[] {
  const folders = tests.length > 0 ? tests : sources.map(toTestFolder);
  const files = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" });
  return files
    .map((file) => join("test", file))
    .filter((file) => file.endsWith(".test.ts") && isInOneOf(file, folders))
    .filter((file) => {
      const loaded = [...loadedBy(join(root, file))];
      const loadsSource = loaded.some((path) => isInOneOf(relative(root, path), sources));
      return loadsSource && !loaded.some((path) => PROCESSES.test(path));
    });
}

/** `test/core` for `src/core/pipeline/share.ts`. */
function toTestFolder(source: string): string {
  const [, folder = ""] = source.split(sep);
  return join("test", folder.endsWith(".ts") ? "" : folder);
}

/** The file and all its direct and indirect imports. */
function loadedBy(file: string, loaded: Set<string> = new Set()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  if (!file.endsWith(".ts")) return loaded;
  for (const [, path = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
    if (path === ONLY_READ_BY_SOURCES && file.includes(`${sep}src${sep}`)) continue;
    loadedBy(path.startsWith(".") ? join(file, "..", path) : path, loaded);
  }
  return loaded;
}

function isInOneOf(file: string, paths: readonly string[]): boolean {
  return paths.some((path) => file === path || file.startsWith(path + sep));
}
