import { STATES } from "../../core/state.ts";
import type { AxisMark, Turn } from "../../http/page/axis.ts";
import { groupBy } from "../../util/group-by.ts";
import type { FleetLabels } from "../options.ts";
import type { RecordName } from "../recording/recorded-series.ts";
import { type PrometheusOptions, queryRange, type SeriesOverTime } from "./prometheus.ts";
import { type Selector, toMatchers } from "./promql.ts";
import { toServiceKey } from "./view.ts";

const DAY_S = 86_400;

/** Minimum time between two points of an axis. */
const SERVICE_STEP_S = 300;
const HANDLER_STEP_S = 60;

/** Maximum number of points in one query. With more series, the points are further apart. */
export const MAX_POINTS = 200_000;

const SINCE: RecordName = "service:svc_status_since_timestamp_seconds:max";
const STATE: RecordName = "handler:svc_status_state:max";

export interface AxesOptions extends FleetLabels {
  readonly prometheus: PrometheusOptions;
  readonly selector: Selector;
}

export interface AxesRange {
  readonly to: Date;
  /** The expected number of series. */
  readonly count: number;
  readonly signal: AbortSignal;
}

export type Axes = ReadonlyMap<string, readonly Turn[]>;

/** A state in the time of a step that ends at `at`. */
export interface AxisPoint {
  readonly at: number;
  /** The last start of the state. */
  readonly since: number;
  readonly mark: AxisMark;
}

/** How a query becomes axes. */
interface AxesQuery {
  readonly minStepS: number;
  /** `window` is the time of a step, such as `[300s]`. */
  toExpr(window: string): string;
  toKey(labels: SeriesOverTime["labels"]): string;
  toPoint(at: number, value: number, labels: SeriesOverTime["labels"]): AxisPoint;
}

/**
 * The states of services over the last day, by key. The values of the series are the starts of the states, so
 * that the turns are exact, and no state is too short for a step. Rejects if Prometheus does not answer.
 */
export function readServiceAxes(options: AxesOptions, range: AxesRange): Promise<Axes> {
  const by = [...options.within, options.service, "state"].join(", ");
  return readAxes(options, range, {
    minStepS: SERVICE_STEP_S,
    toExpr: (window) => `max by (${by}) (max_over_time(${SINCE}${toMatchers(options.selector)}${window}))`,
    toKey: (labels) => toServiceKey(labels, options),
    // A whole second, as in a URL.
    toPoint: (at, value, { state }) => ({ at, since: Math.ceil(value) * 1_000, mark: toMark(Number(state)) }),
  });
}

/** The worst state of each step, of handlers over the last day, by the key of their service and their name. */
export function readHandlerAxes(options: AxesOptions, range: AxesRange): Promise<Axes> {
  const by = [...options.within, options.service, "name"].join(", ");
  const state = STATE + toMatchers(options.selector);
  return readAxes(options, range, {
    minStepS: HANDLER_STEP_S,
    // A step may be shorter than the interval of the evaluations.
    toExpr: (window) => `max by (${by}) (max_over_time(${state}${window}) or ${state})`,
    toKey: (labels) => `${toServiceKey(labels, options)} ${labels["name"] ?? ""}`,
    toPoint: (at, value) => ({ at, since: at, mark: toMark(value) }),
  });
}

async function readAxes(
  { prometheus }: AxesOptions,
  { to, count, signal }: AxesRange,
  { minStepS, toExpr, toKey, toPoint }: AxesQuery,
): Promise<Axes> {
  const points = Math.max(24, Math.min(DAY_S / minStepS, Math.floor(MAX_POINTS / Math.max(1, count))));
  const stepS = Math.ceil(DAY_S / points);
  const from = new Date(to.getTime() - DAY_S * 1_000);
  const result = await queryRange(prometheus, toExpr(`[${stepS}s]`), { from, to, stepS, signal });
  if ("problem" in result) throw new Error(result.problem);
  return new Map(
    Array.from(
      groupBy(result.series, ({ labels }) => toKey(labels)),
      ([key, group]) => {
        const own = group.flatMap(({ labels, values }) =>
          values.map(([at, value]) => toPoint(at, value, labels)),
        );
        return [key, toTurns(own, stepS * 1_000, to)];
      },
    ),
  );
}

function toMark(value: number): AxisMark {
  return STATES[value] ?? "unknown";
}

/** The moments at which the state changed. If points are missing, the state is unknown. */
export function toTurns(points: readonly AxisPoint[], stepMs: number, to: Date): readonly Turn[] {
  const turns: Turn[] = [];
  let last = Number.POSITIVE_INFINITY;
  const end = (at: number): void => {
    const known = Math.max(last, (turns.at(-1)?.at ?? 0) + stepMs);
    if (at - last > 1.5 * stepMs) turns.push({ at: known, mark: "unknown" });
  };
  for (const { at, since, mark } of points.toSorted(
    (one, other) => one.at - other.at || one.since - other.since,
  )) {
    end(at);
    if (turns.at(-1)?.mark !== mark) turns.push({ at: Math.max(since, at - stepMs), mark });
    last = at;
  }
  end(to.getTime());
  return turns;
}
