import { findMistakes } from "../../options/find-mistakes.ts";
import type { Mistake } from "../../options/words.ts";
import { readJsonFile, readJsonText } from "../schema/read-json-file.ts";
import { SERVE_CONFIG, type ServeConfig } from "../serve/config.ts";
import { loadConfig } from "../serve/load-config.ts";
import { type Declared, NUMBERS } from "./numbers.ts";
import { toNumbersOfServe } from "./serve-numbers.ts";

export type ReadDeclared = { readonly declared: Declared } | { readonly mistakes: readonly Mistake[] };

/** Configuration files of platforms, which the user may pass by mistake. */
const OTHER_LANGUAGE = /\.(?:ya?ml|cfg|conf|toml)$/i;

const EXPECTED_NUMBERS =
  'expected JSON with the numbers of these settings, such as { "probeIntervalMs": 2000, "graceMs": 32000 }, or options such as --probe-interval 2s. See: svc-status doctor --help';

/**
 * Reads a file with numbers or a configuration of `serve`. `-` reads the result of `readInput`. Never
 * rejects.
 */
export async function readDeclared(file: string, readInput: () => Promise<string>): Promise<ReadDeclared> {
  if (/\.[cm]?[jt]s$/.test(file)) return fromConfig(await loadConfig(file));
  if (OTHER_LANGUAGE.test(file)) return { mistakes: [{ path: "", text: EXPECTED_NUMBERS }] };
  const read = file === "-" ? readJsonText(await readInput()) : await readJsonFile(file);
  if (read.mistake !== undefined) return { mistakes: [read.mistake] };
  const { value } = read;
  if (isConfig(value)) {
    const mistakes = findMistakes(SERVE_CONFIG, value);
    return fromConfig(mistakes.length > 0 ? { mistakes } : { config: value });
  }
  const mistakes = findMistakes(NUMBERS, value);
  return mistakes.length > 0 ? { mistakes } : { declared: value as Declared };
}

/** Whether it has a property that only a configuration of `serve` has. */
function isConfig(value: unknown): value is ServeConfig {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(value).some((key) => Object.hasOwn(SERVE_CONFIG.properties, key));
}

function fromConfig(loaded: Awaited<ReturnType<typeof loadConfig>>): ReadDeclared {
  return loaded.mistakes === undefined ? { declared: toNumbersOfServe(loaded.config) } : loaded;
}
