import type { Probe } from "../core/probe.ts";
import type { HandlerDescription, StatusRegistry } from "../core/registry/registry.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { RED } from "../core/state.ts";
import { toFreeName } from "../util/free-name.ts";
import { compareCodePoints } from "../util/text.ts";
import { createResponse, type StatusRequest, type StatusResponse, toMethodNotAllowed } from "./message.ts";
import { tellProbeAnswered } from "./observe.ts";
import type { HealthProbePaths } from "./options.ts";
import { createStartedHandlers } from "./started-handlers.ts";
import type { Target } from "./target.ts";

export interface HealthProbesSetup {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly paths: HealthProbePaths;
}

/** The three Kubernetes health endpoints: their paths and their responses. */
export interface HealthProbesView {
  /** The paths that are served. A final `/*` matches the name of a single check. */
  readonly paths: readonly string[];
  owns(path: string): boolean;
  answer(request: StatusRequest, target: Target): StatusResponse | Promise<StatusResponse>;
}

type Question = keyof HealthProbePaths;

/** A request for one endpoint: for all its checks or a single one. */
interface Asked {
  readonly question: Question;
  readonly single: string | undefined;
}

/** One line of a response. */
interface Line {
  readonly name: string;
  readonly verdict: "ok" | "failed" | "excluded";
  readonly remark?: string | undefined;
  /** The line of the probe. Only this line shows whether the instance should receive traffic. */
  readonly isProbe?: boolean;
}

const METHODS: readonly string[] = ["GET", "HEAD"];
const QUESTIONS: readonly Question[] = ["live", "ready", "startup"];

/** The name of the probe's check in `/readyz`; `service-probe` if a handler is named `probe`. */
const PROBE_CHECK = "probe";
const PROBE_PREFIX = "service-";

/**
 * The handlers that decide each endpoint. Handlers that are not critical never decide, so they do not run
 * here: one that hangs would delay the response. Liveness covers what a restart of this process can fix, and
 * never the probe.
 */
const DECIDES: Readonly<Record<Question, (handler: HandlerDescription) => boolean>> = {
  live: ({ critical, scope }) => critical && scope === "local",
  ready: ({ critical }) => critical,
  startup: ({ critical }) => critical,
};

export function createHealthProbesView(setup: HealthProbesSetup): HealthProbesView {
  const { registry, probe, paths } = setup;
  const { getRemark } = getRegistrySeams(registry);
  const notAllowed = toMethodNotAllowed(METHODS);
  const started = createStartedHandlers(registry);

  async function answer(
    { question, single }: Asked,
    request: StatusRequest,
    query: string,
  ): Promise<StatusResponse> {
    const parameters = new URLSearchParams(query);
    const excluded = new Set(parameters.getAll("exclude"));
    const lines = await toLines(question, (name) =>
      single === undefined ? excluded.has(name) : name !== single,
    );
    const response =
      single === undefined
        ? toAnswer(toTitle(paths[question]), lines, parameters)
        : toSingleAnswer(lines, single);
    if (lines.some(({ isProbe, verdict }) => isProbe && verdict !== "excluded"))
      tellProbeAnswered(probe, { request, status: response.status });
    return response;
  }

  async function toLines(question: Question, isExcluded: (name: string) => boolean): Promise<Line[]> {
    const deciding = registry.handlers.filter(DECIDES[question]).map(({ name }) => name);
    const failed = await getFailed(
      question,
      deciding.filter((name) => !isExcluded(name)),
    );
    const lines = deciding.map((name) => toLine(name, !failed.has(name)));
    if (question !== "ready") return lines;
    const probeName = toFreeName(PROBE_CHECK, PROBE_PREFIX, (name) => registry.names.includes(name));
    return [{ ...toLine(probeName, probe.commissioned), isProbe: true }, ...lines];

    function toLine(name: string, isOk: boolean): Line {
      if (isExcluded(name)) return { name, verdict: "excluded" };
      return { name, verdict: isOk ? "ok" : "failed", remark: getRemark(name) };
    }
  }

  async function getFailed(question: Question, names: readonly string[]): Promise<ReadonlySet<string>> {
    const asked = question === "startup" ? started.filterOut(names) : names;
    const { entries } = await registry.getReport({ names: asked });
    const failed = new Set(entries.filter(({ status }) => status.state === RED).map(({ name }) => name));
    if (question === "startup") for (const { name } of entries) if (!failed.has(name)) started.add(name);
    return failed;
  }

  /** One path may be below another, such as `/health/ready` and `/health`, so exact matches come first. */
  function find(path: string): Asked | undefined {
    const whole = QUESTIONS.find((question) => path === paths[question]);
    if (whole !== undefined) return { question: whole, single: undefined };
    const question = QUESTIONS.find((each) => path.startsWith(`${paths[each]}/`));
    const single = question && path.slice(paths[question].length + 1);
    return question && single ? { question, single: decodeURIComponent(single) } : undefined;
  }

  return {
    paths: QUESTIONS.flatMap((question) => [paths[question], `${paths[question]}/*`]),
    owns: (path) => find(path) !== undefined,
    answer(request, { path, query }) {
      const asked = find(path);
      return asked === undefined || !METHODS.includes(request.method)
        ? notAllowed
        : answer(asked, request, query);
    },
  };
}

/** `livez` for `/internal/livez`: the name of the endpoint in the last line of Kubernetes' format. */
function toTitle(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * Byte for byte the text format of the Kubernetes API server's health endpoints. A failure is always verbose.
 */
function toAnswer(title: string, lines: readonly Line[], parameters: URLSearchParams): StatusResponse {
  const hasFailed = lines.some(({ verdict }) => verdict === "failed");
  if (!hasFailed && !parameters.has("verbose")) return createResponse({ status: 200, body: toOk(lines) });
  const known = new Set(lines.map(({ name }) => name));
  const unmatched = new Set(parameters.getAll("exclude").filter((name) => !known.has(name)));
  const text = [
    ...lines.map(toText),
    ...(unmatched.size > 0
      ? [`${UNMATCHED} ${[...unmatched].sort(compareCodePoints).map(quote).join(",")}`]
      : []),
    `${title} check ${hasFailed ? "failed" : "passed"}`,
  ];
  return createResponse({ status: hasFailed ? 503 : 200, body: `${text.join("\n")}\n` });
}

const UNMATCHED = "warn: some health checks cannot be excluded: no matches for";

const WITHHELD = "reason withheld";

const VERDICTS: Readonly<Record<Line["verdict"], (line: Line) => string>> = {
  ok: (line) => `[+]${line.name} ${toOk([line])}`,
  failed: ({ name, remark = WITHHELD }) => `[-]${name} failed: ${remark}`,
  excluded: ({ name }) => `[+]${name} excluded: ok`,
};

function toText(line: Line): string {
  return VERDICTS[line.verdict](line);
}

function toOk(lines: readonly Line[]): string {
  return ["ok", ...lines.flatMap(({ remark }) => remark ?? [])].join(", ");
}

function quote(name: string): string {
  return JSON.stringify(name);
}

function toSingleAnswer(lines: readonly Line[], name: string): StatusResponse {
  const line = lines.find((candidate) => candidate.name === name);
  if (line === undefined) return createResponse({ status: 404, body: "not found\n" });
  if (line.verdict === "ok") return createResponse({ status: 200, body: toOk([line]) });
  return createResponse({ status: 503, body: `internal server error: ${line.remark ?? WITHHELD}\n` });
}
