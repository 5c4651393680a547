/** `svc_status{name="Database"}`: a series in the notation of the Prometheus text format and OpenMetrics. */
export function toSeriesText(family: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabelValue(text)}"`);
  return pairs.length === 0 ? family : `${family}{${pairs.join(",")}}`;
}

/** Prometheus text format, "Text format details": backslash, double quote and line feed are escaped. */
function escapeLabelValue(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

export function toSampleValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
