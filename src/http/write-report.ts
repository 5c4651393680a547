import type { Probe } from "../core/probe.ts";
import type { StatusRegistry } from "../core/registry/registry.ts";
import type { ChangeCounts } from "../core/registry/track.ts";
import type { Report } from "../core/report.ts";
import { getHeld } from "../core/seams.ts";
import { isOpenMetrics, toAppendable, toPrometheusText } from "../formats/application-metrics.ts";
import { renderCsv } from "../formats/csv.ts";
import type { Format } from "../formats/formats.ts";
import { renderHealth } from "../formats/health.ts";
import { createJsonRenderer } from "../formats/json.ts";
import {
  createPrometheusRenderer,
  EXTENDED_FAMILIES,
  OWN_FAMILIES,
  renderExtended,
} from "../formats/prometheus.ts";
import type { ServiceIdentity } from "../metrics/families.ts";
import { log } from "../util/logger.ts";
import type { ResolvedSvcStatus } from "./options.ts";

export interface Writing {
  readonly report: Report;
  readonly details: boolean;
  /** The application's metrics as collected. Only the Prometheus formats include them. */
  readonly metrics: string;
}

export interface Written {
  /** The actual format: OpenMetrics only if all parts are OpenMetrics. */
  readonly format: TextFormat;
  readonly text: string;
}

/** The machine-readable formats. */
export type TextFormat = Exclude<Format, "html">;

/** Writes a report in a format, with the options of the view. */
export type WriteReport = (format: TextFormat, writing: Writing) => Written;

export type WriterOptions = Pick<ResolvedSvcStatus, "detailColumn" | "repeatMetadata" | "extended">;

export interface WriterSources {
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  readonly service?: ServiceIdentity;
}

/** Maximum number of different warnings to log. Remembering more would be a memory leak. */
const MAX_LOGGED = 1_000;

export function createReportWriter(
  { detailColumn, repeatMetadata, extended }: WriterOptions,
  { registry, probe, service = {} }: WriterSources,
): WriteReport {
  const ownFamilies = extended ? [...OWN_FAMILIES, ...EXTENDED_FAMILIES] : OWN_FAMILIES;
  const logged = new Set<string>();
  const renderJson = createJsonRenderer();
  const renderPrometheus = createPrometheusRenderer();

  const writers: Readonly<Record<TextFormat, (writing: Writing) => Written>> = {
    csv: ({ report, details }) => ({ format: "csv", text: renderCsv(report, { detailColumn, details }) }),
    json: ({ report, details }) => ({ format: "json", text: renderJson(report, { details }) }),
    health: ({ report, details }) => ({ format: "health", text: renderHealth(report, { details }) }),
    prometheus: writePrometheus,
    openmetrics: writeOpenMetrics,
  };

  function writePrometheus({ report, details, metrics }: Writing): Written {
    const own = renderPrometheus(report, {
      details,
      repeatMetadata,
      openMetrics: false,
      onLeftOut: logLeftOutSeries,
    });
    const further = append(isOpenMetrics(metrics) ? toPrometheusText(metrics) : metrics);
    return { format: "prometheus", text: own + writeExtended(report, details, false) + further };
  }

  function writeOpenMetrics(writing: Writing): Written {
    const { report, details, metrics } = writing;
    if (metrics.trim() !== "" && !isOpenMetrics(metrics)) return writePrometheus(writing);
    const own = renderPrometheus(report, {
      details,
      repeatMetadata: false,
      openMetrics: true,
      onLeftOut: logLeftOutSeries,
    });
    return {
      format: "openmetrics",
      text: `${own}${writeExtended(report, details, true)}${append(metrics)}# EOF\n`,
    };
  }

  function writeExtended({ entries }: Report, details: boolean, openMetrics: boolean): string {
    const changeCounts = (name: string): ChangeCounts => registry.changeCounts(name);
    if (!extended) return "";
    const held = getHeld(registry);
    return renderExtended({ entries, probe, service, held, changeCounts }, openMetrics, details);
  }

  function append(metrics: string): string {
    const { text, leftOut } = toAppendable(metrics, ownFamilies);
    for (const family of leftOut) logLeftOut(`the application's family ${family}`);
    return text;
  }

  function logLeftOutSeries(series: string): void {
    logLeftOut(`the label series ${JSON.stringify(series)}`);
  }

  /** Logs each omission once, because every scrape would repeat it. */
  function logLeftOut(what: string): void {
    if (logged.has(what) || logged.size >= MAX_LOGGED) return;
    logged.add(what);
    log(
      registry.logger,
      "warn",
      "duplicate-series",
      `omitted from the Prometheus format as a duplicate: ${what}`,
    );
  }

  return (format, writing) => writers[format](writing);
}
