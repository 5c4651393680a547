import { describeError } from "../core/describe-error.ts";
import { UnknownHandlerError } from "../core/errors.ts";
import { type Logger, log } from "../core/logger.ts";
import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry.ts";
import { FORMATS, type Format } from "../formats/formats.ts";
import { createMetricsCollector } from "./collect-metrics.ts";
import { createResponse, type StatusRequest, type StatusResponse, toMethodNotAllowed } from "./message.ts";
import { ANY_FORMAT, isScraper, negotiate, PROMETHEUS_FORMATS } from "./negotiate.ts";
import type { ResolvedSvcStatus } from "./options.ts";
import { isPermitted } from "./permission.ts";
import type { Target } from "./target.ts";
import { createReportWriter } from "./write-report.ts";

export interface SvcStatusSetup {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly options: ResolvedSvcStatus;
}

/** The report over HTTP: which paths are its own, and what it answers there. */
export interface SvcStatusView {
  owns(path: string): boolean;
  answer(request: StatusRequest, target: Target): StatusResponse | Promise<StatusResponse>;
}

type Suffix = "" | ".csv" | ".json" | ".health" | ".prometheus";

const METHODS: readonly string[] = ["GET", "HEAD"];

/** How the format is found, by what stands behind the path. The path wins over `Accept`. */
const FORMAT_OF_SUFFIX: Readonly<Record<Suffix, (request: StatusRequest) => Format>> = {
  "": negotiateAny,
  ".csv": () => "csv",
  ".json": () => "json",
  ".health": () => "health",
  ".prometheus": (request) => negotiate(request.header("accept"), PROMETHEUS_FORMATS),
};

/** The paths whose answer depends on `Accept`, which caches are told (RFC 9110, 12.5.5). */
const NEGOTIATED: readonly string[] = ["", ".prometheus"];

export function createSvcStatusView({ registry, probe, options }: SvcStatusSetup): SvcStatusView {
  const { path: ownPath, details, authorize, httpStatus, metrics } = options;
  const getLogger = (): Logger | undefined => registry.logger;
  const collectMetrics = metrics && createMetricsCollector(metrics, getLogger);
  const writeReport = createReportWriter(options, { registry, probe });
  const notAllowed = toMethodNotAllowed(METHODS);

  function toSuffix(path: string): Suffix | undefined {
    const suffix = path.startsWith(ownPath) ? path.slice(ownPath.length) : undefined;
    return suffix !== undefined && Object.hasOwn(FORMAT_OF_SUFFIX, suffix) ? (suffix as Suffix) : undefined;
  }

  async function answerReport(request: StatusRequest, { path, query }: Target): Promise<StatusResponse> {
    const suffix = toSuffix(path) ?? "";
    if (authorize !== undefined && !(await isPermitted(authorize, request))) return FORBIDDEN;
    const format = FORMAT_OF_SUFFIX[suffix](request);
    const showsDetails = await maySeeDetails(request);
    const names = new URLSearchParams(query).getAll("name");
    const isForPrometheus = format === "prometheus" || format === "openmetrics";
    const further = isForPrometheus ? collectMetrics?.() : undefined;
    const report = await registry.getReport(names.length === 0 ? {} : { names }).catch(toUnknown);
    if (report === undefined) return UNKNOWN_NAME;
    const written = writeReport(format, { report, details: showsDetails, metrics: (await further) ?? "" });
    const { contentType, httpStatus: prescribed = httpStatus } = FORMATS[written.format];
    return createResponse({
      status: prescribed[report.state],
      contentType,
      body: written.text,
      headers: NEGOTIATED.includes(suffix) ? { Vary: "Accept" } : {},
    });
  }

  async function maySeeDetails(request: StatusRequest): Promise<boolean> {
    if (typeof details !== "function") return details === "always";
    try {
      return await isPermitted(details, request);
    } catch (error) {
      log(registry.logger, "error", `svcStatus.details threw, details are hidden: ${describeError(error)}`);
      return false;
    }
  }

  return {
    owns: (path) => toSuffix(path) !== undefined,
    answer: (request, target) =>
      METHODS.includes(request.method) ? answerReport(request, target) : notAllowed,
  };
}

const FORBIDDEN = createResponse({ status: 403, body: "forbidden\n" });
const UNKNOWN_NAME = createResponse({ status: 404, body: "no status handler has this name\n" });

function negotiateAny(request: StatusRequest): Format {
  const accept = request.header("accept");
  const format = negotiate(accept, ANY_FORMAT);
  const isLost = format === "csv" && isScraper(accept, request.header("x-prometheus-scrape-timeout-seconds"));
  return isLost ? "prometheus" : format;
}

function toUnknown(error: unknown): undefined {
  if (!(error instanceof UnknownHandlerError)) throw error;
}
