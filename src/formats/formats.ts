import type { State } from "../core/state.ts";
import { HEALTH_HTTP_STATUS } from "./health.ts";

/** An output format for reports. */
export type Format = "csv" | "json" | "health" | "prometheus" | "openmetrics" | "html";

export interface FormatDefinition {
  /** The suffix of the path that requests this format. OpenMetrics has none. */
  readonly suffix: string | undefined;
  readonly contentType: string;
  /** The media type that requests this format in an `Accept` header. */
  readonly mediaType: string;
  /** The `version` parameter of the media type. Default: any version. */
  readonly version?: string;
  /** `true`: an `Accept` header without the version does not select this format. */
  readonly versionRequired?: boolean;
  /** Status codes that the format itself prescribes. Default: the option `httpStatus` applies. */
  readonly httpStatus?: Readonly<Record<State, number>>;
}

const ALWAYS_200: Readonly<Record<State, number>> = { OK: 200, YELLOW: 200, RED: 200 };

/**
 * All formats. To add one, add a line here, a file in this folder, and a line in `createReportWriter`. The
 * page has a separate view.
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

/** The suffix of the path that streams the page's updates. */
export const EVENTS_SUFFIX = ".events";

/** The suffix of the path that runs the handlers now. */
export const CHECK_SUFFIX = ".check";

/** The suffix of the path that returns the report for tools. */
export const REPORT_SUFFIX = ".report";
