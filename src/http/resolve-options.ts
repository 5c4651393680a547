import { CHECK_SUFFIX, EVENTS_SUFFIX, FORMATS, REPORT_SUFFIX } from "../formats/formats.ts";
import { expectMethods, failExpectation } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import {
  HEALTH_PROBE_NAMES,
  HEALTH_PROBES_OPTIONS,
  resolveHealthProbes,
  toRequiredRule,
} from "./health-probe-options.ts";
import {
  type ResolvedOptions,
  type ResolvedSvcStatus,
  SERVICE_STATUS_OPTIONS,
  type ServiceStatusOptions,
  type SvcStatusWithDefaults,
} from "./options.ts";
import { applyPreset } from "./presets.ts";

// Responses with these codes have no body (RFC 9110, 15), but ours always have one.
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/** Checks the options and fills in the defaults. Throws a TypeError that names the option. */
export function resolveOptions(options: ServiceStatusOptions = {}): ResolvedOptions {
  const { preset } = readOptions(SERVICE_STATUS_OPTIONS, options);
  const all = readOptions(SERVICE_STATUS_OPTIONS, applyPreset(options));
  const { registry, probe, service, svcStatus, probeStatus, healthProbes, fleet } = all;
  expectMethods("probe.since", probe.since, ["getTime"]);
  const resolved = {
    registry,
    probe,
    service,
    fleet,
    svcStatus: svcStatus === false ? undefined : flatten(svcStatus, preset !== undefined),
    probeStatus: probeStatus
      ? { ...probeStatus, requireHealthy: toRequiredRule(probeStatus.requireHealthy) }
      : undefined,
    healthProbes:
      healthProbes === false
        ? undefined
        : resolveHealthProbes(healthProbes === true ? readOptions(HEALTH_PROBES_OPTIONS, {}) : healthProbes),
  };
  expectDistinctPaths(resolved);
  return resolved;
}

function flatten(
  { csv, prometheus, ...others }: SvcStatusWithDefaults,
  prefersJson: boolean,
): ResolvedSvcStatus {
  for (const [state, code] of Object.entries(others.httpStatus))
    if (WITHOUT_BODY.includes(code))
      failExpectation(`svcStatus.httpStatus.${state}`, "a code whose answer has a body", code);
  return { ...others, ...prometheus, detailColumn: csv.detail, prefersJson };
}

/** Rejects a path that two views claim: one of them would never be reached. */
function expectDistinctPaths({ svcStatus, probeStatus, healthProbes, fleet }: ResolvedOptions): void {
  const suffixes = Object.values(FORMATS).flatMap(({ suffix }) => suffix ?? []);
  const taken = new Map<string, string>();
  const claims: [path: string | undefined, option: string][] = [
    ...["", ...suffixes, REPORT_SUFFIX, EVENTS_SUFFIX, CHECK_SUFFIX].map(
      (suffix): [string | undefined, string] => [svcStatus && svcStatus.path + suffix, "svcStatus.path"],
    ),
    [probeStatus?.path, "probeStatus.path"],
    ...HEALTH_PROBE_NAMES.map((name): [string | undefined, string] => [
      healthProbes?.paths[name],
      `healthProbes.${name}`,
    ]),
    ...[...(healthProbes?.groups.keys() ?? [])].map((path): [string, string] => [
      path,
      "healthProbes.groups",
    ]),
    ...(fleet?.paths.map((path): [string, string] => [path, "fleet"]) ?? []),
  ];
  for (const [path, option] of claims) {
    if (path === undefined) continue;
    const other = taken.get(path);
    if (other !== undefined) failExpectation(option, `a path that ${other} does not use`, path);
    taken.set(path, option);
  }
}
