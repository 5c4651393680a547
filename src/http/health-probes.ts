import { HEALTH_WRITERS, type Line } from "./health-formats.ts";
import { createHealthLines, type HealthLinesSetup, type IsExcluded } from "./health-lines.ts";
import {
  HEALTH_PROBE_NAMES,
  type HealthProbeName,
  type ResolvedHealthProbes,
} from "./health-probe-options.ts";
import { createResponse, type StatusRequest, type StatusResponse, toMethodNotAllowed } from "./message.ts";
import { emitProbeAnswered } from "./observe.ts";
import type { Target } from "./target.ts";

export interface HealthProbesSetup extends HealthLinesSetup {
  /** Whether the client may see the names of the checks. Never rejects. */
  readonly maySeeNames: (request: StatusRequest) => boolean | Promise<boolean>;
}

/** The health endpoints: their paths and their responses. */
export interface HealthProbesView {
  /** The paths that are served. A final `/*` matches the name of a single check. */
  readonly paths: readonly string[];
  owns(path: string): boolean;
  answer(request: StatusRequest, target: Target): StatusResponse | Promise<StatusResponse>;
}

/** One path, and the checks that it covers. */
interface Endpoint {
  readonly path: string;
  /** A health probe, or the handlers of a group. */
  readonly covers: HealthProbeName | readonly string[];
  /** The groups that Spring's root lists. */
  readonly groups: readonly string[];
}

/** A request for one endpoint: for all its checks or a single one. */
interface EndpointMatch {
  readonly endpoint: Endpoint;
  readonly single: string | undefined;
}

const METHODS: readonly string[] = ["GET", "HEAD"];

export function createHealthProbesView(setup: HealthProbesSetup): HealthProbesView {
  const { probe, options, maySeeNames } = setup;
  const { format, retryAfterSeconds, exclude } = options;
  const writer = HEALTH_WRITERS[format];
  const notAllowed = toMethodNotAllowed(METHODS);
  const endpoints = toEndpoints(options);
  const readLines = createHealthLines(setup);

  async function answer(
    { endpoint: { path, covers, groups }, single }: EndpointMatch,
    request: StatusRequest,
    query: string,
  ): Promise<StatusResponse> {
    if (single !== undefined && !(await maySeeNames(request))) return FORBIDDEN;
    const parameters = new URLSearchParams(query);
    const excluded = new Set(exclude ? parameters.getAll("exclude") : []);
    const isExcluded: IsExcluded = (name) => (single === undefined ? excluded.has(name) : name !== single);
    const lines = await readLines(covers, isExcluded);
    const response =
      single === undefined ? await answerAll() : toSingle(lines.find(({ name }) => name === single));
    if (lines.some(({ isProbe, verdict }) => isProbe && verdict !== "excluded"))
      emitProbeAnswered(probe, { request, status: response.status });
    return response;

    async function answerAll(): Promise<StatusResponse> {
      const hasFailed = lines.some(({ verdict }) => verdict === "failed");
      const wantsNames = writer.namesChecks || hasFailed || parameters.has("verbose");
      const showsNames = wantsNames && (await maySeeNames(request));
      const known = new Set(lines.map(({ name }) => name));
      const unmatched = [...excluded].filter((name) => !known.has(name));
      const title = toTitle(path);
      return toResponse(writer.write({ title, lines, hasFailed, showsNames, unmatched, groups }), hasFailed);
    }
  }

  function toSingle(line: Line | undefined): StatusResponse {
    if (line === undefined) return NOT_FOUND;
    return toResponse(writer.writeSingle(line), line.verdict === "failed");
  }

  function toResponse(body: string, hasFailed: boolean): StatusResponse {
    const retryAfter = hasFailed && retryAfterSeconds !== undefined;
    return createResponse({
      status: hasFailed ? 503 : 200,
      body,
      contentType: writer.contentType,
      ...(retryAfter && { headers: { "Retry-After": String(retryAfterSeconds) } }),
    });
  }

  /** One path may be below another, such as `/health/ready` and `/health`, so the longest match wins. */
  function find(path: string): EndpointMatch | undefined {
    const whole = endpoints.find((endpoint) => path === endpoint.path);
    if (whole !== undefined) return { endpoint: whole, single: undefined };
    const endpoint = endpoints.find((each) => path.startsWith(`${each.path}/`));
    const single = endpoint && path.slice(endpoint.path.length + 1);
    return endpoint && single ? { endpoint, single: decodeURIComponent(single) } : undefined;
  }

  return {
    paths: endpoints.flatMap(({ path }) => [path, `${path}/*`]),
    owns: (path) => find(path) !== undefined,
    answer(request, { path, query }) {
      const match = find(path);
      return match === undefined || !METHODS.includes(request.method)
        ? notAllowed
        : answer(match, request, query);
    },
  };
}

const FORBIDDEN = createResponse({ status: 403, body: "forbidden\n" });
const NOT_FOUND = createResponse({ status: 404, body: "not found\n" });

/** Longest paths first. */
function toEndpoints({ paths, groups, format }: ResolvedHealthProbes): readonly Endpoint[] {
  const endpoints: Endpoint[] = HEALTH_PROBE_NAMES.flatMap((covers) => {
    const path = paths[covers];
    return path === undefined ? [] : [{ path, covers, groups: [] }];
  });
  for (const [path, covers] of groups) endpoints.push({ path, covers, groups: [] });
  const root = format === "actuator" ? toSpringRoot(paths.ready) : undefined;
  if (root !== undefined && endpoints.every(({ path }) => path !== root)) {
    const below = endpoints.filter(({ path }) => path.startsWith(`${root}/`));
    endpoints.push({ path: root, covers: "ready", groups: below.map(({ path }) => toTitle(path)) });
  }
  return endpoints.sort((one, other) => other.path.length - one.path.length);
}

/** `/actuator/health` for `/actuator/health/readiness`. */
function toSpringRoot(ready: string | undefined): string | undefined {
  return ready?.slice(0, ready.lastIndexOf("/")) || undefined;
}

/** `livez` for `/internal/livez`: the name of the endpoint in the last line of Kubernetes' format. */
function toTitle(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
