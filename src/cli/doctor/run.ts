import { text } from "node:stream/consumers";
import type { ExitStatus, Run } from "../command.ts";
import { describeMistakes } from "../schema/describe-mistakes.ts";
import { clean, cleanJson } from "../terminal/clean.ts";
import { correct } from "./correct.ts";
import type { DOCTOR } from "./definition.ts";
import { diagnose } from "./diagnose.ts";
import {
  type Declared,
  FIELDS,
  type FieldFacts,
  type NumberName,
  PLATFORM_NAMES,
  type Platform,
} from "./fields.ts";
import type { Finding } from "./finding.ts";
import { type Problem, resolveNumbers, type Source } from "./numbers.ts";
import { PLATFORMS } from "./platforms.ts";
import { readDeclared } from "./read-declared.ts";
import { renderService } from "./settings/service.ts";

/** The result of the doctor. */
interface Opinion {
  /** The workload or backend, if the file is that of a platform. */
  readonly title?: string;
  readonly findings: readonly (Finding | Problem)[];
  /** Numbers that are not declared and have no default. The rules that need them did not run. */
  readonly unknown: readonly NumberName[];
  /** The settings in the file that no rule uses. */
  readonly ignored?: readonly string[];
  readonly settings: Readonly<
    Partial<Record<Platform, { readonly service: string; readonly platform: string }>>
  >;
}

/** `svc-status doctor` */
export const runDoctor: Run<typeof DOCTOR> = async ({ operands: [file], values, io }) => {
  const read =
    file === undefined ? { sources: [{ declared: {} }] } : await readDeclared(file, () => text(io.stdin));
  if ("mistakes" in read) {
    io.stderr.write(
      describeMistakes(file === "-" || file === undefined ? "standard input" : file, read.mistakes),
    );
    return 3;
  }
  const opinions = read.sources.map((source) =>
    form(
      { ...source, declared: { ...source.declared, ...toDeclared(values) } },
      values.for ?? source.platform,
    ),
  );
  const json = JSON.stringify(opinions.length === 1 ? opinions[0] : opinions, null, 2);
  io.stdout.write(values.format === "json" ? `${cleanJson(json)}\n` : opinions.map(renderOpinion).join("\n"));
  return toExitStatus(opinions.flatMap(({ findings }) => findings));
};

function form({ title, declared, ignored, problems = [] }: Source, platform: Platform | undefined): Opinion {
  const platforms = platform === undefined ? PLATFORM_NAMES : [platform];
  const numbers = resolveNumbers(declared, platform && PLATFORMS[platform].toDefaults(declared));
  const settings = platforms.map((each) => {
    const corrected = correct(declared, each);
    return [
      each,
      { service: renderService(corrected), platform: PLATFORMS[each].render(corrected) },
    ] as const;
  });
  return {
    ...(title !== undefined && { title }),
    findings: [...problems, ...diagnose(declared, platform)],
    unknown: toJudged(platform).filter((name) => numbers[name] === undefined),
    ...(ignored !== undefined && { ignored }),
    settings: Object.fromEntries(settings),
  };
}

/** The numbers without which some rules find nothing. */
function toJudged(platform: Platform | undefined): readonly NumberName[] {
  const isNeeded = platform === undefined || PLATFORMS[platform].isDrainProber;
  return [...(isNeeded ? OF_PROBE : []), "longestRequestMs", "balancerIdleMs", "graceMs", "instances"];
}

const OF_PROBE: readonly NumberName[] = ["probeIntervalMs", "probeTimeoutMs", "fall"];

/** The numbers on the command line. */
function toDeclared(values: Readonly<Record<string, unknown>>): Declared {
  const given = Object.entries<FieldFacts>(FIELDS).map(([name, { option = "" }]) => [name, values[option]]);
  // A flag that is not given is `false`, but may be true in the file.
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== false));
}

const TITLES: Readonly<Record<Finding["severity"], string>> = { error: "cannot work", warning: "warning" };

function renderOpinion({ title, findings, unknown, ignored = [], settings }: Opinion): string {
  const head = title === undefined ? [] : [`--- ${clean(title)}\n`];
  const blocks = findings.map(
    ({ severity, text: what, remedy }) => `${TITLES[severity]}: ${what}\n  → ${remedy}\n`,
  );
  const unsaid = unknown.length === 0 ? [] : [`not set, so not checked: ${unknown.join(", ")}\n`];
  const parts = Object.entries(settings).map(([name, { service, platform }]) => {
    const { title } = PLATFORMS[name as Platform];
    return `\n=== ${title}: in the service\n\n${service}\n\n=== ${title}: settings\n\n${platform}`;
  });
  const unread =
    ignored.length === 0 ? [] : [clean(`in the file, but not judged: ${ignored.join(", ")}`), "\n"];
  const found = blocks.length === 0 ? ["no problems found\n"] : blocks;
  return [...head, ...found, ...unsaid, ...unread, ...parts].join("");
}

function toExitStatus(findings: Opinion["findings"]): ExitStatus {
  if (findings.some(({ severity }) => severity === "error")) return 2;
  return findings.length === 0 ? 0 : 1;
}
