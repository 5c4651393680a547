import type { Report } from "../../core/report.ts";
import { getHeld } from "../../core/seams.ts";
import { FORMATS } from "../../formats/formats.ts";
import { createResponse, type StatusResponse } from "../message.ts";
import type { Moment } from "../moment.ts";
import { type AxisSpan, DEFAULT_SPAN, isAxisSpan, isLongSpan } from "./axis-window.ts";
import { type AnswerPageEvents, createPageEvents, type PageEventsSetup } from "./events.ts";
import type { PageFilter, PageView } from "./page-model.ts";
import { createPastReader } from "./past-turns.ts";
import { createChangesRenderer } from "./render-changes.ts";
import { PAGE_HEADERS } from "./render-document.ts";
import { renderMomentPage } from "./render-moment.ts";
import { renderPage } from "./render-page.ts";

/**
 * The page and its updates over HTTP. Loaded with the first request, because most processes never serve it.
 */
export interface PageViews {
  answerPage(view: PageView, selection: PageSelection): Promise<StatusResponse>;
  /** Answers with the page as it was. */
  answerMoment(view: PageView, moment: Moment): StatusResponse;
  readonly answerEvents: AnswerPageEvents;
}

export type PageViewsSetup = Pick<PageEventsSetup, "registry" | "source">;

export interface PageSelection {
  readonly report: Report;
  readonly filter: PageFilter | undefined;
  /** The span of the axes. Default, and if it is unknown: `DEFAULT_SPAN`. */
  readonly span: string | null;
  /** Additional headers, such as `Vary`. */
  readonly headers: Readonly<Record<string, string>>;
}

export function createPageViews({ registry, source }: PageViewsSetup): PageViews {
  const changes = createChangesRenderer(registry);
  const { contentType } = FORMATS.html;
  const pastReader = createPastReader(registry);

  return {
    // Always 200, because proxies replace pages with other status codes with their own error pages.
    async answerPage(view, { report, filter, span, headers }) {
      const past = await pastReader.load(view.span);
      return createResponse({
        status: 200,
        contentType,
        body: renderPage({
          source,
          view,
          report,
          changes,
          now: Date.now(),
          held: getHeld(registry),
          past,
          span: toOfferedSpan(view, span),
          ...(filter && { filter }),
        }),
        headers: { ...PAGE_HEADERS, ...headers },
      });
    },
    answerMoment: (view, moment) =>
      createResponse({
        status: 200,
        contentType,
        body: renderMomentPage({ moment, view, service: source.service, now: Date.now() }),
        headers: PAGE_HEADERS,
      }),
    answerEvents: createPageEvents({ registry, source, changes, pastReader }),
  };
}

/** Allows long spans only for viewers that may see the recorded history. */
function toOfferedSpan({ span }: PageView, chosen: string | null): AxisSpan {
  if (span !== undefined) return span;
  return isAxisSpan(chosen) && !isLongSpan(chosen) ? chosen : DEFAULT_SPAN;
}
