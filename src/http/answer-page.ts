import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { createTrouble } from "../util/trouble.ts";
import { decideControl } from "./access.ts";
import type { Asked, AskReport } from "./asked.ts";
import type { StatusRequest, StatusResponse } from "./message.ts";
import type { ResolvedProbeStatus, ResolvedSvcStatus } from "./options.ts";
import type { PageFilter, PageSource, PageView, ServiceDescription } from "./page/page-model.ts";
import type { PageViews } from "./page/views.ts";

export interface PageSetup {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly options: ResolvedSvcStatus;
  readonly service: ServiceDescription;
  /** The probe's path and access control; `undefined` if the probe is not served. */
  readonly probeStatus: ResolvedProbeStatus | undefined;
}

/** Answers with the status page, or with the stream of its updates. */
export interface PageAnswers {
  answerPage(request: StatusRequest, asked: Asked, filter: PageFilter | undefined): Promise<StatusResponse>;
  answerEvents(request: StatusRequest, asked: Asked): Promise<StatusResponse>;
}

export function createPageAnswers(setup: PageSetup, ask: AskReport): PageAnswers {
  const { registry, probe, options, service, probeStatus } = setup;
  const { path } = options;
  const controlPath = options.controls ? probeStatus?.path : undefined;
  const source: PageSource = { service, probe, path, controlPath };
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

  async function toView(request: StatusRequest, { details, names }: Asked): Promise<PageView> {
    // If the application's function fails, the page has no controls, but it is still served.
    const controls = (await trouble.watch(() => maySeeControls(request))) ?? false;
    return { details, controls, names };
  }

  async function maySeeControls(request: StatusRequest): Promise<boolean> {
    if (controlPath === undefined || probeStatus === undefined) return false;
    return (await decideControl(probeStatus.control, request)) === "allowed";
  }

  return {
    async answerPage(request, asked, filter) {
      const views = await loadViews();
      const view = await toView(request, asked);
      const { report } = await ask(asked);
      return views.answerPage(view, { report, filter, headers: asked.headers });
    },
    async answerEvents(request, asked) {
      const views = await loadViews();
      const view = await toView(request, asked);
      return views.answerEvents(view, async () => (await ask(asked)).report, request.remoteAddress);
    },
  };
}

const CONTROL_TROUBLE = {
  what: "probeStatus.control failed, controls are hidden",
  recovery: "probeStatus.control works again",
};
