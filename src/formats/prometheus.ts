import type { Report } from "../core/report.ts";
import { STATE_NUMBERS } from "../core/state.ts";
import { toWellFormed } from "../core/text.ts";
import { toLabels } from "./labels.ts";
import { sortByName } from "./sort-by-name.ts";

export interface PrometheusOptions {
  /** `false`: no labels, because they are more than the state. */
  readonly details: boolean;
  /** HELP and TYPE before each handler, as release 1.0.0 of the original wrote them. Not in OpenMetrics. */
  readonly repeatMetadata: boolean;
  /** OpenMetrics 1.0 instead of the text format 0.0.4. The final `# EOF` is left to the caller. */
  readonly openMetrics: boolean;
  /** Told of each label that is left out because its series stands there already. */
  readonly onLeftOut: (series: string) => void;
}

/** The metric families that are written here. */
export const OWN_FAMILIES: readonly string[] = ["svc_status"];

/** `svc_status{name="…"} 0` for each handler, sorted by name, each followed by its labels. No series stands twice. */
export function renderPrometheus(report: Report, options: PrometheusOptions): string {
  const { details, repeatMetadata, openMetrics, onLeftOut } = options;
  const metadata = toMetadata(openMetrics);
  const entries = sortByName(report.entries);
  const taken = new Set(entries.map(({ name }) => name));
  const lines = entries.flatMap(({ name, status }, index) => [
    ...(index === 0 || (repeatMetadata && !openMetrics) ? metadata : []),
    toSample(name, STATE_NUMBERS[status.state]),
    ...(details ? toLabels(status) : []).flatMap(([label, value]) =>
      toLabelSample(toWellFormed(`${name}_${label}`), value),
    ),
  ]);
  return lines.join("");

  /** The handler `a_b` and the label `b` of the handler `a` would be one series: the handler has it. */
  function toLabelSample(series: string, value: number): string[] {
    if (taken.has(series)) {
      onLeftOut(series);
      return [];
    }
    taken.add(series);
    return [toSample(series, value)];
  }
}

function toMetadata(openMetrics: boolean): string[] {
  const type = openMetrics ? "unknown" : "untyped";
  return ["# HELP svc_status Status 0->OK, 1->YELLOW, 2->RED\n", `# TYPE svc_status ${type}\n`];
}

function toSample(name: string, value: number): string {
  return `svc_status{name="${escapeLabelValue(name)}"} ${toSampleValue(value)}\n`;
}

/** Prometheus text format, "Text format details": backslash, double quote and line feed are escaped. */
function escapeLabelValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function toSampleValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
