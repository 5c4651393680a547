import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findMistakes } from "../../options/find-mistakes.ts";
import type { Mistake } from "../../options/words.ts";
import { describeError } from "../../util/describe-error.ts";
import { toDurationText } from "../../util/duration-text.ts";
import { settleWithin } from "../../util/settle-within.ts";
import { type Read, readJsonFile, readTextFile } from "../schema/read-json-file.ts";
import { SERVE_CONFIG, type ServeConfig } from "./config.ts";
import { type RightParts, toRightParts } from "./right-parts.ts";

/** A configuration as in its file, or all mistakes in its structure, with its valid parts. */
export type Loaded =
  | { readonly config: ServeConfig; readonly mistakes?: never }
  | { readonly mistakes: readonly Mistake[]; readonly right?: RightParts };

/**
 * Maximum time to load a module, because a second SIGHUP waits for it and must not wait forever.
 */
export const MAX_LOAD_MS = 30_000;

type Kind = "module" | "code" | "yaml" | "json";

let loads = 0;

/** Reads a `.json` file, or the default export of a module. Never rejects: errors become mistakes. */
export async function loadConfig(file: string): Promise<Loaded> {
  const read = await READERS[toKind(file)](file);
  if (read.mistake !== undefined) return { mistakes: [read.mistake] };
  return look(read.value);
}

/** A module may export an object that throws. */
function look(value: unknown): Loaded {
  let mistakes: readonly Mistake[] = [];
  try {
    mistakes = findMistakes(SERVE_CONFIG, value);
    if (mistakes.length > 0) return { mistakes, right: toRightParts(value, mistakes) };
    // The value has passed the check of its shape.
    return { config: value as ServeConfig };
  } catch (error) {
    return { mistakes: [...mistakes, toUnreadable(error)] };
  }
}

export function toUnreadable(error: unknown): Mistake {
  return { path: "", text: `cannot be read: ${describeError(error)}` };
}

const READERS: Readonly<Record<Kind, (file: string) => Promise<Read>>> = {
  module: readModule,
  // Node.js would not evaluate these again when they are reloaded.
  code: async () => ({ mistake: { path: "", text: "expected a .json file or a module that ends in .mjs" } }),
  yaml: async () => ({ mistake: { path: "", text: "YAML is not supported; use .json or .mjs" } }),
  json: readJsonFile,
};

function toKind(file: string): Kind {
  if (file.endsWith(".mjs")) return "module";
  if (/\.ya?ml$/i.test(file)) return "yaml";
  return /\.[cm]?[jt]s$/.test(file) ? "code" : "json";
}

async function readModule(file: string): Promise<Read> {
  // The message of Node.js for a missing module is longer, and shows full paths.
  const { mistake } = await readTextFile(file);
  if (mistake !== undefined) return { mistake };
  const url = pathToFileURL(resolve(file));
  // For the same URL, Node.js would return the module that it loaded the first time.
  loads += 1;
  url.searchParams.set("load", String(loads));
  try {
    const loading: Promise<{ readonly default?: unknown }> = import(url.href);
    const message = `it has not finished within ${toDurationText(MAX_LOAD_MS)}`;
    const module = await settleWithin(loading, MAX_LOAD_MS, { message });
    if (module.default === undefined) return { mistake: { path: "", text: "has no default export" } };
    return { value: module.default };
  } catch (error) {
    return { mistake: { path: "", text: `cannot be loaded: ${describeError(error)}` } };
  }
}
