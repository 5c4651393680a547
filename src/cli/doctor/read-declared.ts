import { findMistakes } from "../../options/find-mistakes.ts";
import type { Mistake } from "../../options/words.ts";
import { readJsonText, readTextFile } from "../schema/read-json-file.ts";
import { SERVE_CONFIG, type ServeConfig } from "../serve/config.ts";
import { loadConfig } from "../serve/load-config.ts";
import { toCommandLine } from "../shell-quote.ts";
import { toHaproxySources } from "./haproxy-numbers.ts";
import { toKubernetesSources } from "./kubernetes-numbers.ts";
import { type Declared, NUMBERS, type Source } from "./numbers.ts";
import { toNumbersOfServe } from "./serve-numbers.ts";

export type ReadDeclared =
  | { readonly sources: readonly Source[] }
  | { readonly mistakes: readonly Mistake[] };

/** Configuration files of platforms that it cannot read. */
const OTHER_LANGUAGE = /\.(?:ya?ml|conf|toml)$/i;

const YAML = /\.ya?ml$/i;

/** The beginning of a haproxy.cfg: comments, then a section. */
const HAPROXY = /^(?:\s*(?:#.*)?\n)*(?:global|defaults|frontend|backend|listen)\b/;

const EXPECTED_NUMBERS =
  'expected JSON with the numbers of these settings, such as { "probeIntervalMs": 2000, "graceMs": 32000 }, or options such as --probe-interval 2s. See: svc-status doctor --help';

/**
 * Reads a file with numbers or a configuration of `serve`. `-` reads the result of `readInput`. Never
 * rejects.
 */
export async function readDeclared(file: string, readInput: () => Promise<string>): Promise<ReadDeclared> {
  if (/\.[cm]?[jt]s$/.test(file)) return fromConfig(await loadConfig(file));
  if (OTHER_LANGUAGE.test(file)) return { mistakes: [{ path: "", text: toExpected(file) }] };
  const { text = "", mistake } = file === "-" ? { text: await readInput() } : await readTextFile(file);
  if (mistake !== undefined) return { mistakes: [mistake] };
  if (/\.cfg$/i.test(file) || HAPROXY.test(text))
    return fromSources(toHaproxySources(text), "backend with servers");
  const read = readJsonText(toList(text));
  if (read.mistake !== undefined) return { mistakes: [read.mistake] };
  const { value } = read;
  const workloads = toKubernetesSources(value);
  if (workloads !== undefined) return fromSources(workloads, "Deployment, StatefulSet, DaemonSet or Pod");
  if (isConfig(value)) {
    const mistakes = findMistakes(SERVE_CONFIG, value);
    return fromConfig(mistakes.length > 0 ? { mistakes } : { config: value });
  }
  const mistakes = findMistakes(NUMBERS, value);
  return mistakes.length > 0 ? { mistakes } : { sources: [{ declared: value as Declared }] };
}

/** `kubectl` writes the objects of a manifest one after the other, each indented. */
function toList(text: string): string {
  const items = text.replace(/^\}\n(?=\{)/gm, "},");
  return items === text ? text : `{"apiVersion":"v1","items":[${items}]}`;
}

/** No YAML parser at run time: `kubectl` has one. With `--local` it needs no cluster. */
function toExpected(file: string): string {
  const command = `kubectl label --local -o json -f ${toCommandLine([file])} doctor-`;
  return YAML.test(file)
    ? `it reads no YAML, so convert it: ${command} | svc-status doctor -`
    : EXPECTED_NUMBERS;
}

function fromSources(sources: readonly Source[], what: string): ReadDeclared {
  if (sources.length === 0) return { mistakes: [{ path: "", text: `no ${what} in it` }] };
  const mistakes = sources.flatMap(({ title = "", declared }) =>
    findMistakes(NUMBERS, declared).map(({ path, text }) => ({ path: `${title}: ${path}`, text })),
  );
  return mistakes.length > 0 ? { mistakes } : { sources };
}

/** Whether it has a property that only a configuration of `serve` has. */
function isConfig(value: unknown): value is ServeConfig {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(value).some((key) => Object.hasOwn(SERVE_CONFIG.properties, key));
}

function fromConfig(loaded: Awaited<ReturnType<typeof loadConfig>>): ReadDeclared {
  return loaded.mistakes === undefined
    ? { sources: [{ declared: toNumbersOfServe(loaded.config) }] }
    : loaded;
}
