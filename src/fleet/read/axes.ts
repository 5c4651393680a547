import { STATES } from "../../core/state.ts";
import type { AxisMark, Turn } from "../../http/page/axis-turns.ts";
import { groupBy } from "../../util/group-by.ts";
import type { FleetLabels } from "../options.ts";
import type { RecordName } from "../recording/recorded-series.ts";
import { MAX_GAP, type PrometheusOptions, queryRange, type SeriesOverTime } from "./prometheus.ts";
import { type Selector, toMatchers } from "./promql.ts";
import { STARTS } from "./queries.ts";
import { toServiceKey } from "./view.ts";

/** Minimum and maximum time between two points of an axis. */
const MIN_STEP_S = 60;
const MAX_STEP_S = 3_600;

/** How old a sample may be at a moment: the default of Prometheus. */
const LOOKBACK_S = 300;

/** Services have more than a point each 5 minutes only if all together have few points: those of 100 services. */
const FEW_POINTS = 28_800;

/** Maximum number of points in one query, unless `MAX_STEP_S` needs more. With more series, the points are further apart. */
export const MAX_POINTS = 200_000;

const STATE: RecordName = "handler:svc_status_state:max";

export interface AxesOptions extends FleetLabels {
  readonly prometheus: PrometheusOptions;
  readonly selector: Selector;
}

export interface AxesRange {
  readonly from: Date;
  readonly to: Date;
  /** The expected number of series. */
  readonly count: number;
  readonly signal: AbortSignal;
}

export type Axes = ReadonlyMap<string, readonly Turn[]>;

/** A time in one state: the ends of the first and the last step in which a series has the same value. */
export interface Run {
  readonly first: number;
  readonly last: number;
  /** The start of the state. */
  readonly since: number;
  readonly mark: AxisMark;
}

/** How a query becomes axes. */
interface AxesQuery {
  /** Whether the values are the starts of the states. */
  readonly isExact: boolean;
  toExpr(stepS: number): string;
  toKey(labels: SeriesOverTime["labels"]): string;
  toRun(first: number, value: number, labels: SeriesOverTime["labels"]): Pick<Run, "since" | "mark">;
}

/**
 * The states of services over time, by key. The values of the series are the starts of the states, so
 * that the turns are exact, and no state is too short for a step. Rejects if Prometheus does not answer.
 */
export function readServiceAxes(options: AxesOptions, range: AxesRange): Promise<Axes> {
  return readAxes(options, range, {
    isExact: true,
    toExpr: toWorst(STARTS + toMatchers(options.selector)),
    toKey: (labels) => toServiceKey(labels, options),
    // A whole second, as in a URL.
    toRun: (_, value, { state }) => ({ since: Math.ceil(value) * 1_000, mark: toMark(Number(state)) }),
  });
}

/** The worst state of each step, of handlers over time, by the key of their service and their name. */
export function readHandlerAxes(options: AxesOptions, range: AxesRange): Promise<Axes> {
  const by = [...options.within, options.service, "name"].join(", ");
  const toExpr = toWorst(STATE + toMatchers(options.selector));
  return readAxes(options, range, {
    isExact: false,
    toExpr: (stepS) => `max by (${by}) (${toExpr(stepS)})`,
    toKey: (labels) => `${toServiceKey(labels, options)} ${labels["name"] ?? ""}`,
    toRun: (first, value) => ({ since: first, mark: toMark(value) }),
  });
}

/** A short step may be shorter than the interval of the evaluations. */
function toWorst(series: string): AxesQuery["toExpr"] {
  return (stepS) => `max_over_time(${series}[${stepS}s])${stepS < LOOKBACK_S ? ` or ${series}` : ""}`;
}

async function readAxes(
  { prometheus }: AxesOptions,
  { from, to, count, signal }: AxesRange,
  { isExact, toExpr, toKey, toRun }: AxesQuery,
): Promise<Axes> {
  const spanS = Math.ceil((to.getTime() - from.getTime()) / 1_000);
  const toStepS = (points: number): number => Math.ceil((spanS * count) / points);
  const fewS = isExact ? Math.min(LOOKBACK_S, toStepS(FEW_POINTS)) : 0;
  const stepS = Math.max(MIN_STEP_S, fewS, Math.min(MAX_STEP_S, toStepS(MAX_POINTS)));
  const stepMs = stepS * 1_000;
  // If the turns are not exact, they are at least the same at each moment.
  const unitMs = isExact ? 1_000 : stepMs;
  const endMs = Math.floor(to.getTime() / unitMs) * unitMs;
  const steps = {
    from: new Date(endMs - Math.ceil(spanS / stepS) * stepMs),
    to: new Date(endMs),
    stepS,
    signal,
  };
  const result = await queryRange(prometheus, toExpr(stepS), steps);
  if ("problem" in result) throw new Error(result.problem);
  const axes = new Map<string, readonly Turn[]>();
  for (const [key, group] of groupBy(result.series, ({ labels }) => toKey(labels))) {
    const runs = group.flatMap(({ labels, spells }) =>
      spells.map(({ value, ...spell }) => ({ ...spell, ...toRun(spell.first, value, labels) })),
    );
    axes.set(key, toTurns(runs, stepMs, endMs));
  }
  return axes;
}

function toMark(value: number): AxisMark {
  return STATES[value] ?? "unknown";
}

/** The moments at which the state changed. Between runs, the state is unknown. */
export function toTurns(runs: readonly Run[], stepMs: number, to: number): readonly Turn[] {
  const turns: Turn[] = [];
  const sorted = runs.toSorted((one, other) => one.first - other.first || one.since - other.since);
  let known = sorted[0]?.first ?? to;
  const end = (at: number): void => {
    if (at - known > MAX_GAP * stepMs)
      turns.push({ at: Math.max(known, (turns.at(-1)?.at ?? 0) + stepMs), mark: "unknown" });
  };
  for (const { first, last, since, mark } of sorted) {
    end(first);
    if (turns.at(-1)?.mark !== mark) turns.push({ at: Math.max(since, first - stepMs), mark });
    known = Math.max(known, last);
  }
  end(to);
  return turns;
}
