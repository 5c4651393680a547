import type { Probe } from "../core/probe.ts";
import type { HandlerDescription, StatusRegistry } from "../core/registry/registry.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { RED } from "../core/state.ts";
import { prefixUntilFree } from "../util/free-name.ts";
import { type Line, PROBE_CHECKS } from "./health-formats.ts";
import type { HealthProbeName, ResolvedHealthProbes } from "./health-probe-options.ts";
import { judgeReadiness } from "./readiness.ts";
import type { Standings } from "./standings.ts";

export interface HealthLinesSetup {
  /** The standings of the registry's handlers. */
  readonly standings: Standings;
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly options: ResolvedHealthProbes;
}

export type IsExcluded = (name: string) => boolean;

/** Runs the handlers of a health probe, or of a group, and returns a line for each check. */
export type ReadHealthLines = (
  covers: HealthProbeName | readonly string[],
  isExcluded: IsExcluded,
) => Promise<readonly Line[]>;

const PROBE_PREFIX = "service-";

/**
 * The handlers that decide each endpoint. Handlers that are not critical never decide, so they do not run
 * here: one that hangs would delay the response. Liveness covers what a restart of this process can fix, and
 * never the probe.
 */
const DECIDES: Readonly<Record<HealthProbeName, (handler: HandlerDescription) => boolean>> = {
  live: ({ critical, scope }) => critical && scope === "local",
  ready: ({ critical }) => critical,
  startup: ({ critical }) => critical,
};

export function createHealthLines({
  registry,
  standings,
  probe,
  options,
}: HealthLinesSetup): ReadHealthLines {
  const { rule, format } = options;
  const { getRemark } = getRegistrySeams(registry);

  const readers: Readonly<Record<HealthProbeName, (isExcluded: IsExcluded) => Promise<readonly Line[]>>> = {
    live: async (isExcluded) => {
      const { names, excluded } = select("live", isExcluded);
      return toOrdered([...(await judge(names)), ...excluded], "live");
    },
    ready: async (isExcluded) => {
      const { names, excluded } = select("ready", isExcluded);
      const verdicts = await judgeReadiness({ registry, standings, rule }, names);
      const lines = verdicts.map((verdict) => ({ ...verdict, remark: getRemark(verdict.name) }));
      return [toProbeLine(isExcluded), ...toOrdered([...lines, ...excluded], "ready")];
    },
    startup: async (isExcluded) => {
      const { names, excluded } = select("startup", isExcluded);
      const isStarted = (name: string): boolean => standings.find(name)?.hasBeenUp === true;
      const started = names.filter(isStarted);
      const lines = await judge(names.filter((name) => !started.includes(name)));
      const all = [...started.map((name) => toLine(name, "ok")), ...lines, ...excluded];
      return toOrdered(all, "startup");
    },
  };

  function select(
    probeName: HealthProbeName,
    isExcluded: IsExcluded,
  ): { readonly names: readonly string[]; readonly excluded: readonly Line[] } {
    const deciding = registry.handlers.filter(DECIDES[probeName]).map(({ name }) => name);
    return {
      names: deciding.filter((name) => !isExcluded(name)),
      excluded: deciding.filter(isExcluded).map((name) => ({ name, verdict: "excluded" })),
    };
  }

  async function judge(names: readonly string[]): Promise<readonly Line[]> {
    const { entries } = await registry.getReport({ names });
    standings.record(entries);
    return entries.map(({ name, status }) => toLine(name, status.state === RED ? "failed" : "ok"));
  }

  function toLine(name: string, verdict: Line["verdict"]): Line {
    return { name, verdict, remark: getRemark(name) };
  }

  /** In order of registration. */
  function toOrdered(lines: readonly Line[], probeName: HealthProbeName): readonly Line[] {
    const byName = new Map(lines.map((line) => [line.name, line]));
    return registry.handlers.filter(DECIDES[probeName]).flatMap(({ name }) => byName.get(name) ?? []);
  }

  /** Read after the handlers ran, because one of them may have changed the probe. */
  function toProbeLine(isExcluded: IsExcluded): Line {
    const name = prefixUntilFree(PROBE_CHECKS[format], PROBE_PREFIX, (taken) =>
      registry.names.includes(taken),
    );
    if (isExcluded(name)) return { name, verdict: "excluded", isProbe: true };
    return { ...toLine(name, probe.commissioned ? "ok" : "failed"), isProbe: true };
  }

  /** A handler that is not registered has failed: a group must not pass without it. */
  async function readGroup(names: readonly string[], isExcluded: IsExcluded): Promise<readonly Line[]> {
    const registered = names.filter((name) => !isExcluded(name) && registry.names.includes(name));
    const byName = new Map((await judge(registered)).map((line) => [line.name, line]));
    return names.map(
      (name) => byName.get(name) ?? { name, verdict: isExcluded(name) ? "excluded" : "failed" },
    );
  }

  return (covers, isExcluded) =>
    typeof covers === "string" ? readers[covers](isExcluded) : readGroup(covers, isExcluded);
}
