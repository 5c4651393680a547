import { connect as connectTransport } from "@nats-io/transport-node";
import { connect as connectNats } from "nats";
import { expect, onTestFinished, test } from "vitest";
import { nats } from "../../../src/checks/nats.ts";
import { ask } from "../../contract/check.ts";
import { describeRealServer, type RealClient } from "../../contract/real-server.ts";
import { countConnections } from "../../support/count-connections.ts";
import { PASSWORD, startNats, USER } from "../../support/servers.ts";
import { describeWithProgram } from "../../support/system.ts";

function toSettings(port: number, pass: string) {
  const reconnect = { reconnectTimeWait: 50, maxReconnectAttempts: -1, waitOnFirstConnect: false };
  return { servers: `127.0.0.1:${port}`, user: USER, pass, ...reconnect };
}

async function connect(port: number, pass: string): Promise<RealClient> {
  const connection = await connectNats(toSettings(port, pass));
  return { handler: nats(connection), close: () => connection.close() };
}

async function connectNew(port: number, pass: string): Promise<RealClient> {
  const connection = await connectTransport(toSettings(port, pass));
  return { handler: nats(connection), close: () => connection.close() };
}

describeWithProgram(["nats-server"], "nats, with a real NATS", () => {
  describeRealServer({
    start: startNats,
    clients: { nats: connect, "@nats-io/transport-node": connectNew },
    countConnections: async (port) => countConnections(port),
    wrongPassword: /^authentication: /,
    refusedAtConnect: ["nats", "@nats-io/transport-node"],
  });

  test("counts the messages that a consumer has not got yet", async () => {
    const server = await startNats();
    onTestFinished(server.close);
    const connection = await connectNats(toSettings(server.port, PASSWORD));
    const manager = await connection.jetstreamManager();
    await manager.streams.add({ name: "orders", subjects: ["orders"] });
    await manager.consumers.add("orders", { durable_name: "worker" });
    const stream = connection.jetstream();
    const consumer = await stream.consumers.get("orders", "worker");
    await stream.publish("orders");
    const { status } = await ask(nats(connection, { consumer, warnPending: 1 }));
    expect(status).toMatchObject({ state: "YELLOW", labels: { pending: 1 } });
    await connection.close();
  });
});
