import type { StatusFunction } from "../core/handler.ts";
import { RED } from "../core/state.ts";
import { expectMethods } from "../options/expect.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import {
  formatBytes,
  formatRatio,
  type Measure,
  measureLatency,
  measureRising,
  toStatus,
} from "./support/measure.ts";
import { type Expectations, expectBoolean, expectOptions, expectRatio } from "./support/options.ts";

/** A client of ioredis or node-redis. */
export interface RedisClient {
  ping(): Promise<unknown>;
  /** Only asked for what the options need. */
  info?(section: string): Promise<unknown>;
}

/** How a Redis is judged. Every option is optional; each asks the server for `INFO` too. */
export interface RedisOptions {
  /** YELLOW from this part of `maxmemory` in use. A server without one has no part. Left out: not asked. */
  readonly warnMemoryRatio?: number;
  /** RED from this part of `maxmemory` in use: a server that evicts nothing refuses writes at 1. Left out: not asked. */
  readonly maxMemoryRatio?: number;
  /**
   * `true`: RED when this server is a replica without a link to its master, whose data grows old.
   * @default false
   */
  readonly replicaLink?: boolean;
}

const OPTIONS: Expectations<RedisOptions> = {
  warnMemoryRatio: expectRatio,
  maxMemoryRatio: expectRatio,
  replicaLink: expectBoolean,
};

/**
 * Asks a Redis through the client that the application has: `PING`, and what the options need.
 *
 * YELLOW and RED by the limits; RED when it does not answer. While the client reconnects, it holds the question back
 * until the handler's deadline, and asks when it is connected again.
 *
 * @param client A client of ioredis or node-redis.
 * @example
 * addStatusHandler("Cache", redis(client, { warnMemoryRatio: 0.9 }));
 * @throws TypeError for a client or an option that cannot be right.
 */
export function redis(client: RedisClient, options: RedisOptions = {}): StatusFunction {
  expectMethods("client", client, ["ping"]);
  expectOptions(options, OPTIONS);
  const { warnMemoryRatio, maxMemoryRatio, replicaLink = false } = options;
  const asksMemory = (warnMemoryRatio ?? maxMemoryRatio) !== undefined;
  if (asksMemory || replicaLink) expectMethods("client", client, ["info"]);

  return withFailureKind(async function askRedis() {
    const startedAt = performance.now();
    const answer = String(await client.ping());
    if (answer !== "PONG") throw new CheckError("wrong answer", "PING was not answered with PONG");
    const measures: Measure[] = [measureLatency(startedAt)];
    if (asksMemory) {
      const limits = { warn: warnMemoryRatio, max: maxMemoryRatio };
      measures.push(measureMemory(await readInfo(client, "memory"), limits));
    }
    if (replicaLink) measures.push(measureLink(await readInfo(client, "replication")));
    return toStatus(measures);
  });
}

type Info = ReadonlyMap<string, string>;

async function readInfo(client: RedisClient, section: string): Promise<Info> {
  const lines = String(await client.info?.(section)).split(/\r?\n/);
  return new Map(
    lines
      .filter((line) => line.includes(":"))
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)] as const),
  );
}

function measureMemory(info: Info, limits: { warn: number | undefined; max: number | undefined }): Measure {
  const used = Number(info.get("used_memory") ?? Number.NaN);
  const max = Number(info.get("maxmemory") ?? Number.NaN);
  if (!Number.isFinite(used) || !Number.isFinite(max))
    throw new CheckError("wrong answer", "the server does not tell its memory");
  const labels = { used_memory_bytes: used };
  if (max === 0) return { state: "OK", text: `memory ${formatBytes(used)}, without a limit`, labels };
  const measure = measureRising({
    what: "memory",
    label: "memory_ratio",
    value: used / max,
    format: formatRatio,
    of: `of ${formatBytes(max)}`,
    ...limits,
  });
  return { ...measure, labels: { ...measure.labels, ...labels } };
}

function measureLink(info: Info): Measure {
  const role = info.get("role");
  const isBroken = role === "slave" && info.get("master_link_status") !== "up";
  const state = isBroken ? RED : "OK";
  const text = isBroken ? "the link to the master is down" : `role ${role ?? "unknown"}`;
  return { state, text, labels: { replica_link: isBroken ? 0 : 1 } };
}
