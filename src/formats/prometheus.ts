import type { Report } from "../core/report.ts";
import {
  EXTENDED_FAMILY_NAMES,
  type FamiliesSource,
  type FamilyName,
  METRIC_FAMILIES,
} from "../metrics/families.ts";
import type { Sample } from "../metrics/sample.ts";
import { toSampleValue, toSeriesText } from "./sample-text.ts";
import { createStatusLines } from "./status-lines.ts";

export interface PrometheusOptions {
  /** `false`: omits labels, because they reveal more than the state. */
  readonly details: boolean;
  /**
   * Repeats HELP and TYPE before each handler, as release 1.0.0 of the original did. Ignored in OpenMetrics.
   */
  readonly repeatMetadata: boolean;
  /** OpenMetrics 1.0 instead of text format 0.0.4. The caller adds the final `# EOF`. */
  readonly openMetrics: boolean;
  /** Called for each label that is omitted because its series already exists. */
  readonly onLeftOut: (series: string) => void;
}

/** The names of the metric families that `renderPrometheus` writes. */
export const OWN_FAMILIES: readonly string[] = ["svc_status"];

/**
 * The names of the families that `renderExtended` writes, in both formats. In OpenMetrics, a counter's family
 * has no `_total`, only its samples do, and `_created` may be added.
 */
export const EXTENDED_FAMILIES: readonly string[] = EXTENDED_FAMILY_NAMES.flatMap((name) => {
  const family = toOpenMetricsName(name);
  return family === name ? [name] : [family, name, `${family}_created`];
});

/** Writes `svc_status{name="…"} 0` for each handler, sorted by name, each followed by its labels. */
export type RenderPrometheus = (report: Report, options: PrometheusOptions) => string;

/** Keeps the lines of the last report. */
export function createPrometheusRenderer(): RenderPrometheus {
  const renderStatusLines = createStatusLines();

  return function renderPrometheusReport({ entries }, { details, repeatMetadata, openMetrics, onLeftOut }) {
    const metadata = toMetadata("svc_status", openMetrics);
    const lines = renderStatusLines(entries, { details, onLeftOut });
    if (lines.length === 0) return "";
    return repeatMetadata && !openMetrics
      ? lines.map((text) => metadata + text).join("")
      : metadata + lines.join("");
  };
}

/** The same without stored lines, for a single report. */
export function renderPrometheus(report: Report, options: PrometheusOptions): string {
  return createPrometheusRenderer()(report, options);
}

/** Writes the families that contain more than the status. A family without samples is omitted. */
export function renderExtended(source: FamiliesSource, openMetrics: boolean, details = true): string {
  return EXTENDED_FAMILY_NAMES.map((name) => {
    if (METRIC_FAMILIES[name].isDetail && !details) return "";
    const samples = METRIC_FAMILIES[name].toSamples(source);
    return samples.length === 0 ? "" : toMetadata(name, openMetrics) + toLines(name, samples);
  }).join("");
}

function toMetadata(name: FamilyName, openMetrics: boolean): string {
  const { help, type } = METRIC_FAMILIES[name];
  const family = openMetrics ? toOpenMetricsName(name) : name;
  const shownType = type === "unknown" && !openMetrics ? "untyped" : type;
  return `# HELP ${family} ${help}\n# TYPE ${family} ${shownType}\n`;
}

function toOpenMetricsName(name: FamilyName): string {
  return METRIC_FAMILIES[name].type === "counter" ? name.replace(/_total$/, "") : name;
}

function toLines(name: FamilyName, samples: readonly Sample[]): string {
  return samples.map((sample) => toLine(name, sample)).join("");
}

function toLine(name: FamilyName, { labels, value }: Sample): string {
  return `${toSeriesText(name, labels)} ${toSampleValue(value)}\n`;
}
