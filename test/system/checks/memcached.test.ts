import Memcached from "memcached";
import { Client as Memjs } from "memjs";
import { memcached } from "../../../src/checks/memcached.ts";
import { describeRealServer, type RealClient } from "../../contract/real-server.ts";
import { countConnections } from "../../support/count-connections.ts";
import { startMemcached } from "../../support/servers.ts";
import { describeWithProgram } from "../../support/system.ts";

function connectMemcached(port: number): RealClient {
  const client = new Memcached(`127.0.0.1:${port}`, { retry: 100, timeout: 500, retries: 0, reconnect: 100 });
  return { handler: memcached(client), close: () => client.end() };
}

function connectMemjs(port: number): RealClient {
  const client = Memjs.create(`127.0.0.1:${port}`, { logger: { log() {} } as unknown as Console });
  return { handler: memcached(client), close: () => client.close() };
}

describeWithProgram(["memcached"], "memcached, with a real memcached", () => {
  describeRealServer({
    start: startMemcached,
    clients: { memcached: connectMemcached, memjs: connectMemjs },
    countConnections: async (port) => countConnections(port),
  });
});
