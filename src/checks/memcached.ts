import type { StatusFunction } from "../core/handler.ts";
import { YELLOW } from "../core/state.ts";
import { expectMethods } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { RATIO } from "../options/rules.ts";
import type { OptionShapes } from "../options/shape.ts";
import { describeError } from "../util/describe-error.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import {
  formatBytes,
  formatRatio,
  type Measure,
  measureLatency,
  measureRising,
  toStatus,
} from "./support/measure.ts";

/**
 * A client of `memcached`, which calls back once for all servers, or of `memjs`, which calls back once per
 * server.
 */
export interface MemcachedClient {
  stats(callback: (error: unknown, ...results: unknown[]) => void): void;
  /** Its servers. The check waits for all of them to answer. */
  readonly servers?: readonly unknown[];
}

/** Limits for the servers. Every option is optional. */
export interface MemcachedOptions {
  /**
   * YELLOW from this ratio of a server's memory in use. Default: never, because a cache is meant to be full.
   */
  readonly warnMemoryRatio?: number;
  /** RED from this ratio of a server's memory in use. Default: never, because a cache is meant to be full. */
  readonly maxMemoryRatio?: number;
}

const OPTIONS: OptionShapes<MemcachedOptions, MemcachedOptions> = {
  warnMemoryRatio: RATIO,
  maxMemoryRatio: RATIO,
};

/**
 * Sends `stats` to each memcached server through the application's client.
 *
 * OK if all servers answer. YELLOW if some do not, because only some keys are lost. RED if none does. YELLOW
 * and RED by the limits.
 *
 * @param client A client of `memcached` or `memjs`.
 * @example
 * addStatusHandler("Cache", memcached(client), { critical: false });
 * @throws TypeError for an invalid client or option.
 */
export function memcached(client: MemcachedClient, options: MemcachedOptions = {}): StatusFunction {
  expectMethods("client", client, ["stats"]);
  const { warnMemoryRatio, maxMemoryRatio } = readOptions(OPTIONS, options);

  return withFailureKind(async function checkMemcached() {
    const startedAt = performance.now();
    const { servers, errors } = await readServers(client);
    if (servers.length === 0) throw errors[0] ?? new CheckError("wrong answer", "no server has answered");
    const used = servers.map((stats) => readRatio(stats));
    const measures: Measure[] = [
      measureLatency(startedAt),
      measureRising({
        what: "memory",
        label: "memory_ratio",
        value: Math.max(...used),
        format: formatRatio,
        of: `of ${formatBytes(Number(servers[0]?.["limit_maxbytes"]))}`,
        warn: warnMemoryRatio,
        max: maxMemoryRatio,
      }),
      { state: "OK", text: `${servers.length} answered`, labels: { servers: servers.length } },
    ];
    for (const error of errors) measures.push({ state: YELLOW, text: describeError(error), labels: {} });
    return toStatus(measures);
  });
}

type Stats = Readonly<Record<string, unknown>>;

interface Answers {
  readonly servers: Stats[];
  readonly errors: unknown[];
}

function readServers(client: MemcachedClient): Promise<Answers> {
  const answers: Answers = { servers: [], errors: [] };
  let missing = Math.max(1, client.servers?.length ?? 1);
  return new Promise((resolve) => {
    client.stats(function takeStats(error: unknown, ...results: readonly unknown[]) {
      const isOneOfMany = typeof results[0] === "string";
      const stats = isOneOfMany ? [results[1]] : [results[0]].flat();
      if (error !== undefined && error !== null) answers.errors.push(error);
      answers.servers.push(...stats.filter(isStats));
      missing -= 1;
      if (missing === 0 || !isOneOfMany) resolve(answers);
    });
  });
}

function isStats(value: unknown): value is Stats {
  return typeof value === "object" && value !== null && "limit_maxbytes" in value;
}

function readRatio(stats: Stats): number {
  const ratio = Number(stats["bytes"]) / Number(stats["limit_maxbytes"]);
  if (Number.isFinite(ratio)) return ratio;
  throw new CheckError("wrong answer", "a server does not report its memory");
}
