import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { findMistakes, type Mistake } from "../../options/find-mistakes.ts";
import { describeError } from "../../util/describe-error.ts";
import { settleWithin } from "../../util/settle-within.ts";
import { renderDuration } from "../duration.ts";
import { type Read, readJsonFile, readTextFile } from "../schema/read-json-file.ts";
import { SERVE_CONFIG, type ServeConfig } from "./config.ts";
import { type RightParts, toRightParts } from "./right-parts.ts";

/** A configuration as it stands in its file, or everything that is wrong with its form, and what is not. */
export type Loaded =
  | { readonly config: ServeConfig; readonly mistakes?: never }
  | { readonly mistakes: readonly Mistake[]; readonly right?: RightParts };

/** How long a module may take to load: what waits for it, such as a second SIGHUP, must not wait for ever. */
export const MAX_LOAD_MS = 30_000;

type Kind = "module" | "code" | "json";

let loads = 0;

/** Reads a `.json` file, or the default export of a module. Never rejects: what goes wrong is a mistake. */
export async function loadConfig(file: string): Promise<Loaded> {
  const read = await READERS[toKind(file)](file);
  if (read.mistake !== undefined) return { mistakes: [read.mistake] };
  return look(read.value);
}

/** A module may hand over an object that throws. */
function look(value: unknown): Loaded {
  let mistakes: readonly Mistake[] = [];
  try {
    mistakes = findMistakes(SERVE_CONFIG, value);
    if (mistakes.length > 0) return { mistakes, right: toRightParts(value, mistakes) };
    // What was found right is what the shape describes.
    return { config: value as ServeConfig };
  } catch (error) {
    return { mistakes: [...mistakes, toUnreadable(error)] };
  }
}

export function toUnreadable(error: unknown): Mistake {
  return { path: "", text: `cannot be looked at: ${describeError(error)}` };
}

const READERS: Readonly<Record<Kind, (file: string) => Promise<Read>>> = {
  module: readModule,
  // Node.js would not evaluate these again when they are read again.
  code: async () => ({ mistake: { path: "", text: "expected a .json file or a module that ends in .mjs" } }),
  json: readJsonFile,
};

function toKind(file: string): Kind {
  if (file.endsWith(".mjs")) return "module";
  return /\.[cm]?[jt]s$/.test(file) ? "code" : "json";
}

async function readModule(file: string): Promise<Read> {
  // What Node.js says of a module that is not there is longer, and shows whole paths.
  const { mistake } = await readTextFile(file);
  if (mistake !== undefined) return { mistake };
  const url = pathToFileURL(resolve(file));
  // Asked for under the same name again, Node.js would give what it loaded the first time.
  loads += 1;
  url.searchParams.set("load", String(loads));
  try {
    const loading: Promise<{ readonly default?: unknown }> = import(url.href);
    const message = `it has not finished within ${renderDuration(MAX_LOAD_MS)}`;
    const module = await settleWithin(loading, MAX_LOAD_MS, { message });
    if (module.default === undefined) return { mistake: { path: "", text: "has no default export" } };
    return { value: module.default };
  } catch (error) {
    return { mistake: { path: "", text: `cannot be loaded: ${describeError(error)}` } };
  }
}
