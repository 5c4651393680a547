import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import { FORMATS } from "../formats/formats.ts";
import { createMetricsCollector } from "./collect-metrics.ts";
import { createResponse, type StatusResponse } from "./message.ts";
import type { ResolvedSvcStatus } from "./options.ts";
import type { ServiceDescription } from "./page/page-model.ts";
import type { LoadReport, ReportSelection } from "./report-selection.ts";
import { createReportWriter, type TextFormat, type Writing } from "./write-report.ts";

export interface TextSetup {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly options: ResolvedSvcStatus;
  readonly service: ServiceDescription;
}

/** Answers with the report in a machine-readable format. */
export type AnswerText = (format: TextFormat, selection: ReportSelection) => Promise<StatusResponse>;

export function createTextAnswers(
  { registry, probe, options, service }: TextSetup,
  loadReport: LoadReport,
): AnswerText {
  const { metrics: source } = options;
  const collectMetrics = source && createMetricsCollector(source, () => registry.logger);
  const writeReport = createReportWriter(options, { registry, probe, service });

  function toResponse(wanted: TextFormat, writing: Writing, { headers }: ReportSelection): StatusResponse {
    const { format, text } = writeReport(wanted, writing);
    const { contentType, httpStatus = options.httpStatus } = FORMATS[format];
    return createResponse({ status: httpStatus[writing.report.state], contentType, body: text, headers });
  }

  return async function answerText(format, selection) {
    const isForPrometheus = format === "prometheus" || format === "openmetrics";
    const collecting = isForPrometheus ? collectMetrics?.() : undefined;
    const shared = await loadReport(selection);
    const metrics = collecting && (await collecting);
    const { report } = shared;
    const { details, headers } = selection;
    const write = (): StatusResponse =>
      toResponse(format, { report, details, metrics: metrics ?? "" }, selection);
    const key = `${format} ${details} ${"Vary" in headers}`;
    return metrics === undefined ? shared.toResponse(key, write) : write();
  };
}
