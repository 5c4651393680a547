import type { Report } from "../../core/report.ts";
import { getHeld } from "../../core/seams.ts";
import { FORMATS } from "../../formats/formats.ts";
import { createResponse, type StatusResponse } from "../message.ts";
import { DEFAULT_SPAN, isAxisSpan } from "./axis.ts";
import { type AnswerPageEvents, createPageEvents, type PageEventsSetup } from "./events.ts";
import type { PageFilter, PageView } from "./page-model.ts";
import { createChangesRenderer } from "./render-changes.ts";
import { PAGE_HEADERS } from "./render-document.ts";
import { renderPage } from "./render-page.ts";

/**
 * The page and its updates over HTTP. Loaded with the first request, because most processes never serve it.
 */
export interface PageViews {
  answerPage(view: PageView, selection: PageSelection): StatusResponse;
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

  return {
    // Always 200, because proxies replace pages with other status codes with their own error pages.
    answerPage: (view, { report, filter, span, headers }) =>
      createResponse({
        status: 200,
        contentType,
        body: renderPage({
          source,
          view,
          report,
          changes,
          now: Date.now(),
          held: getHeld(registry),
          span: isAxisSpan(span) ? span : DEFAULT_SPAN,
          ...(filter && { filter }),
        }),
        headers: { ...PAGE_HEADERS, ...headers },
      }),
    answerEvents: createPageEvents({ registry, source, changes }),
  };
}
