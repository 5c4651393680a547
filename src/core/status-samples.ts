import { toLabels } from "./labels.ts";
import type { Sample } from "./metric-families.ts";
import type { Entry } from "./report.ts";
import { sortByName } from "./sort-by-name.ts";
import { STATE_NUMBERS } from "./state.ts";
import { replaceControlCharacters, toWellFormed } from "./text.ts";

export interface StatusSamplesOptions {
  /**
   * `false`: no labels, because they are more than the state.
   * @default true
   */
  readonly details?: boolean;
  /** Told of each label that is left out because its series stands there already. */
  readonly onLeftOut?: (series: string) => void;
}

/**
 * The samples of the family `svc_status`, a list for each handler: its state and then its labels. Sorted by the
 * handlers' names; no series stands twice.
 */
export function toStatusSamples(
  entries: readonly Entry[],
  { details = true, onLeftOut }: StatusSamplesOptions = {},
): readonly (readonly Sample[])[] {
  const taken = new Set(entries.map(({ name }) => name));

  return sortByName(entries).map(({ name, status }) => [
    toSample(name, STATE_NUMBERS[status.state]),
    ...(details ? toLabels(status) : []).flatMap(([label, value]) =>
      toLabelSample(toSeriesName(name, label), value),
    ),
  ]);

  /** The handler `a_b` and the label `b` of the handler `a` would be one series: the handler has it. */
  function toLabelSample(series: string, value: number): Sample[] {
    if (taken.has(series)) {
      onLeftOut?.(series);
      return [];
    }
    taken.add(series);
    return [toSample(series, value)];
  }
}

/** A label can be any text, but steers no terminal. Its line feeds are escaped when they are written. */
function toSeriesName(name: string, label: string): string {
  const lines = label.split("\n").map(replaceControlCharacters);
  return toWellFormed(`${name}_${lines.join("\n")}`);
}

function toSample(name: string, value: number): Sample {
  return { labels: { name }, value };
}
