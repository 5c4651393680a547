import { OK, YELLOW } from "../../core/state.ts";
import type { FleetLabels } from "../options.ts";
import { type PrometheusOptions, type QueryResult, queryPrometheus, type Series } from "./prometheus.ts";
import type { Selector } from "./promql.ts";
import {
  EVALUATED,
  EXPECTED_RULES,
  HANDLERS,
  STARTS,
  toOverviewQuery,
  toProblemsQuery,
  toRawQuery,
  toServiceQuery,
} from "./queries.ts";
import { type ServiceDetail, toDetails } from "./service-detail.ts";
import { type FleetService, type FleetState, toKind, toServices, toWorst } from "./view.ts";

/** A larger answer aborts the query. 10,000 services take about 20 MB. */
export const MAX_ANSWER_BYTES = 64_000_000;

export interface FleetReaderOptions extends FleetLabels {
  readonly prometheus: PrometheusOptions;
  /** Only services with these labels. */
  readonly selector: Selector;
  /** Maximum age of an evaluation of the rules. Older states are unknown. */
  readonly maxAgeMs: number;
}

export interface FleetView<Service = FleetService> {
  /** `OK` and `YELLOW` only if nothing is missing. */
  readonly state: FleetState;
  /** Worst first. */
  readonly services: readonly Service[];
  /** The time of the view. */
  readonly at: Date;
  /** The latest evaluation of the rules. */
  readonly evaluatedAt?: Date;
  /** Without recording rules, each view reads every series of every instance, and no cause is known. */
  readonly isRaw: boolean;
  /** Why the view is incomplete, in one sentence each. */
  readonly problems: readonly string[];
  /** Recording rules without series. The states are complete without them. */
  readonly absent?: readonly string[];
  /** `true`: Prometheus does not answer, and this is an earlier answer, from the time `at`. */
  readonly isStale?: true;
}

export interface ReadOptions {
  /** Default: now. */
  readonly at?: Date;
  readonly signal: AbortSignal;
}

/** Reads all services from Prometheus. Failures are part of the view. */
export function readOverview(options: FleetReaderOptions, read: ReadOptions): Promise<FleetView> {
  const { selector } = options;
  return readView(options, read, {
    query: toOverviewQuery(selector),
    rawQuery: toRawQuery(options, selector),
    convert: (series, oldest) => toServices(series, options, oldest),
  });
}

/** Reads all services, with their handlers that are not OK. */
export function readProblems(
  options: FleetReaderOptions,
  read: ReadOptions,
): Promise<FleetView<ServiceDetail>> {
  const { selector } = options;
  return readView(options, read, {
    query: toProblemsQuery(options, selector),
    rawQuery: toRawQuery(options, selector),
    convert: (series, oldest) => toDetails(series, options, oldest),
  });
}

/** Reads the services with this name, with their handlers and the instances that are not OK. */
export function readServices(
  name: string,
  options: FleetReaderOptions,
  read: ReadOptions,
): Promise<FleetView<ServiceDetail>> {
  const selector = { ...options.selector, [options.service]: name };
  return readView(options, read, {
    query: toServiceQuery(options, selector),
    rawQuery: toRawQuery(options, selector),
    convert: (series, oldest) => toDetails(series, options, oldest),
    optional: [STARTS, HANDLERS],
  });
}

interface View<Service> {
  readonly query: string;
  readonly rawQuery: string;
  readonly convert: (series: readonly Series[], oldest: Date) => readonly Service[];
  /** Rules without which the states of services are complete. */
  readonly optional?: readonly string[];
}

async function readView<Service extends FleetService>(
  { prometheus, maxAgeMs }: FleetReaderOptions,
  { at: asked, signal }: ReadOptions,
  { query, rawQuery, convert, optional = [STARTS] }: View<Service>,
): Promise<FleetView<Service>> {
  const at = asked ?? new Date();
  const time = { signal, ...(asked && { at: asked }) };
  let result: QueryResult = await queryPrometheus(prometheus, query, time);
  const isRaw = "series" in result && !result.series.some(isRecorded);
  if (isRaw && "series" in result) result = join(result, await queryPrometheus(prometheus, rawQuery, time));
  if ("problem" in result) return { state: "UNKNOWN", services: [], at, isRaw, problems: [result.problem] };
  const { series, partial } = result;
  const services = convert(series, new Date(at.getTime() - maxAgeMs));
  const present = new Set(series.map(toKind));
  const absent = isRaw || services.length === 0 ? [] : optional.filter((rule) => !present.has(rule));
  const problems = [
    ...(partial === undefined ? [] : [`the answer is partial: ${partial}`]),
    ...describeMissing(present, services, isRaw),
  ];
  const evaluated = services.flatMap(({ evaluatedAt }) =>
    evaluatedAt === undefined ? [] : [evaluatedAt.getTime()],
  );
  const worst = toWorst(services);
  return {
    // The missing series may be RED.
    state: problems.length > 0 && (worst === OK || worst === YELLOW) ? "UNKNOWN" : worst,
    services,
    at,
    ...(evaluated.length > 0 && { evaluatedAt: new Date(Math.max(...evaluated)) }),
    isRaw,
    problems,
    ...(absent.length > 0 && { absent }),
  };
}

function isRecorded(one: Series): boolean {
  return /^(?:service|handler):/.test(toKind(one));
}

/** Keeps the series of single instances, because they do not come from rules. */
function join(first: Extract<QueryResult, { series: unknown }>, raw: QueryResult): QueryResult {
  return "problem" in raw ? raw : { ...raw, series: [...first.series, ...raw.series] };
}

function describeMissing(
  present: ReadonlySet<string>,
  services: readonly FleetService[],
  isRaw: boolean,
): readonly string[] {
  if (services.length === 0 && isRaw) return ["Prometheus has no such service with extended metrics"];
  if (isRaw) return [];
  const missing: readonly string[] = EXPECTED_RULES.filter((record) => !present.has(record));
  if (missing.length > 0) return [`recording rules are missing: ${missing.join(", ")}`];
  return present.has(EVALUATED) ? [] : ["the time of the last evaluation is missing"];
}
