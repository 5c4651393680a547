import { connect as connectAmqp } from "amqplib";
import { expect, onTestFinished, test } from "vitest";
import { rabbitmq } from "../../../src/checks/rabbitmq.ts";
import { ask } from "../../contract/check.ts";
import { describeRealServer, type RealClient } from "../../contract/real-server.ts";
import { countConnections } from "../../support/count-connections.ts";
import { PASSWORD, startRabbitmq, USER } from "../../support/servers.ts";
import { describeWithProgram } from "../../support/system.ts";

async function connect(port: number, password: string): Promise<RealClient> {
  const settings = { hostname: "127.0.0.1", port, username: USER, password, heartbeat: 2 };
  const connection = await connectAmqp(settings, {
    recovery: { initialDelay: 50, maxDelay: 200, waitForConnect: false },
  });
  connection.on("error", () => {});
  return { handler: rabbitmq(connection), close: () => connection.close() };
}

describeWithProgram(["rabbitmq-server", "epmd"], "rabbitmq, with a real RabbitMQ", () => {
  describeRealServer({
    start: startRabbitmq,
    clients: { amqplib: connect },
    countConnections: async (port) => countConnections(port),
    // A recovering connection goes on trying, and has nothing to ask until it succeeds.
    wrongPassword: /^timed out after 5000 ms/,
  });

  test("counts a queue's messages and consumers, and survives that it is missing", async () => {
    const server = await startRabbitmq();
    onTestFinished(server.close);
    const settings = { hostname: "127.0.0.1", port: server.port, username: USER, password: PASSWORD };
    const connection = await connectAmqp(settings);
    onTestFinished(() => connection.close());
    const check = rabbitmq(connection, { queue: "orders", minConsumers: 1 });
    expect((await ask(check)).status.detail).toMatch(/^wrong answer: .*NOT.FOUND/);

    const channel = await connection.createConfirmChannel();
    await channel.assertQueue("orders");
    expect((await ask(check)).status.detail).toContain("consumers 0 (RED below 1)");
    for (const text of ["one", "two"]) channel.sendToQueue("orders", Buffer.from(text));
    await channel.waitForConfirms();
    const { status } = await ask(rabbitmq(connection, { queue: "orders", warnMessages: 2 }));
    expect(status).toMatchObject({ state: "YELLOW", labels: { messages: 2, consumers: 0 } });
  });
});
