import { describeError } from "../core/describe-error.ts";
import { UnknownHandlerError } from "../core/errors.ts";
import { type Logger, log } from "../core/logger.ts";
import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry.ts";
import { isState } from "../core/state.ts";
import { FORMATS, type Format } from "../formats/formats.ts";
import type { PageFilter, PageSource, ServiceDescription } from "../formats/page/page-model.ts";
import { EVENTS_SUFFIX } from "../formats/page/render-page.ts";
import { decideControl } from "./access.ts";
import { createMetricsCollector } from "./collect-metrics.ts";
import { createResponse, type StatusRequest, type StatusResponse, toMethodNotAllowed } from "./message.ts";
import { ANY_FORMAT, isScraper, negotiate, PROMETHEUS_FORMATS } from "./negotiate.ts";
import type { ProbeStatusOptions, ResolvedSvcStatus } from "./options.ts";
import { createPageEvents } from "./page-events.ts";
import { isPermitted, type Permission } from "./permission.ts";
import { createReportSharing, type SharedReport, toShared } from "./share-report.ts";
import type { Target } from "./target.ts";
import { createReportWriter, type Writing } from "./write-report.ts";

export interface SvcStatusSetup {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly options: ResolvedSvcStatus;
  readonly service: ServiceDescription;
  /** Where the probe is served, and who may change it there; `undefined` where it is not served. */
  readonly probeStatus: Required<ProbeStatusOptions> | undefined;
}

/** The report over HTTP: which paths are its own, and what it answers there. */
export interface SvcStatusView {
  readonly paths: readonly string[];
  owns(path: string): boolean;
  answer(request: StatusRequest, target: Target): StatusResponse | Promise<StatusResponse>;
}

type Suffix = "" | ".csv" | ".json" | ".health" | ".prometheus" | ".html";

const METHODS: readonly string[] = ["GET", "HEAD"];

/** How the format is found, by what stands behind the path. The path wins over `Accept`. */
const FORMAT_OF_SUFFIX: Readonly<Record<Suffix, (request: StatusRequest) => Format>> = {
  "": negotiateAny,
  ".csv": () => "csv",
  ".json": () => "json",
  ".health": () => "health",
  ".prometheus": (request) => negotiate(request.header("accept"), PROMETHEUS_FORMATS),
  ".html": () => "html",
};

/** What a scraper cannot read. */
const FOR_PEOPLE: readonly Format[] = ["csv", "html"];

/** What is at `EVENTS_SUFFIX`: the page's news, and no format of a report. */
const EVENTS = "events";

/** The paths whose answer depends on `Accept`, which caches are told (RFC 9110, 12.5.5). */
const NEGOTIATED: readonly string[] = ["", ".prometheus"];

export function createSvcStatusView(setup: SvcStatusSetup): SvcStatusView {
  const { registry, probe, options, probeStatus } = setup;
  const { path: ownPath, details, authorize, httpStatus, metrics } = options;
  const getLogger = (): Logger | undefined => registry.logger;
  const collectMetrics = metrics && createMetricsCollector(metrics, getLogger);
  const source = toPageSource(setup);
  const getSharedReport = createReportSharing(registry);
  const writeReport = createReportWriter(options, { registry, probe, pageSource: source });
  const answerPageEvents = createPageEvents({ registry, source });
  const notAllowed = toMethodNotAllowed(METHODS);
  const paths = [...Object.keys(FORMAT_OF_SUFFIX), EVENTS_SUFFIX].map((suffix) => ownPath + suffix);

  async function answerReport(request: StatusRequest, { path, query }: Target): Promise<StatusResponse> {
    const suffix = path.slice(ownPath.length);
    if (authorize !== undefined && !(await isPermitted(authorize, request))) return FORBIDDEN;
    const format = isSuffix(suffix) ? FORMAT_OF_SUFFIX[suffix](request) : EVENTS;
    const showsDetails =
      typeof details === "function" ? await maySee(details, request) : details === "always";
    const parameters = query === "" ? NO_PARAMETERS : new URLSearchParams(query);
    const names = parameters.getAll("name");
    const isForPrometheus = format === "prometheus" || format === "openmetrics";
    const further = isForPrometheus ? collectMetrics?.() : undefined;
    const ask = (): Promise<SharedReport> =>
      names.length === 0 ? getSharedReport() : registry.getReport({ names }).then(toShared);
    let shared: SharedReport;
    try {
      if (format === EVENTS) {
        const view = { details: showsDetails, controls: await seesControls(request), names };
        return await answerPageEvents(view, async () => (await ask()).report);
      }
      shared = await ask();
    } catch (error) {
      if (error instanceof UnknownHandlerError) return UNKNOWN_NAME;
      throw error;
    }
    const { report } = shared;
    const vary = NEGOTIATED.includes(suffix);
    if (format === "html") {
      const page = { controls: await seesControls(request), names, filter: toFilter(parameters) };
      return toResponse(format, { report, details: showsDetails, metrics: "", page }, vary);
    }
    const metrics = further && (await further);
    const page = { controls: false, names, filter: undefined };
    const writing = { report, details: showsDetails, metrics: metrics ?? "", page };
    const write = (): StatusResponse => toResponse(format, writing, vary);
    return metrics === undefined ? shared.toResponse(`${format} ${showsDetails} ${vary}`, write) : write();
  }

  function toResponse(wanted: Format, writing: Writing, vary: boolean): StatusResponse {
    const { format, text } = writeReport(wanted, writing);
    const { contentType, headers, httpStatus: prescribed = httpStatus } = FORMATS[format];
    return createResponse({
      status: prescribed[writing.report.state],
      contentType,
      body: text,
      ...(vary ? { headers: { ...headers, Vary: "Accept" } } : headers && { headers }),
    });
  }

  function maySee(mayRead: Permission, request: StatusRequest): Promise<boolean> {
    return isGranted("svcStatus.details threw, details are hidden", () => isPermitted(mayRead, request));
  }

  function seesControls(request: StatusRequest): Promise<boolean> {
    return isGranted("probeStatus.control threw, controls are hidden", () => maySeeControls(request));
  }

  async function maySeeControls(request: StatusRequest): Promise<boolean> {
    if (source.controlPath === undefined || probeStatus === undefined) return false;
    return (await decideControl(probeStatus.control, request)) === "allowed";
  }

  /** What the application cannot decide is not granted, and costs nobody the report. */
  async function isGranted(otherwise: string, decide: () => boolean | Promise<boolean>): Promise<boolean> {
    try {
      return await decide();
    } catch (error) {
      log(registry.logger, "error", `${otherwise}: ${describeError(error)}`);
      return false;
    }
  }

  return {
    paths,
    owns: (path) => paths.includes(path),
    answer: (request, target) =>
      METHODS.includes(request.method) ? answerReport(request, target) : notAllowed,
  };
}

const FORBIDDEN = createResponse({ status: 403, body: "forbidden\n" });
const UNKNOWN_NAME = createResponse({ status: 404, body: "no status handler has this name\n" });

/** Of most requests, which have no query. Nobody writes to it. */
const NO_PARAMETERS = new URLSearchParams();

function isSuffix(suffix: string): suffix is Suffix {
  return Object.hasOwn(FORMAT_OF_SUFFIX, suffix);
}

function toPageSource({ registry, probe, options, service, probeStatus }: SvcStatusSetup): PageSource {
  return {
    service,
    probe,
    history: (name) => registry.history(name),
    path: options.path,
    controlPath: options.controls ? probeStatus?.path : undefined,
  };
}

/** What a browser without the script sends with the form of the page. Only states that there are count. */
function toFilter(parameters: URLSearchParams): PageFilter | undefined {
  const text = parameters.get("q") ?? "";
  const states = parameters.getAll("state").filter(isState);
  return text === "" && states.length === 0 ? undefined : { text, states };
}

function negotiateAny(request: StatusRequest): Format {
  const accept = request.header("accept");
  const format = negotiate(accept, ANY_FORMAT);
  const isLost =
    FOR_PEOPLE.includes(format) && isScraper(accept, request.header("x-prometheus-scrape-timeout-seconds"));
  return isLost ? "prometheus" : format;
}
