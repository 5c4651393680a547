import { Redis as IoRedis } from "ioredis";
import { Redis as IoRedis5 } from "ioredis-5";
import { createClient } from "redis";
import { createClient as createClient5 } from "redis-5";
import { expect, onTestFinished, test } from "vitest";
import { redis } from "../../../src/checks/redis.ts";
import { ask } from "../../contract/check.ts";
import { describeRealServer, type RealClient } from "../../contract/real-server.ts";
import { PASSWORD, startRedis } from "../../support/servers.ts";
import { describeWithProgram } from "../../support/system.ts";

const limits = { warnMemoryRatio: 0.9, maxMemoryRatio: 0.99, replicaLink: true };

function connectIoRedis(Client: typeof IoRedis) {
  return function connect(port: number, password: string): RealClient {
    const client = new Client({ port, host: "127.0.0.1", password });
    client.on("error", () => {});
    return { handler: redis(client, limits), close: () => client.disconnect() };
  };
}

function connectNodeRedis(create: typeof createClient) {
  return async function connect(port: number, password: string): Promise<RealClient> {
    const client = create({ url: `redis://:${password}@127.0.0.1:${port}` });
    client.on("error", () => {});
    await client.connect();
    return { handler: redis(client, limits), close: () => client.destroy() };
  };
}

describeWithProgram(["redis-server"], "redis, with a real Redis", () => {
  describeRealServer({
    start: () => startRedis("--maxmemory", "100mb"),
    clients: {
      "ioredis 6": connectIoRedis(IoRedis),
      "ioredis 5": connectIoRedis(IoRedis5 as unknown as typeof IoRedis),
      "node-redis 6": connectNodeRedis(createClient),
      "node-redis 5": connectNodeRedis(createClient5 as unknown as typeof createClient),
    },
    async countConnections(port) {
      const client = new IoRedis({ port, host: "127.0.0.1", password: PASSWORD });
      const [, count] = /connected_clients:(\d+)/.exec(await client.info("clients")) ?? [];
      client.disconnect();
      return Number(count);
    },
    wrongPassword: /^authentication: (?:WRONGPASS|NOAUTH)/,
    refusedAtConnect: ["node-redis 6", "node-redis 5"],
  });

  test("is RED for a replica that has lost its master, and shows memory beside its limit", async () => {
    const master = await startRedis();
    onTestFinished(master.close);
    const link = ["--replicaof", "127.0.0.1", String(master.port), "--masterauth", PASSWORD];
    const replica = await startRedis(...link, "--maxmemory", "1gb");
    onTestFinished(replica.close);
    const client = new IoRedis({ port: replica.port, host: "127.0.0.1", password: PASSWORD });
    const check = redis(client, limits);
    await expect.poll(async () => (await ask(check)).status.state, { timeout: 20_000 }).toBe("OK");
    expect((await ask(check)).status.detail).toMatch(/memory \d\.\d % of 1\.0 GiB .*, role slave$/);
    await master.stop();
    await expect.poll(async () => (await ask(check)).status.state, { timeout: 20_000 }).toBe("RED");
    expect((await ask(check)).status.detail).toContain("the link to the master is down");
    client.disconnect();
  });
});
