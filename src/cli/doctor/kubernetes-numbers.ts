import type { Declared, Liveness } from "./fields.ts";
import { type Source, toDefined } from "./numbers.ts";

type Fields = Readonly<Record<string, unknown>>;

const WORKLOADS: readonly unknown[] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Pod"];
const REPLICATED: readonly unknown[] = ["Deployment", "StatefulSet", "ReplicaSet"];

/** The names of times, thresholds and counts. */
const NUMBER_NAME = /(?:Seconds|Threshold|Unavailable|Surge)$/;

const LIVENESS_OF_PATH: readonly (readonly [RegExp, Liveness])[] = [
  [/\/livez$/, "local"],
  [/\/(?:readyz|startupz|svc_status)$|\bsvc-status show\b/, "shared"],
  [/\/probe_status$/, "probe"],
];

/** Paths and commands of this package, which another container of the Pod does not have. */
const OWN = /\/(?:livez|readyz|svc_status|probe_status)"|svc-status/;

/** The workloads in the output of `kubectl get -o json`. `undefined` if it is something else. */
export function toKubernetesSources(value: unknown): readonly Source[] | undefined {
  if (!isFields(value) || typeof value["apiVersion"] !== "string") return undefined;
  const { items } = value;
  if (Array.isArray(items)) return items.flatMap((item) => toKubernetesSources(item) ?? []);
  return WORKLOADS.includes(value["kind"]) ? [toSource(value)] : [];
}

function toSource(workload: Fields): Source {
  const kind = String(workload["kind"]);
  const pod = kind === "Pod" ? "spec" : "spec.template.spec";
  const containers = get(workload, `${pod}.containers`);
  const list = Array.isArray(containers) ? containers : [];
  const [index = 0] = [...list.keys()].sort((one, other) => toRank(list[one]) - toRank(list[other]));
  const container = `${pod}.containers.${index}`;
  const readiness = `${container}.readinessProbe`;
  const hasReadiness = get(workload, readiness) !== undefined;
  const judged = new Set<string>();

  function read(path: string): unknown {
    judged.add(path);
    return get(workload, path);
  }
  function readNumber(path: string, factor = 1): number | undefined {
    const number = read(path);
    return typeof number === "number" ? Math.ceil(number * factor) : undefined;
  }

  const liveness =
    get(workload, `${container}.livenessProbe.httpGet.path`) ??
    toCommand(get(workload, `${container}.livenessProbe`));
  const preStop = get(workload, `${container}.lifecycle.preStop`);
  const replicas = REPLICATED.includes(kind) ? (readNumber("spec.replicas") ?? 1) : undefined;
  const declared: Declared = toDefined({
    graceMs: readNumber(`${pod}.terminationGracePeriodSeconds`, 1_000),
    preStopMs: toPreStopMs(preStop),
    instances: replicas === 0 ? undefined : replicas,
    probeIntervalMs: readNumber(`${readiness}.periodSeconds`, 1_000),
    probeTimeoutMs: readNumber(`${readiness}.timeoutSeconds`, 1_000),
    fall: readNumber(`${readiness}.failureThreshold`),
    rise: readNumber(`${readiness}.successThreshold`),
    livenessLooksAt: LIVENESS_OF_PATH.find(([path]) => path.test(String(liveness)))?.[1],
    probeRunsHandlers:
      !hasReadiness ||
      get(workload, `${readiness}.tcpSocket`) !== undefined ||
      /\/probe_status$/.test(String(get(workload, `${readiness}.httpGet.path`)))
        ? false
        : undefined,
  });
  const name = get(workload, "metadata.name");
  const title = `${kind} ${typeof name === "string" ? name : "without a name"}`;
  return {
    title: list.length > 1 ? `${title}, container ${get(workload, `${container}.name`)}` : title,
    platform: "kubernetes",
    declared,
    ignored: [
      ...listNumbers(workload["spec"], "spec").filter((path) => !judged.has(path)),
      ...(preStop !== undefined && declared.preStopMs === undefined
        ? [`${container}.lifecycle.preStop`]
        : []),
      ...(liveness !== undefined && declared.livenessLooksAt === undefined
        ? [`what ${container}.livenessProbe ${liveness} checks`]
        : []),
    ].map((path) => path.replace(/\.(\d+)(?=\.|$)/g, "[$1]")),
    problems:
      !hasReadiness && list.some(isServing)
        ? [
            {
              severity: "warning",
              text: "no container has a readinessProbe: a Pod gets requests before the service can answer them",
              remedy: "add the readinessProbe below",
            },
          ]
        : [],
  };
}

/** The container that is judged has the lowest rank: a proxy next to the service has probes too. */
function toRank(container: unknown): number {
  if (get(container, "readinessProbe") === undefined) return 2;
  return OWN.test(JSON.stringify(container)) ? 0 : 1;
}

function toCommand(holder: unknown): string | undefined {
  const command = get(holder, "exec.command");
  return Array.isArray(command) ? command.join(" ") : undefined;
}

/** A worker has neither ports nor probes, and gets no requests. */
function isServing(container: unknown): boolean {
  return get(container, "ports") !== undefined || get(container, "livenessProbe") !== undefined;
}

/** The length of a hook that only sleeps. The length of other hooks is unknown. */
function toPreStopMs(preStop: unknown): number | undefined {
  const seconds = get(preStop, "sleep.seconds");
  if (typeof seconds === "number") return Math.ceil(seconds * 1_000);
  const [, slept] = /(?:^|\s|\/)sleep (\d+(?:\.\d+)?)s?$/.exec(toCommand(preStop) ?? "") ?? [];
  return slept === undefined ? undefined : Math.ceil(Number(slept) * 1_000);
}

function listNumbers(value: unknown, path: string): readonly string[] {
  if (typeof value !== "object" || value === null) return NUMBER_NAME.test(path) ? [path] : [];
  return Object.entries(value).flatMap(([key, each]) => listNumbers(each, `${path}.${key}`));
}

function get(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (each, key) => (isFields(each) && Object.hasOwn(each, key) ? each[key] : undefined),
      value,
    );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
