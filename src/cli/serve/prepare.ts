import type { StatusHandler } from "../../core/handler.ts";
import type { HandlerOptions } from "../../core/handler-options.ts";
import { expectHandlerName } from "../../core/registration.ts";
import { expectNoCycle } from "../../core/registry/causes.ts";
import { resolveDrainOptions } from "../../drain/options.ts";
import type { ServiceStatusOptions } from "../../http/options.ts";
import { resolveOptions } from "../../http/resolve-options.ts";
import { toHint } from "../../options/find-mistakes.ts";
import { joinPath } from "../../options/read.ts";
import { type Mistake, toMistake } from "../../options/words.ts";
import { describeError } from "../../util/describe-error.ts";
import { CHECK_TYPES } from "./check-types.ts";
import { type CheckConfig, MACHINE_CHECKS, type NamedCheck } from "./config.ts";
import { type Environment, fillOptions, readEnvironment } from "./environment.ts";
import type { RightParts } from "./right-parts.ts";

/** A handler, ready to be registered. */
export interface PreparedHandler {
  readonly name: string;
  readonly handler: StatusHandler;
  readonly options: HandlerOptions;
  /** The configuration that it was created from. A handler with the same source is reused. */
  readonly source: CheckConfig;
}

/** Everything that a configuration defines. */
export interface Prepared {
  readonly handlers: readonly PreparedHandler[];
  readonly views: ServiceStatusOptions;
}

export type Preparation =
  | { readonly prepared: Prepared; readonly mistakes?: never }
  | { readonly prepared?: never; readonly mistakes: readonly Mistake[] };

/** Default interval of a check, short enough that the log shows a change soon. */
export const DEFAULT_INTERVAL_MS = 10_000;

/**
 * Creates the handlers of a configuration, as far as its structure is valid. Also finds mistakes beyond the structure:
 * duplicate names, cycles, and options that contradict each other.
 */
export function prepare(config: RightParts, env: Environment): Preparation {
  const sources = config.checks ?? MACHINE_CHECKS;
  const checks = sources.flatMap((source, index) => toCheck(source, index) ?? []);
  const built = checks.map((check) => buildHandler(check, env));
  const handlers = built.flatMap(({ handler }) => handler ?? []);
  const views = prepareViews(config, env);
  const mistakes = [
    ...built.flatMap(({ mistake }) => mistake ?? []),
    ...findMistakesOfNames(checks, checks.length === sources.length),
    ...views.mistakes,
    ...attempt("drain", () => resolveDrainOptions(config.drain ?? {})),
  ];
  if (mistakes.length === 0) return { prepared: { handlers, views: views.options } };
  for (const handler of handlers) discard(handler);
  return { mistakes };
}

/**
 * Stops timers and measurements that a check started when it was created. Handlers from a module are left
 * alone, because the module may use them elsewhere.
 */
export function discard({ handler, source }: PreparedHandler): void {
  if (!("check" in source)) return;
  const { close } = handler as { close?: unknown };
  if (typeof close === "function") close.call(handler);
}

interface Check {
  readonly source: CheckConfig;
  readonly path: string;
  readonly name: string;
}

function toCheck(source: CheckConfig | undefined, index: number): Check | undefined {
  if (source === undefined) return undefined;
  return { source, path: joinPath("checks", index), name: source.name ?? toName(source as NamedCheck) };
}

/** `HTTP users:8080/svc_status.json`, `Disk /`, `Memory` */
function toName({ check, target }: NamedCheck): string {
  const { title = check, shorten = String } = CHECK_TYPES[check] ?? {};
  try {
    return target === undefined ? title : `${title} ${shorten(target)}`;
  } catch {
    // If the target cannot be shortened, the check itself rejects it with a better message.
    return title;
  }
}

function buildHandler(
  { source, path, name }: Check,
  env: Environment,
): { readonly handler?: PreparedHandler; readonly mistake?: Mistake } {
  if ("handler" in source) {
    const { name: _, handler, ...options } = source;
    return { handler: { name, handler, options: withInterval(options), source } };
  }
  const { check, name: _, target = "", options: checkOptions = {}, ...handlerOptions } = source;
  const type = CHECK_TYPES[check];
  // The shape of the configuration allows no other name.
  if (type === undefined) throw new TypeError(`no check has the name ${check}`);
  const { defaults, options: shapes, create } = type;
  try {
    const handler = create(target, fillOptions(checkOptions, shapes, env));
    return { handler: { name, handler, options: withInterval({ ...defaults, ...handlerOptions }), source } };
  } catch (error) {
    return { mistake: toMistakeOfCheck(error, path, checkOptions) };
  }
}

function withInterval(options: HandlerOptions): HandlerOptions {
  return { intervalMs: DEFAULT_INTERVAL_MS, ...options };
}

/** A mistake that is not about an option of the check is about its target. */
function toMistakeOfCheck(error: unknown, path: string, options: object): Mistake {
  const mistake = toMistake(error) ?? { path: "", text: describeError(error) };
  const [option = ""] = mistake.path.split(".", 1);
  if (Object.hasOwn(options, option)) return { ...mistake, path: `${path}.options.${mistake.path}` };
  return { path: `${path}.target`, text: [mistake.path, mistake.text].filter(Boolean).join(": ") };
}

/** If some checks are unknown, a missing name is not a mistake. */
function findMistakesOfNames(checks: readonly Check[], areAllKnown: boolean): Mistake[] {
  const byName = new Map<string, Check>();
  const mistakes: Mistake[] = [];
  for (const check of checks) {
    const { name, path, source } = check;
    const first = byName.get(name);
    const text =
      source.name === undefined
        ? `has the same name as ${first?.path}, ${JSON.stringify(name)}: set name for one of them`
        : `${first?.path} has the name ${JSON.stringify(name)} too`;
    if (first !== undefined) mistakes.push({ path: joinPath(path, "name"), text });
    else byName.set(name, check);
    mistakes.push(...attempt(path, () => expectHandlerName(name)));
  }
  for (const { name, path, source } of checks) {
    const { dependsOn = [] } = source;
    for (const [index, other] of dependsOn.entries()) {
      if (byName.has(other) || !areAllKnown) continue;
      const near = toHint(other, [...byName.keys()]);
      const text = `unknown check ${JSON.stringify(other)}${near}`;
      mistakes.push({ path: joinPath(joinPath(path, "dependsOn"), index), text });
    }
    const getDependencies = (each: string) => byName.get(each)?.source.dependsOn ?? [];
    mistakes.push(...attempt(path, () => expectNoCycle(name, dependsOn, getDependencies)));
  }
  return mistakes;
}

interface Views {
  readonly options: ServiceStatusOptions;
  readonly mistakes: readonly Mistake[];
}

function prepareViews(config: RightParts, env: Environment): Views {
  const { $schema, port, host, socket, checks, drain, probeStatus: _, ...views } = config;
  const { probeStatus, mistakes } = prepareProbe(config.probeStatus, env);
  const options: ServiceStatusOptions = { ...views, ...(probeStatus !== undefined && { probeStatus }) };
  return { options, mistakes: [...mistakes, ...attempt("", () => resolveOptions(options))] };
}

function prepareProbe(
  config: RightParts["probeStatus"],
  env: Environment,
): { readonly probeStatus?: ServiceStatusOptions["probeStatus"]; readonly mistakes: readonly Mistake[] } {
  if (config === undefined) return { mistakes: [] };
  if (config === false || typeof config.control !== "object") {
    return { probeStatus: config as ServiceStatusOptions["probeStatus"], mistakes: [] };
  }
  const { token: source } = config.control;
  let token = "";
  const mistakes = attempt("", () => {
    token = readEnvironment("probeStatus.control.token", source, env);
  });
  return {
    probeStatus: { ...config, control: mistakes.length > 0 ? "off" : { token } },
    mistakes,
  };
}

/** Runs a function that checks options. */
function attempt(path: string, expectRight: () => unknown): Mistake[] {
  try {
    expectRight();
    return [];
  } catch (error) {
    const mistake = toMistake(error) ?? { path: "", text: describeError(error) };
    return [{ ...mistake, path: [path, mistake.path].filter(Boolean).join(".") }];
  }
}
