import type { State } from "../core/state.ts";
import { HEALTH_HTTP_STATUS } from "./health.ts";

/** A way to write a report. */
export type Format = "csv" | "json" | "health" | "prometheus" | "openmetrics" | "html";

export interface FormatDefinition {
  /** What stands behind the path to ask for this format; OpenMetrics has none of its own. */
  readonly suffix: string | undefined;
  readonly contentType: string;
  /** The media type that an `Accept` header names it by. */
  readonly mediaType: string;
  /** The `version` parameter that belongs to the media type. Left out: any is taken. */
  readonly version?: string;
  /** `true`: an `Accept` without the version does not mean this format. */
  readonly versionRequired?: boolean;
  /** Codes that the format itself prescribes. Without them the option `httpStatus` has its say. */
  readonly httpStatus?: Readonly<Record<State, number>>;
}

const ALWAYS_200: Readonly<Record<State, number>> = { OK: 200, YELLOW: 200, RED: 200 };

/**
 * Every format. A new one is one more line here, one file beside this one, and one line in `createReportWriter`. The
 * page has a view of its own.
 */
export const FORMATS: Readonly<Record<Format, FormatDefinition>> = {
  csv: { suffix: ".csv", contentType: "text/csv; charset=utf-8", mediaType: "text/csv" },
  json: { suffix: ".json", contentType: "application/json", mediaType: "application/json" },
  health: {
    suffix: ".health",
    contentType: "application/health+json",
    mediaType: "application/health+json",
    httpStatus: HEALTH_HTTP_STATUS,
  },
  prometheus: {
    suffix: ".prometheus",
    contentType: "text/plain; version=0.0.4; charset=utf-8",
    mediaType: "text/plain",
    version: "0.0.4",
    versionRequired: true,
    httpStatus: ALWAYS_200,
  },
  openmetrics: {
    suffix: undefined,
    contentType: "application/openmetrics-text; version=1.0.0; charset=utf-8",
    mediaType: "application/openmetrics-text",
    version: "1.0.0",
    httpStatus: ALWAYS_200,
  },
  html: { suffix: ".html", contentType: "text/html; charset=utf-8", mediaType: "text/html" },
};

/** What stands behind the path where the page's news come from. */
export const EVENTS_SUFFIX = ".events";
