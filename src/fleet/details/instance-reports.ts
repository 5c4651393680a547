import { createShares, type ShareLimits } from "../../http/shares.ts";
import type { Clock } from "../../util/clock.ts";
import { toInstanceUrl } from "../page/instance-url.ts";
import { queryPrometheus } from "../read/prometheus.ts";
import { toMatchers } from "../read/promql.ts";
import type { FleetReaderOptions } from "../read/reader.ts";
import { createAllowedHosts } from "./allowed-hosts.ts";
import { fetchReport, type InstanceReport } from "./fetch-report.ts";

/** Maximum number of reports that are kept. */
export const MAX_REPORTS = 50;

/** The reports that are fetched at the same time: two are for other clients than the busiest. */
export const FETCH_LIMITS: ShareLimits = { total: 8, freeForAll: 6, share: 1 };

export interface InstanceReportsSetup {
  readonly reader: FleetReaderOptions;
  readonly hosts: readonly string[];
  /** The template of the URL of an instance's page. */
  readonly instanceUrl: string;
  /** How long a report is shown before the next reader causes another request. */
  readonly refreshMs: number;
  readonly clock: Clock;
  readonly closing: AbortSignal;
}

export interface InstanceChoice {
  readonly service: string;
  readonly instance: string;
  /** A moment in the past, which the instance knows only if it records its history. Default: now. */
  readonly at?: Date;
}

/** A report, and its time. */
export type KeptReport = InstanceReport & { readonly at: Date; readonly url?: string };

/** The reports of instances that Prometheus names. Readers of the same instance share its request. `holder` is a client. */
export interface InstanceReports {
  read(instance: InstanceChoice, holder: string): Promise<KeptReport>;
}

export function createInstanceReports(setup: InstanceReportsSetup): InstanceReports {
  const { reader, instanceUrl, refreshMs, clock, closing } = setup;
  const hosts = createAllowedHosts(setup.hosts);
  const kept = new Map<string, { readonly startedAt: number; readonly loading: Promise<KeptReport> }>();
  const fetches = createShares(FETCH_LIMITS);

  async function load({ service, instance, at: past }: InstanceChoice): Promise<KeptReport> {
    const at = past ?? new Date(clock.now());
    const matchers = toMatchers({ ...reader.selector, [reader.service]: service, instance });
    const query = `svc_status_overall${matchers} or up${matchers}`;
    const result = await queryPrometheus(reader.prometheus, query, {
      signal: closing,
      ...(past && { at: past }),
    });
    if ("problem" in result) return { at, problem: `Prometheus does not answer: ${result.problem}` };
    const labels = result.series.find((one) => one.labels["instance"] === instance)?.labels;
    if (labels === undefined) return { at, problem: "Prometheus has no such instance of this service" };
    const url = toInstanceUrl(instanceUrl, labels);
    if (url === undefined) return { at, problem: "the instance has no http or https URL" };
    const page = new URL(url);
    if (past) page.searchParams.set("at", past.toISOString());
    return { ...(await fetchReport(page, hosts, closing, past !== undefined)), at, url: page.href };
  }

  return {
    async read(choice, holder) {
      const key = JSON.stringify([choice.service, choice.instance, choice.at]);
      const known = kept.get(key);
      const now = clock.monotonicNow();
      if (known !== undefined && now - known.startedAt < refreshMs) return known.loading;
      if (!fetches.hasRoom(holder))
        return { at: new Date(clock.now()), problem: "too many instances were opened at once" };
      const loading = load(choice).finally(fetches.acquire(holder));
      kept.delete(key);
      for (const each of kept.keys()) if (kept.size >= MAX_REPORTS) kept.delete(each);
      kept.set(key, { startedAt: now, loading });
      return loading;
    },
  };
}
