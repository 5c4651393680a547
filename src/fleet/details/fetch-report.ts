import { lookup as lookUp } from "node:dns";
import type { LookupFunction } from "node:net";
import { isState } from "../../core/state.ts";
import { describeError } from "../../util/describe-error.ts";
import { toDurationText } from "../../util/duration-text.ts";
import { runWithin } from "../../util/run-within.ts";
import { readText, send } from "../read/exchange.ts";
import type { FleetState } from "../read/view.ts";
import type { AllowedHosts } from "./allowed-hosts.ts";

/** Deadline of a whole request. */
const REPORT_DEADLINE_MS = 3_000;
/** Maximum size of a report. */
export const MAX_REPORT_BYTES = 1_000_000;
/** Maximum number of handlers that are shown. */
export const MAX_ENTRIES = 500;

/** A handler of an instance, as the instance reports it. */
export interface ReportEntry {
  readonly name: string;
  /** `UNKNOWN`: no process recorded it. */
  readonly state: FleetState;
  readonly detail?: string;
  readonly since?: Date;
}

/** The handlers of an instance, or why they are unknown. */
export type InstanceReport = { readonly entries: readonly ReportEntry[] } | { readonly problem: string };

/**
 * Requests the report of an instance, or with `isPast` that of the moment in the URL. Follows no redirect, sends no
 * credentials, and never rejects.
 */
export async function fetchReport(
  page: URL,
  hosts: AllowedHosts,
  closing: AbortSignal,
  isPast = false,
): Promise<InstanceReport> {
  const url = new URL(page);
  url.pathname += ".report";
  url.hash = "";
  if (!hosts.allows(url)) return { problem: `${url.host} is not in the list of hosts` };
  return runWithin(REPORT_DEADLINE_MS, closing, async (signal) => {
    try {
      const response = await send(url, { lookup: toLookup(hosts, url), signal });
      if (response.statusCode !== 200) {
        response.destroy();
        return { problem: `${url.host} answered HTTP ${response.statusCode}${isPast ? NO_PAST : ""}` };
      }
      return toReport(await readText(response, MAX_REPORT_BYTES), isPast);
    } catch (error) {
      if (signal.aborted)
        return {
          problem: `no complete answer from ${url.host} within ${toDurationText(REPORT_DEADLINE_MS)}`,
        };
      return { problem: `no answer from ${url.host}: ${describeError(error)}` };
    }
  });
}

/** Resolves a name once, and connects only to the addresses that were checked. */
function toLookup(hosts: AllowedHosts, url: URL): LookupFunction {
  return (name, options, callback) => {
    lookUp(name, { ...options, all: true }, (error, found) => {
      const allowed = (found ?? []).filter(({ address }) => hosts.allowsAddress(address, url));
      const [first] = allowed;
      if (error !== null) callback(error, "");
      else if (first === undefined)
        callback(new Error("the name resolves to an address that is not in the list of hosts"), "");
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Nothing but the recorder knows the past, and it may be for other clients only. */
const NO_PAST = ": it does not record its history, or not for this server";

function toReport(text: string, isPast: boolean): InstanceReport {
  try {
    const { entries, past = false } = JSON.parse(text) as {
      readonly entries?: unknown;
      readonly past?: unknown;
    };
    if (Array.isArray(entries) && past === isPast)
      return { entries: entries.slice(0, MAX_ENTRIES).flatMap(toEntry) };
  } catch {
    // As if it were another document.
  }
  return { problem: `the answer is not a report of svc-status${isPast ? " about that moment" : ""}` };
}

function toEntry(entry: unknown): ReportEntry[] {
  const { name, state, detail, since } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  const known = state === "unknown" ? "UNKNOWN" : state;
  if (typeof name !== "string" || !(isState(known) || known === "UNKNOWN")) return [];
  const start = new Date(typeof since === "string" ? since : Number.NaN);
  return [
    {
      name,
      state: known,
      ...(typeof detail === "string" && { detail }),
      ...(!Number.isNaN(start.getTime()) && { since: start }),
    },
  ];
}
