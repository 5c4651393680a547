import { UnknownHandlerError } from "../core/errors.ts";
import { isState } from "../core/state.ts";
import { CHECK_SUFFIX, EVENTS_SUFFIX, type Format } from "../formats/formats.ts";
import { createTrouble } from "../util/trouble.ts";
import { parseAccept } from "./accept.ts";
import { isLoopbackRequest } from "./access.ts";
import { createPageAnswers, type PageChoice, type PageSetup } from "./answer-page.ts";
import { createTextAnswers, type TextSetup } from "./answer-text.ts";
import {
  createResponse,
  INTERNAL_ERROR,
  type StatusRequest,
  type StatusResponse,
  toMethodNotAllowed,
} from "./message.ts";
import { ANY_FORMAT, isScraper, JSON_FIRST, negotiate, PROMETHEUS_FORMATS } from "./negotiate.ts";
import type { PageFilter } from "./page/page-model.ts";
import { isPermitted, type Permission } from "./permission.ts";
import type { LoadReport, ReportSelection } from "./report-selection.ts";
import type { ServedView } from "./served-view.ts";
import { createReportSharing, toShared } from "./share-report.ts";
import type { Target } from "./target.ts";
import { TIME, toTime } from "./time-parameter.ts";

export type SvcStatusSetup = TextSetup & PageSetup;

type Wanted = Format | typeof REPORT | typeof HISTORY;

type Suffix = "" | ".csv" | ".json" | ".health" | ".prometheus" | ".html" | ".report" | ".history";

const METHODS: readonly string[] = ["GET", "HEAD"];

const CHECK_METHODS: readonly string[] = ["POST"];

/** Selects the format by the suffix of the path. The suffix takes precedence over `Accept`. */
const FORMAT_OF_SUFFIX: Readonly<Record<Suffix, (request: StatusRequest, prefersJson: boolean) => Wanted>> = {
  "": negotiateAny,
  ".csv": () => "csv",
  ".json": () => "json",
  ".health": () => "health",
  ".prometheus": (request) => negotiate(parseAccept(request.header("accept")), PROMETHEUS_FORMATS),
  ".html": () => "html",
  ".report": () => REPORT,
  ".history": () => HISTORY,
};

/** The formats that a scraper cannot parse. */
const FOR_PEOPLE: readonly Format[] = ["csv", "html"];

/** The pseudo-format of the report for tools, which also shows the service, the instance and the probe. */
const REPORT = "report";

/** The pseudo-format of the recorded history. */
const HISTORY = "history";

/** The suffixes whose response depends on `Accept` and therefore has a `Vary` header (RFC 9110, 12.5.5). */
const NEGOTIATED: readonly string[] = ["", ".prometheus"];

/** The report over HTTP. */
export function createSvcStatusView(setup: SvcStatusSetup): ServedView {
  const { registry, options } = setup;
  const { path: ownPath, details, authorize, prefersJson } = options;
  const getLogger = (): typeof registry.logger => registry.logger;
  const authorizeTrouble = createTrouble({ ...AUTHORIZE_TROUBLE, getLogger });
  const detailsTrouble = createTrouble({ ...DETAILS_TROUBLE, getLogger });
  const getSharedReport = createReportSharing(registry);
  const loadReport: LoadReport = ({ names }) =>
    names.length === 0 ? getSharedReport() : registry.getReport({ names }).then(toShared);
  const answerText = createTextAnswers(setup, loadReport);
  const { answerPage, answerEvents, answerTool, answerCheck, answerHistory, answerMoment } =
    createPageAnswers(setup, loadReport);
  const notAllowed = toMethodNotAllowed(METHODS);
  const checkNotAllowed = toMethodNotAllowed(CHECK_METHODS);
  const checkPath = ownPath + CHECK_SUFFIX;
  const suffixes = [...Object.keys(FORMAT_OF_SUFFIX), EVENTS_SUFFIX, CHECK_SUFFIX];
  const paths = suffixes.map((suffix) => ownPath + suffix);

  async function answerReport(request: StatusRequest, target: Target): Promise<StatusResponse> {
    if (authorize === undefined) return answerAllowed(request, target);
    const isAllowed = await authorizeTrouble.watch(() => isPermitted(authorize, request));
    if (!isAllowed) return isAllowed === undefined ? INTERNAL_ERROR : FORBIDDEN;
    return setup.identification.toIdentified(await answerAllowed(request, target));
  }

  async function answerAllowed(request: StatusRequest, { path, query }: Target): Promise<StatusResponse> {
    const suffix = path.slice(ownPath.length);
    const parameters = query === "" ? NO_PARAMETERS : new URLSearchParams(query);
    const selection: ReportSelection = {
      details: typeof details === "function" ? await maySee(details, request) : details === "always",
      names: parameters.getAll("name"),
      headers: NEGOTIATED.includes(suffix) ? VARY : NO_HEADERS,
    };
    try {
      if (suffix === CHECK_SUFFIX) return await answerCheck(request, selection);
      // The history reads files, so without `authorize` only clients on this machine may request it.
      const seesPast = (): boolean => authorize !== undefined || isLoopbackRequest(request);
      if (!isSuffix(suffix)) return await answerEvents(request, selection, toChoice(parameters, seesPast()));
      const format = FORMAT_OF_SUFFIX[suffix](request, prefersJson);
      const at = toTime(parameters.get("at"));
      if (at !== undefined) {
        if (!seesPast()) return FORBIDDEN;
        if (!(at.getTime() <= Date.now()) || (format !== "html" && format !== REPORT)) return WRONG_TIME;
        return await answerMoment(request, selection, at, format);
      }
      if (format === REPORT) return await answerTool(request, selection);
      if (format === HISTORY) {
        if (!seesPast()) return FORBIDDEN;
        return await answerHistory(request, selection, parameters);
      }
      if (format === "html") return await answerPage(request, selection, toChoice(parameters, seesPast()));
      return await answerText(format, selection);
    } catch (error) {
      if (error instanceof UnknownHandlerError) return UNKNOWN_NAME;
      throw error;
    }
  }

  async function maySee(mayRead: Permission, request: StatusRequest): Promise<boolean> {
    return (await detailsTrouble.watch(() => isPermitted(mayRead, request))) ?? false;
  }

  return {
    paths,
    owns: (path) => paths.includes(path),
    answer(request, target) {
      const isCheck = target.path === checkPath;
      const isAllowed = (isCheck ? CHECK_METHODS : METHODS).includes(request.method);
      if (isAllowed) return answerReport(request, target);
      return isCheck ? checkNotAllowed : notAllowed;
    },
  };
}

const AUTHORIZE_TROUBLE = {
  event: "authorize-option",
  what: "svcStatus.authorize failed, the answer is 500",
  recovery: "svcStatus.authorize works again",
} as const;
const DETAILS_TROUBLE = {
  event: "details-option",
  what: "svcStatus.details failed, details are hidden",
  recovery: "svcStatus.details works again",
} as const;

const VARY: ReportSelection["headers"] = { Vary: "Accept" };
const NO_HEADERS: ReportSelection["headers"] = {};

const FORBIDDEN = createResponse({ status: 403, body: "forbidden\n" });
const WRONG_TIME = createResponse({
  status: 400,
  body: `at: expected ${TIME}, in the past, for the page or .report\n`,
});
const UNKNOWN_NAME = createResponse({ status: 404, body: "no status handler has this name\n" });

/** Shared by all requests without a query. Never modified. */
const NO_PARAMETERS = new URLSearchParams();

function isSuffix(suffix: string): suffix is Suffix {
  return Object.hasOwn(FORMAT_OF_SUFFIX, suffix);
}

/** Parses the page's form, which a browser sends if the script does not run. Unknown values are ignored. */
function toChoice(parameters: URLSearchParams, past: boolean): PageChoice {
  const seen = parameters.get("seen") ?? undefined;
  return { filter: toFilter(parameters), span: parameters.get("span"), seen, past };
}

function toFilter(parameters: URLSearchParams): PageFilter | undefined {
  const text = parameters.get("q") ?? "";
  const states = parameters.getAll("state").filter(isState);
  return text === "" && states.length === 0 ? undefined : { text, states };
}

function negotiateAny(request: StatusRequest, prefersJson: boolean): Format {
  const ranges = parseAccept(request.header("accept"));
  const isForScraper = isScraper(ranges, request.header("x-prometheus-scrape-timeout-seconds"));
  const format = negotiate(ranges, prefersJson && !isForScraper ? JSON_FIRST : ANY_FORMAT);
  return isForScraper && FOR_PEOPLE.includes(format) ? "prometheus" : format;
}
