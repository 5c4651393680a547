import { UnknownHandlerError } from "../core/errors.ts";
import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Report } from "../core/report.ts";
import { isState } from "../core/state.ts";
import { EVENTS_SUFFIX, FORMATS, type Format } from "../formats/formats.ts";
import type { Logger } from "../util/logger.ts";
import { createTrouble } from "../util/trouble.ts";
import { parseAccept } from "./accept.ts";
import { decideControl } from "./access.ts";
import { createMetricsCollector } from "./collect-metrics.ts";
import {
  createResponse,
  INTERNAL_ERROR,
  type StatusRequest,
  type StatusResponse,
  toMethodNotAllowed,
} from "./message.ts";
import { ANY_FORMAT, isScraper, negotiate, PROMETHEUS_FORMATS } from "./negotiate.ts";
import type { ProbeStatusOptions, ResolvedSvcStatus } from "./options.ts";
import type { PageFilter, PageSource, PageView, ServiceDescription } from "./page/page-model.ts";
import type { PageViews } from "./page/views.ts";
import { isPermitted, type Permission } from "./permission.ts";
import { createReportSharing, type SharedReport, toShared } from "./share-report.ts";
import type { Target } from "./target.ts";
import { createReportWriter, type TextFormat } from "./write-report.ts";

export interface SvcStatusSetup {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly options: ResolvedSvcStatus;
  readonly service: ServiceDescription;
  /** The probe's path and access control; `undefined` if the probe is not served. */
  readonly probeStatus: Required<ProbeStatusOptions> | undefined;
}

/** The report over HTTP: its paths and responses. */
export interface SvcStatusView {
  readonly paths: readonly string[];
  owns(path: string): boolean;
  answer(request: StatusRequest, target: Target): StatusResponse | Promise<StatusResponse>;
}

/** A parsed request, independent of its format. */
interface Asked {
  /** Whether the client may see details. */
  readonly details: boolean;
  /** The handlers to show. Empty: all handlers. */
  readonly names: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

type Suffix = "" | ".csv" | ".json" | ".health" | ".prometheus" | ".html";

const METHODS: readonly string[] = ["GET", "HEAD"];

/** Selects the format by the suffix of the path. The suffix takes precedence over `Accept`. */
const FORMAT_OF_SUFFIX: Readonly<Record<Suffix, (request: StatusRequest) => Format>> = {
  "": negotiateAny,
  ".csv": () => "csv",
  ".json": () => "json",
  ".health": () => "health",
  ".prometheus": (request) => negotiate(parseAccept(request.header("accept")), PROMETHEUS_FORMATS),
  ".html": () => "html",
};

/** The formats that a scraper cannot parse. */
const FOR_PEOPLE: readonly Format[] = ["csv", "html"];

/** The pseudo-format of `EVENTS_SUFFIX`: the page's updates, not a report. */
const EVENTS = "events";

/** The suffixes whose response depends on `Accept` and therefore has a `Vary` header (RFC 9110, 12.5.5). */
const NEGOTIATED: readonly string[] = ["", ".prometheus"];

export function createSvcStatusView(setup: SvcStatusSetup): SvcStatusView {
  const { registry, probe, options, service, probeStatus } = setup;
  const { path: ownPath, details, authorize, httpStatus, metrics } = options;
  const getLogger = (): Logger | undefined => registry.logger;
  const collectMetrics = metrics && createMetricsCollector(metrics, getLogger);
  const troubles = {
    authorize: createTrouble({ ...AUTHORIZE_TROUBLE, getLogger }),
    details: createTrouble({ ...DETAILS_TROUBLE, getLogger }),
    control: createTrouble({ ...CONTROL_TROUBLE, getLogger }),
  };
  const source = toPageSource(setup);
  const getSharedReport = createReportSharing(registry);
  const writeReport = createReportWriter(options, { registry, probe, service });
  const notAllowed = toMethodNotAllowed(METHODS);
  const paths = [...Object.keys(FORMAT_OF_SUFFIX), EVENTS_SUFFIX].map((suffix) => ownPath + suffix);
  let pageViews: Promise<PageViews> | undefined;

  async function answerReport(request: StatusRequest, { path, query }: Target): Promise<StatusResponse> {
    const suffix = path.slice(ownPath.length);
    if (authorize !== undefined) {
      const isAllowed = await troubles.authorize.watch(() => isPermitted(authorize, request));
      if (!isAllowed) return isAllowed === undefined ? INTERNAL_ERROR : FORBIDDEN;
    }
    const format = isSuffix(suffix) ? FORMAT_OF_SUFFIX[suffix](request) : EVENTS;
    const parameters = query === "" ? NO_PARAMETERS : new URLSearchParams(query);
    const asked: Asked = {
      details: typeof details === "function" ? await maySee(details, request) : details === "always",
      names: parameters.getAll("name"),
      headers: NEGOTIATED.includes(suffix) ? VARY : NO_HEADERS,
    };
    try {
      if (format === EVENTS) return await answerEvents(request, asked);
      if (format === "html") return await answerPage(request, asked, toFilter(parameters));
      return await answerText(format, asked);
    } catch (error) {
      if (error instanceof UnknownHandlerError) return UNKNOWN_NAME;
      throw error;
    }
  }

  async function answerText(format: TextFormat, asked: Asked): Promise<StatusResponse> {
    const isForPrometheus = format === "prometheus" || format === "openmetrics";
    const further = isForPrometheus ? collectMetrics?.() : undefined;
    const shared = await ask(asked);
    const metrics = further && (await further);
    const write = (): StatusResponse => toResponse(format, shared.report, asked, metrics);
    const key = `${format} ${asked.details} ${asked.headers === VARY}`;
    return metrics === undefined ? shared.toResponse(key, write) : write();
  }

  function toResponse(
    wanted: TextFormat,
    report: Report,
    { details: showsDetails, headers }: Asked,
    metrics = "",
  ): StatusResponse {
    const { format, text } = writeReport(wanted, { report, details: showsDetails, metrics });
    const { contentType, httpStatus: prescribed = httpStatus } = FORMATS[format];
    return createResponse({ status: prescribed[report.state], contentType, body: text, headers });
  }

  async function answerPage(
    request: StatusRequest,
    asked: Asked,
    filter: PageFilter | undefined,
  ): Promise<StatusResponse> {
    const views = await loadPageViews();
    const view = await toView(request, asked);
    const { report } = await ask(asked);
    return views.answerPage(view, { report, filter, headers: asked.headers });
  }

  async function answerEvents(request: StatusRequest, asked: Asked): Promise<StatusResponse> {
    const views = await loadPageViews();
    const view = await toView(request, asked);
    return views.answerEvents(view, async () => (await ask(asked)).report, request.remoteAddress);
  }

  async function loadPageViews(): Promise<PageViews> {
    try {
      pageViews ??= import("./page/views.ts").then(({ createPageViews }) =>
        createPageViews({ registry, source }),
      );
      return await pageViews;
    } catch (error) {
      // A deployment may have removed the file temporarily.
      pageViews = undefined;
      throw error;
    }
  }

  function ask({ names }: Asked): Promise<SharedReport> {
    return names.length === 0 ? getSharedReport() : registry.getReport({ names }).then(toShared);
  }

  async function toView(request: StatusRequest, { details: showsDetails, names }: Asked): Promise<PageView> {
    // If the application's function fails, the page has no controls, but it is still served.
    const controls = (await troubles.control.watch(() => maySeeControls(request))) ?? false;
    return { details: showsDetails, controls, names };
  }

  async function maySee(mayRead: Permission, request: StatusRequest): Promise<boolean> {
    return (await troubles.details.watch(() => isPermitted(mayRead, request))) ?? false;
  }

  async function maySeeControls(request: StatusRequest): Promise<boolean> {
    if (source.controlPath === undefined || probeStatus === undefined) return false;
    return (await decideControl(probeStatus.control, request)) === "allowed";
  }

  return {
    paths,
    owns: (path) => paths.includes(path),
    answer: (request, target) =>
      METHODS.includes(request.method) ? answerReport(request, target) : notAllowed,
  };
}

const AUTHORIZE_TROUBLE = {
  what: "svcStatus.authorize threw, the answer is 500",
  recovery: "svcStatus.authorize works again",
};
const DETAILS_TROUBLE = {
  what: "svcStatus.details threw, details are hidden",
  recovery: "svcStatus.details works again",
};
const CONTROL_TROUBLE = {
  what: "probeStatus.control threw, controls are hidden",
  recovery: "probeStatus.control works again",
};

const VARY: Asked["headers"] = { Vary: "Accept" };
const NO_HEADERS: Asked["headers"] = {};

const FORBIDDEN = createResponse({ status: 403, body: "forbidden\n" });
const UNKNOWN_NAME = createResponse({ status: 404, body: "no status handler has this name\n" });

/** Shared by all requests without a query. Never modified. */
const NO_PARAMETERS = new URLSearchParams();

function isSuffix(suffix: string): suffix is Suffix {
  return Object.hasOwn(FORMAT_OF_SUFFIX, suffix);
}

function toPageSource({ probe, options, service, probeStatus }: SvcStatusSetup): PageSource {
  return {
    service,
    probe,
    path: options.path,
    controlPath: options.controls ? probeStatus?.path : undefined,
  };
}

/** Parses the page's form, which a browser sends if the script does not run. Unknown states are ignored. */
function toFilter(parameters: URLSearchParams): PageFilter | undefined {
  const text = parameters.get("q") ?? "";
  const states = parameters.getAll("state").filter(isState);
  return text === "" && states.length === 0 ? undefined : { text, states };
}

function negotiateAny(request: StatusRequest): Format {
  const ranges = parseAccept(request.header("accept"));
  const format = negotiate(ranges, ANY_FORMAT);
  const isLost =
    FOR_PEOPLE.includes(format) && isScraper(ranges, request.header("x-prometheus-scrape-timeout-seconds"));
  return isLost ? "prometheus" : format;
}
