import type { StatusFunction } from "../core/handler.ts";
import { RED } from "../core/state.ts";
import { expectMethods } from "../options/expect.ts";
import { readOptions } from "../options/read-options.ts";
import { FLAG, RATIO } from "../options/rules.ts";
import type { OptionShapes, WithDefaults } from "../options/shape.ts";
import { CheckError, withFailureKind } from "./support/failure.ts";
import {
  formatBytes,
  formatRatio,
  type Measure,
  measureLatency,
  measureRising,
  toStatus,
} from "./support/measure.ts";

/** A client of ioredis or node-redis. */
export interface RedisClient {
  ping(): Promise<unknown>;
  /** Only called if an option needs it. */
  info?(section: string): Promise<unknown>;
}

/** Limits for a Redis server. Every option is optional. Each one adds an `INFO` command. */
export interface RedisOptions {
  /**
   * YELLOW from this ratio of `maxmemory` in use. Has no effect on a server without `maxmemory`. Default: not
   * checked.
   */
  readonly warnMemoryRatio?: number;
  /**
   * RED from this ratio of `maxmemory` in use: at 1, a server without an eviction policy rejects writes. Default:
   * not checked.
   */
  readonly maxMemoryRatio?: number;
  /**
   * `true`: RED if this server is a replica without a link to its master, because its data becomes stale.
   * @default false
   */
  readonly replicaLink?: boolean;
}

const OPTIONS: OptionShapes<
  RedisOptions,
  WithDefaults<RedisOptions, "warnMemoryRatio" | "maxMemoryRatio">
> = {
  warnMemoryRatio: RATIO,
  maxMemoryRatio: RATIO,
  replicaLink: { ...FLAG, default: false },
};

/**
 * Sends `PING` to a Redis server through the application's client, and the commands that the options need.
 *
 * YELLOW and RED by the limits; RED if the server does not answer. While the client reconnects, it queues the
 * command until the handler's deadline, and sends it once it is connected.
 *
 * @param client A client of ioredis or node-redis.
 * @example
 * addStatusHandler("Cache", redis(client, { warnMemoryRatio: 0.9 }));
 * @throws TypeError for an invalid client or option.
 */
export function redis(client: RedisClient, options: RedisOptions = {}): StatusFunction {
  expectMethods("client", client, ["ping"]);
  const { warnMemoryRatio, maxMemoryRatio, replicaLink } = readOptions(OPTIONS, options);
  const readsMemory = (warnMemoryRatio ?? maxMemoryRatio) !== undefined;
  if (readsMemory || replicaLink) expectMethods("client", client, ["info"]);

  return withFailureKind(async function checkRedis() {
    const startedAt = performance.now();
    const answer = String(await client.ping());
    if (answer !== "PONG") throw new CheckError("wrong answer", "PING was not answered with PONG");
    const measures: Measure[] = [measureLatency(startedAt)];
    if (readsMemory) {
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
    throw new CheckError("wrong answer", "the server does not report its memory");
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
