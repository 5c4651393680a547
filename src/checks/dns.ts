import { lookup, Resolver } from "node:dns/promises";
import type { StatusFunction } from "../core/handler.ts";
import { HOST } from "../options/hosts.ts";
import { expectShape, readOptions } from "../options/read-options.ts";
import { choice, LINE } from "../options/rules.ts";
import type { ListShape, OptionShapes } from "../options/shape.ts";
import { toError } from "../options/words.ts";
import { onAbort } from "../util/abort.ts";
import { define } from "./support/definition.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import { LATENCY, measureLatency, toStatus } from "./support/measure.ts";

/** The record types that can be queried. */
export type DnsRecordType = "A" | "AAAA" | "CNAME" | "MX" | "NS" | "PTR" | "SRV" | "TXT";

/** The query, and how its answer is judged. Every option is optional. */
export interface DnsOptions {
  /**
   * Queries a DNS server for these records. Default: resolves the name as `connect` does, with /etc/hosts and
   * search domains; that lookup cannot be canceled.
   */
  readonly recordType?: DnsRecordType;
  /**
   * The DNS servers to query, as `"10.0.0.2"` or `"10.0.0.2:53"`. Needs `recordType`. Default: the servers of
   * the system.
   */
  readonly servers?: readonly string[];
  /**
   * RED unless the answer contains all of these: addresses, names, `name:port` for SRV, texts. Default: any answer
   * is OK.
   */
  readonly expected?: readonly string[];
  /** YELLOW from this resolution time. Default: any time within the handler's deadline is OK. */
  readonly warnLatencyMs?: number;
  /** RED from this resolution time. Default: only the handler's deadline counts. */
  readonly maxLatencyMs?: number;
}

type ResolveRecord = (resolver: Resolver, name: string) => Promise<string[]>;

const RECORDS: Readonly<Record<DnsRecordType, ResolveRecord>> = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  MX: async (resolver, name) => (await resolver.resolveMx(name)).map(({ exchange }) => exchange),
  NS: (resolver, name) => resolver.resolveNs(name),
  PTR: (resolver, name) => resolver.resolvePtr(name),
  SRV: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map((record) => `${record.name}:${record.port}`),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((parts) => parts.join("")),
};

const TEXTS: ListShape = { kind: "list", items: LINE, isNonEmpty: true, expected: "an array of strings" };

const OPTIONS: OptionShapes<DnsOptions, DnsOptions> = {
  recordType: {
    ...choice(...Object.keys(RECORDS)),
    expected: `one of ${Object.keys(RECORDS).join(", ")}`,
  },
  servers: TEXTS,
  expected: TEXTS,
  ...LATENCY,
};

/**
 * Checks that a name resolves.
 *
 * YELLOW and RED by latency. RED if the name does not exist, no DNS server answers, or an expected value is
 * missing.
 *
 * @example
 * addStatusHandler("DNS", dns("db.internal", { recordType: "A", servers: ["10.0.0.2"] }));
 * @throws TypeError for an invalid name or option.
 */
export function dns(name: string, options: DnsOptions = {}): StatusFunction {
  expectShape(HOST, name, "name");
  const { recordType, servers, expected = [], ...limits } = readOptions(OPTIONS, options);
  if (servers !== undefined && recordType === undefined)
    throw toError({
      path: "servers",
      text: "expected recordType too, because the system's resolver uses its own servers",
    });
  if (servers !== undefined) new Resolver().setServers(servers); // throws at once if an address is invalid

  return withFailureKind(async function checkDns({ signal }) {
    const startedAt = performance.now();
    const answers =
      recordType === undefined ? await lookUp(name) : await resolve({ name, recordType, servers, signal });
    const missing = expected.filter((answer) => !answers.includes(answer));
    if (missing.length > 0)
      throw new CheckError("wrong answer", `${missing.join(", ")} missing in ${answers.join(", ")}`);
    return toStatus([
      { state: "OK", text: `${answers.length} found`, labels: { answers: answers.length } },
      measureLatency(startedAt, limits),
    ]);
  });
}

define(dns, {
  title: "DNS",
  target: HOST,
  options: OPTIONS,
});

async function lookUp(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

interface Lookup {
  readonly name: string;
  readonly recordType: DnsRecordType;
  readonly servers: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** Creates a resolver for each query, because canceling a resolver cancels all its queries. */
async function resolve({ name, recordType, servers, signal }: Lookup): Promise<string[]> {
  const resolver = new Resolver();
  if (servers !== undefined) resolver.setServers(servers);
  const stopListening = onAbort(signal, () => resolver.cancel());
  try {
    return await RECORDS[recordType](resolver, name);
  } finally {
    stopListening();
  }
}
