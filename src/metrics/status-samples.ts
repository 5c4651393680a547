import type { Entry } from "../core/report.ts";
import { STATE_NUMBERS } from "../core/state.ts";
import { sortByName } from "../util/sort-by-name.ts";
import { replaceControlCharacters, toWellFormed } from "../util/text.ts";
import { toLabels } from "./labels.ts";
import type { Sample } from "./sample.ts";

export interface StatusSeriesOptions {
  /**
   * `false`: omits labels, because they reveal more than the state.
   * @default true
   */
  readonly details?: boolean;
  /** Called for each label that is omitted because its series already exists. */
  readonly onLeftOut?: (series: string) => void;
}

/** The series of an entry in the family `svc_status`. */
export interface StatusSeries {
  readonly entry: Entry;
  readonly labels: readonly LabelSeries[];
}

/** A label that is included. */
export interface LabelSeries {
  readonly label: string;
  /** The name of its series. */
  readonly series: string;
  readonly value: number;
}

/** The series of the family `svc_status`, sorted by handler name, without duplicates. */
export function toStatusSeries(
  entries: readonly Entry[],
  { details = true, onLeftOut }: StatusSeriesOptions = {},
): readonly StatusSeries[] {
  const taken = new Set(entries.map(({ name }) => name));

  return sortByName(entries).map((entry) => ({
    entry,
    labels: (details ? toLabels(entry.status) : []).flatMap(([label, value]) =>
      toLabelSeries({ label, series: toSeriesName(entry.name, label), value }),
    ),
  }));

  /** The handler `a_b` and the label `b` of the handler `a` would share a series. The handler wins. */
  function toLabelSeries(labelSeries: LabelSeries): LabelSeries[] {
    const { series } = labelSeries;
    if (taken.has(series)) {
      onLeftOut?.(series);
      return [];
    }
    taken.add(series);
    return [labelSeries];
  }
}

/** The samples of the family `svc_status`: one list per handler, with its state and then its labels. */
export function toStatusSamples(entries: readonly Entry[]): readonly (readonly Sample[])[] {
  return toStatusSeries(entries).map(({ entry: { name, status }, labels }) => [
    { labels: { name }, value: STATE_NUMBERS[status.state] },
    ...labels.map(({ series, value }) => ({ labels: { name: series }, value })),
  ]);
}

/** The samples of a handler's labels, under their own names. Of two that are shown alike, the first. */
export function toLabelSamples({ status }: Pick<Entry, "status">): readonly Sample[] {
  const values = new Map<string, number>();
  for (const [label, value] of toLabels(status)) {
    const shown = toShownLabel(label);
    if (!values.has(shown)) values.set(shown, value);
  }
  return Array.from(values, ([label, value]) => ({ labels: { label }, value }));
}

function toSeriesName(name: string, label: string): string {
  return `${name}_${toShownLabel(label)}`;
}

/** A label can be any text, but must not control a terminal. Its line feeds are escaped on output. */
function toShownLabel(label: string): string {
  return toWellFormed(label.split("\n").map(replaceControlCharacters).join("\n"));
}
