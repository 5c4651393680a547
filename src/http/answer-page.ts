import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { Report } from "../core/report.ts";
import { getRegistrySeams } from "../core/seams.ts";
import { createTrouble } from "../util/trouble.ts";
import { decideControl } from "./access.ts";
import type { Identification } from "./identify.ts";
import {
  createResponse,
  INTERNAL_ERROR,
  type StatusRequest,
  type StatusResponse,
  toRefusal,
} from "./message.ts";
import type { ResolvedProbeStatus, ResolvedSvcStatus } from "./options.ts";
import type { PageFilter, PageSource, PageView, ServiceDescription } from "./page/page-model.ts";
import type { PageViews } from "./page/views.ts";
import { renderReport } from "./report-json.ts";
import type { LoadReport, ReportSelection } from "./report-selection.ts";

export interface PageSetup {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly options: ResolvedSvcStatus;
  readonly service: ServiceDescription;
  /** The probe's path and access control; `undefined` if the probe is not served. */
  readonly probeStatus: ResolvedProbeStatus | undefined;
  readonly identification: Identification;
}

/** The filter and the span that a reader selected in the page's form. */
export interface PageChoice {
  readonly filter: PageFilter | undefined;
  /** The span of the axes, not validated. */
  readonly span: string | null;
  /** The id of the last update that the reader has. */
  readonly seen: string | undefined;
  /** Whether the client may see the recorded history. */
  readonly past: boolean;
}

/** Answers with the status page, with the stream of its updates, or with the same data for tools. */
export interface PageAnswers {
  answerPage(request: StatusRequest, selection: ReportSelection, choice: PageChoice): Promise<StatusResponse>;
  answerEvents(
    request: StatusRequest,
    selection: ReportSelection,
    choice: PageChoice,
  ): Promise<StatusResponse>;
  /** Answers with the status at an earlier moment, as the page or as the report for tools. */
  answerMoment(
    request: StatusRequest,
    selection: ReportSelection,
    at: Date,
    format: "html" | "report",
  ): Promise<StatusResponse>;
  /** Answers with the report for tools. */
  answerTool(request: StatusRequest, selection: ReportSelection): Promise<StatusResponse>;
  /** Runs the handlers now for a client that may change the probe, and answers with the report for tools. */
  answerCheck(request: StatusRequest, selection: ReportSelection): Promise<StatusResponse>;
  /** Answers with the recorded history. */
  answerHistory(
    request: StatusRequest,
    selection: ReportSelection,
    parameters: URLSearchParams,
  ): Promise<StatusResponse>;
}

export function createPageAnswers(setup: PageSetup, loadReport: LoadReport): PageAnswers {
  const { registry, probe, options, service, probeStatus, identification } = setup;
  const { path } = options;
  const controlPath = options.controls ? probeStatus?.path : undefined;
  const { getIdentity, toIdentified } = identification;
  const source: PageSource = { service, probe, getIdentity, path, controlPath };
  const trouble = createTrouble({ ...CONTROL_TROUBLE, getLogger: () => registry.logger });
  const checkTrouble = createTrouble({ ...CHECK_TROUBLE, getLogger: () => registry.logger });
  let loading: Promise<PageViews> | undefined;

  async function loadViews(): Promise<PageViews> {
    try {
      loading ??= import("./page/views.ts").then((page) => page.createPageViews({ registry, source }));
      return await loading;
    } catch (error) {
      // A deployment may have removed the file temporarily.
      loading = undefined;
      throw error;
    }
  }

  async function toView(request: StatusRequest, { details, names }: ReportSelection): Promise<PageView> {
    // If the application's function fails, the page has no controls, but it is still served.
    const seesWho = (await trouble.watch(() => mayControl(request))) ?? false;
    return { details, seesWho, controls: seesWho && controlPath !== undefined, names };
  }

  /** Without a recorder, there is nothing to offer. */
  function toPastView(view: PageView, { past, span }: PageChoice): PageView {
    if (!past || getRegistrySeams(registry).recordedPast === undefined) return view;
    return { ...view, past, ...((span === "7d" || span === "30d") && { span }) };
  }

  async function mayControl(request: StatusRequest): Promise<boolean> {
    return probeStatus !== undefined && (await decideControl(probeStatus.control, request)).isAllowed;
  }

  function toToolResponse(report: Report, { details, seesWho }: ToolView): StatusResponse {
    const identity = seesWho || details ? getIdentity() : undefined;
    const body = renderReport(report, { service, identity, probe, details, seesWho });
    const response = createResponse({ status: 200, contentType: "application/json", body });
    return seesWho ? toIdentified(response) : response;
  }

  return {
    async answerPage(request, selection, choice) {
      const views = await loadViews();
      const view = toPastView(await toView(request, selection), choice);
      const { report } = await loadReport(selection);
      const page = await views.answerPage(view, { report, ...choice, headers: selection.headers });
      return view.seesWho ? toIdentified(page) : page;
    },
    async answerEvents(request, selection, choice) {
      const views = await loadViews();
      const { filter } = choice;
      const view = { ...toPastView(await toView(request, selection), choice), ...(filter && { filter }) };
      return views.answerEvents(view, async () => (await loadReport(selection)).report, {
        remoteAddress: request.remoteAddress,
        seen: choice.seen,
      });
    },
    async answerTool(request, selection) {
      const view = await toView(request, selection);
      return toToolResponse((await loadReport(selection)).report, view);
    },
    async answerCheck(request, selection) {
      const access =
        probeStatus && (await checkTrouble.watch(() => decideControl(probeStatus.control, request)));
      if (access === undefined) return probeStatus ? INTERNAL_ERROR : toRefusal(403);
      if (!access.isAllowed) return toRefusal(access.status);
      const misdirected = identification.refuse(request, "nothing was checked");
      if (misdirected) return misdirected;
      const { details, names } = selection;
      const report = await getRegistrySeams(registry).getFreshReport(names.length > 0 ? names : undefined);
      return toToolResponse(report, { details, seesWho: true });
    },
    async answerMoment(request, selection, at, format) {
      const view = await toView(request, selection);
      const { answerMoment } = await import("./moment.ts");
      const views = format === "html" ? await loadViews() : undefined;
      return answerMoment({ registry, at, service, view, toPage: views?.answerMoment });
    },
    async answerHistory(request, selection, parameters) {
      const { details, seesWho } = await toView(request, selection);
      const { answerHistory } = await import("./history.ts");
      return answerHistory(registry, parameters, { details, seesWho });
    },
  };
}

type ToolView = Pick<PageView, "details" | "seesWho">;

const CHECK_TROUBLE = {
  event: "check-option",
  what: "probeStatus.control failed, nothing was checked",
  recovery: "probeStatus.control works again",
} as const;

const CONTROL_TROUBLE = {
  event: "page-controls",
  what: "probeStatus.control failed, controls are hidden",
  recovery: "probeStatus.control works again",
} as const;
