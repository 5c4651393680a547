import type { Entry } from "../core/report.ts";
import { STATE_NUMBERS, type State } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { toLabels } from "../metrics/labels.ts";
import { type StatusSeries, type StatusSeriesOptions, toStatusSeries } from "../metrics/status-samples.ts";
import { toSampleValue, toSeriesText } from "./sample-text.ts";

/** Writes the samples of the family `svc_status`: a text for each handler, sorted by name. */
export type RenderStatusLines = (
  entries: readonly Entry[],
  options: Required<StatusSeriesOptions>,
) => readonly string[];

/** What stays the same as long as the handlers and the names of their labels do. */
interface Layout {
  /** In the order of the entries. */
  readonly rows: readonly Row[];
  /** The same in the order of the names. */
  readonly sorted: readonly Row[];
  readonly leftOut: readonly string[];
}

/** The lines of one handler. */
interface Row {
  readonly name: string;
  readonly series: string;
  readonly labels: readonly LabelRow[];
  /** What was written last. */
  status: Status;
  text: string;
}

interface LabelRow {
  readonly label: string;
  /** `undefined` where it is left out, because its series stands there already. */
  readonly series: string | undefined;
}

/**
 * Hardly anything changes from one report to the next. How the series are sorted, named and escaped, and which are
 * left out, is found out once, and anew when there is another handler or another label; the lines of a handler that
 * says what it said before are those from before. That is kept of one report with details, and of one without.
 */
export function createStatusLines(): RenderStatusLines {
  const layouts = new Map<boolean, Layout>();

  return function renderStatusLines(entries, { details, onLeftOut }) {
    let layout = layouts.get(details);
    if (layout === undefined || !bringUpToDate(layout, entries, details)) {
      layout = createLayout(entries, details);
      layouts.set(details, layout);
    }
    for (const series of layout.leftOut) onLeftOut(series);
    return layout.sorted.map(({ text }) => text);
  };
}

/** `false` where it is the layout of other handlers or labels. */
function bringUpToDate({ rows }: Layout, entries: readonly Entry[], details: boolean): boolean {
  if (rows.length !== entries.length) return false;
  return rows.every((row, index) => {
    const entry = entries[index];
    return entry !== undefined && bringRowUpToDate(row, entry, details);
  });
}

function bringRowUpToDate(row: Row, { name, status }: Entry, details: boolean): boolean {
  if (row.name !== name) return false;
  if (row.status === status) return true;
  const values = details ? toLabels(status) : [];
  if (values.length !== row.labels.length) return false;
  if (!row.labels.every(({ label }, index) => label === values[index]?.[0])) return false;
  row.status = status;
  row.text = toText(row, status, values);
  return true;
}

/** What stands behind the series of a handler. */
const STATE_TEXTS: Readonly<Record<State, string>> = {
  OK: ` ${STATE_NUMBERS.OK}\n`,
  YELLOW: ` ${STATE_NUMBERS.YELLOW}\n`,
  RED: ` ${STATE_NUMBERS.RED}\n`,
};

function toText(
  { series, labels }: Pick<Row, "series" | "labels">,
  { state }: Status,
  values: readonly (readonly [label: string, value: number])[],
): string {
  const parts = [series, STATE_TEXTS[state]];
  for (let index = 0; index < labels.length; index += 1) {
    const labelSeries = labels[index]?.series;
    const value = values[index]?.[1];
    if (labelSeries !== undefined && value !== undefined)
      parts.push(labelSeries, ` ${toSampleValue(value)}\n`);
  }
  // Joined, because `+` would leave the work of putting them together to each report.
  return parts.join("");
}

function createLayout(entries: readonly Entry[], details: boolean): Layout {
  const leftOut: string[] = [];
  const shown = toStatusSeries(entries, { details, onLeftOut: (series) => leftOut.push(series) });
  const rowOf = new Map(shown.map((statusSeries) => [statusSeries.entry, createRow(statusSeries, details)]));
  return {
    rows: entries.flatMap((entry) => rowOf.get(entry) ?? []),
    sorted: [...rowOf.values()],
    leftOut,
  };
}

function createRow({ entry: { name, status }, labels: shown }: StatusSeries, details: boolean): Row {
  const values = details ? toLabels(status) : [];
  const seriesOf = new Map(
    shown.map(({ label, series }) => [label, toSeriesText("svc_status", { name: series })]),
  );
  const series = toSeriesText("svc_status", { name });
  const labels = values.map(([label]) => ({ label, series: seriesOf.get(label) }));
  return { name, series, labels, status, text: toText({ series, labels }, status, values) };
}
