import type { Entry } from "../core/report.ts";
import { STATE_NUMBERS, type State } from "../core/state.ts";
import type { Status } from "../core/status.ts";
import { toLabels } from "../metrics/labels.ts";
import { type StatusSeries, type StatusSeriesOptions, toStatusSeries } from "../metrics/status-samples.ts";
import { toSampleValue, toSeriesText } from "./sample-text.ts";

/** Writes the samples of the family `svc_status`: one text per handler, sorted by name. */
export type RenderStatusLines = (
  entries: readonly Entry[],
  options: Required<StatusSeriesOptions>,
) => readonly string[];

/** The part that stays the same as long as the handlers and the names of their labels do. */
interface Layout {
  /** In the order of the entries. */
  readonly rows: readonly Row[];
  /** The same rows, in the order of the names. */
  readonly sorted: readonly Row[];
  readonly leftOut: readonly string[];
}

/** The lines of one handler. */
interface Row {
  readonly name: string;
  readonly series: string;
  readonly labels: readonly LabelRow[];
  /** The status that was written last. */
  status: Status;
  text: string;
}

interface LabelRow {
  readonly label: string;
  /** `undefined` if the label is omitted because its series already exists. */
  readonly series: string | undefined;
}

/**
 * Consecutive reports hardly differ. The order, names and escapes of the series, and which ones are omitted,
 * are therefore computed again only if a handler or a label changes. The lines of a handler are reused while
 * its status is the same. The cache contains one report with details and one without.
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

/** `false` if the layout belongs to other handlers or labels. */
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

/** The text after the series of a handler. */
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
  // `join()`, because `+` would defer the concatenation to each report.
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
