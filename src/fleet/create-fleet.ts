import type { Clock } from "../util/clock.ts";
import { type FleetOptions, resolveFleetOptions } from "./fleet-options.ts";
import { readCredentials } from "./read/credentials.ts";
import { queryPrometheus } from "./read/prometheus.ts";
import {
  type FleetReaderOptions,
  type FleetView,
  type ReadOptions,
  readOverview,
  readServices,
} from "./read/reader.ts";
import type { ServiceDetail } from "./read/service-detail.ts";
import { addSharedLabels, toCandidates, toCountsQuery } from "./read/shared-labels.ts";
import { createTurnsCache, MAX_PAST_TURNS, type TurnsCache } from "./read-turns.ts";
import { createViews, type Views } from "./views.ts";

/** Many services and their instances, from Prometheus. */
export interface Fleet {
  /** All services, worst first. Never rejects: failures are part of the view. */
  read(options?: FleetReadOptions): Promise<FleetView>;
  /** The services with this name, with their handlers and the instances that are not OK. */
  readService(name: string, options?: FleetReadOptions): Promise<FleetView<ServiceDetail>>;
  /** Ends the running queries. Later reads fail. */
  close(): void;
}

export interface FleetReadOptions {
  /** A moment in the past for which Prometheus has data. Default: now. */
  readonly at?: Date;
}

/** The fleet with its settings, for its page. */
export interface OwnFleet extends Fleet {
  readonly reader: FleetReaderOptions;
  readonly refreshMs: number;
  /** The axes now, and those of moments in the past, which readers choose freely. */
  readonly turns: TurnsCache;
  readonly pastTurns: TurnsCache;
  readonly clock: Clock;
  /** Whether all clients may read a view: it causes no query, or that of services now. */
  isKnown(view: FleetReadOptions & { readonly service?: string }): boolean;
  /** Aborted when the fleet is closed. */
  readonly closing: AbortSignal;
}

/**
 * Reads the fleet from Prometheus. Readers of the same view share one query: 200 open pages cost Prometheus
 * no more than one.
 *
 * @throws TypeError for invalid options.
 */
export function createFleet(options: FleetOptions): Fleet {
  return createOwnFleet(options);
}

export function createOwnFleet(options: FleetOptions): OwnFleet {
  const { url, labels, selector, refreshMs, timeoutMs, maxAnswerBytes, maxAgeMs, clock, ...sources } =
    resolveFleetOptions(options);
  const reader: FleetReaderOptions = {
    ...labels,
    prometheus: {
      url,
      timeoutMs,
      maxAnswerBytes,
      toCredentials: () => readCredentials(sources, process.env),
    },
    selector,
    maxAgeMs,
  };
  const present = createViews({ refreshMs, clock });
  // Apart, so that the moments that readers choose never replace the present.
  const past = createViews({ refreshMs, clock, isPast: true });
  const [turns, pastTurns] = [createTurnsCache(clock), createTurnsCache(clock, MAX_PAST_TURNS)];
  const toViews = ({ at }: FleetReadOptions): Views => (at ? past : present);
  const closing = new AbortController();
  return {
    reader,
    refreshMs,
    turns,
    pastTurns,
    clock,
    isKnown: ({ service, ...read }) =>
      toViews(read).has(toKey(service === undefined ? "" : `/${service}`, read)),
    closing: closing.signal,
    read: (read = {}) =>
      toViews(read).read(toKey("", read), (signal) => readOverview(reader, { ...read, signal })),
    readService: (name, read = {}) =>
      toViews(read).read(toKey(`/${name}`, read), (signal) => readDetail(name, reader, { ...read, signal })),
    close() {
      closing.abort();
      for (const each of [present, past, turns, pastTurns]) each.close();
    },
  };
}

/** One service that is RED costs a second query. */
async function readDetail(
  name: string,
  reader: FleetReaderOptions,
  read: ReadOptions,
): Promise<FleetView<ServiceDetail>> {
  const view = await readServices(name, reader, read);
  const [service, ...others] = view.services;
  const isRed = service?.handlers.some(({ instances }) => instances.RED > 1);
  if (service === undefined || others.length > 0 || !isRed) return view;
  const selector = { ...reader.selector, [reader.service]: name };
  const query = toCountsQuery(toCandidates(service, reader), reader, selector);
  const counts = await queryPrometheus(reader.prometheus, query, read);
  // Without them, the page still shows the counts.
  return "problem" in counts ? view : { ...view, services: [addSharedLabels(service, counts.series)] };
}

function toKey(name: string, { at }: FleetReadOptions): string {
  return `${at?.getTime() ?? ""}${name}`;
}
