import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { createTrouble } from "../util/trouble.ts";
import { decideControl } from "./access.ts";
import type { Identification } from "./identify.ts";
import { createResponse, type StatusRequest, type StatusResponse } from "./message.ts";
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

/** Answers with the status page, with the stream of its updates, or with the same for tools. */
export interface PageAnswers {
  answerPage(
    request: StatusRequest,
    selection: ReportSelection,
    filter: PageFilter | undefined,
  ): Promise<StatusResponse>;
  answerEvents(request: StatusRequest, selection: ReportSelection): Promise<StatusResponse>;
  /** Answers with the report for tools. */
  answerTool(request: StatusRequest, selection: ReportSelection): Promise<StatusResponse>;
}

export function createPageAnswers(setup: PageSetup, loadReport: LoadReport): PageAnswers {
  const { registry, probe, options, service, probeStatus, identification } = setup;
  const { path } = options;
  const controlPath = options.controls ? probeStatus?.path : undefined;
  const { getIdentity, toIdentified } = identification;
  const source: PageSource = { service, probe, getIdentity, path, controlPath };
  const trouble = createTrouble({ ...CONTROL_TROUBLE, getLogger: () => registry.logger });
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

  async function mayControl(request: StatusRequest): Promise<boolean> {
    return probeStatus !== undefined && (await decideControl(probeStatus.control, request)).isAllowed;
  }

  return {
    async answerPage(request, selection, filter) {
      const views = await loadViews();
      const view = await toView(request, selection);
      const { report } = await loadReport(selection);
      const page = views.answerPage(view, { report, filter, headers: selection.headers });
      return view.seesWho ? toIdentified(page) : page;
    },
    async answerEvents(request, selection) {
      const views = await loadViews();
      const view = await toView(request, selection);
      return views.answerEvents(
        view,
        async () => (await loadReport(selection)).report,
        request.remoteAddress,
      );
    },
    async answerTool(request, selection) {
      const { details, seesWho } = await toView(request, selection);
      const { report } = await loadReport(selection);
      const identity = seesWho || details ? getIdentity() : undefined;
      const body = renderReport(report, { service, identity, probe, details, seesWho });
      const response = createResponse({ status: 200, contentType: "application/json", body });
      return seesWho ? toIdentified(response) : response;
    },
  };
}

const CONTROL_TROUBLE = {
  event: "page-controls",
  what: "probeStatus.control failed, controls are hidden",
  recovery: "probeStatus.control works again",
} as const;
