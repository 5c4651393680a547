import { STATES } from "../../core/state.ts";
import type { Turn } from "../../http/page/axis.ts";
import type { FleetLabels } from "../options.ts";
import { toStateExpr } from "../recording/state-rules.ts";
import { type PrometheusOptions, queryRange, type SeriesOverTime } from "./prometheus.ts";
import { type Selector, toMatchers } from "./promql.ts";
import { toServiceKey } from "./view.ts";

const DAY_S = 86_400;

/** Minimum time between two points of an axis. */
const MIN_STEP_S = 300;

/** Maximum number of points in one query. With more series, the points are further apart. */
export const MAX_POINTS = 200_000;

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

/** The states of services over the last day, by key. Empty if Prometheus does not answer. */
export function readServiceAxes(options: AxesOptions, range: AxesRange): Promise<Axes> {
  const query = toStateExpr(toMatchers(options.selector));
  return readAxes(options, query, range, (labels) => toServiceKey(labels, options));
}

/** The states of handlers over the last day, by the key of their service and their name. */
export function readHandlerAxes(options: AxesOptions, range: AxesRange): Promise<Axes> {
  const by = [...options.within, options.service, "name"].join(", ");
  const query = `max by (${by}) (handler:svc_status_state:max${toMatchers(options.selector)})`;
  return readAxes(
    options,
    query,
    range,
    (labels) => `${toServiceKey(labels, options)} ${labels["name"] ?? ""}`,
  );
}

export type Axes = ReadonlyMap<string, readonly Turn[]>;

async function readAxes(
  { prometheus }: AxesOptions,
  query: string,
  { to, count, signal }: AxesRange,
  toKey: (labels: SeriesOverTime["labels"]) => string,
): Promise<Axes> {
  const points = Math.max(24, Math.min(DAY_S / MIN_STEP_S, Math.floor(MAX_POINTS / Math.max(1, count))));
  const stepS = Math.ceil(DAY_S / points);
  const from = new Date(to.getTime() - DAY_S * 1_000);
  const result = await queryRange(prometheus, query, { from, to, stepS, signal });
  if ("problem" in result) throw new Error(result.problem);
  return new Map(
    result.series.map(({ labels, values }) => [toKey(labels), toTurns(values, stepS * 1_000, to)]),
  );
}

/** The moments at which the state changed. If samples are missing, the state is unknown. */
export function toTurns(values: SeriesOverTime["values"], stepMs: number, to: Date): readonly Turn[] {
  const turns: Turn[] = [];
  let last = Number.POSITIVE_INFINITY;
  const end = (at: number): void => {
    if (at - last > 1.5 * stepMs) turns.push({ at: last + stepMs, mark: "unknown" });
  };
  for (const [at, value] of values) {
    const mark = STATES[value] ?? "unknown";
    end(at);
    if (turns.at(-1)?.mark !== mark) turns.push({ at, mark });
    last = at;
  }
  end(to.getTime());
  return turns;
}
