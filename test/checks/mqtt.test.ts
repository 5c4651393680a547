import { expect, test } from "vitest";
import { type MqttClient, mqtt } from "../../src/checks/mqtt.ts";
import { ask, describeCheck, SECRET } from "../contract/check.ts";
import { hang } from "./support/clients.ts";

function answer(error?: Error): MqttClient {
  return { connected: true, unsubscribe: (_topic, callback) => callback(error) };
}

describeCheck({
  name: "mqtt",
  well: () => ({ handler: mqtt(answer()) }),
  broken: {
    "closed: Connection closed": () => ({ handler: mqtt(answer(new Error("Connection closed"))) }),
    "closed: the client is not connected": () => ({ handler: mqtt({ ...answer(), connected: false }) }),
    "authentication: Connection refused: Not authorized": () => ({
      handler: mqtt(answer(new Error(`Connection refused: Not authorized mqtt://me:${SECRET}@broker`))),
    }),
  },
  unanswered: () =>
    hang(undefined, (askBroker) =>
      mqtt({ connected: true, unsubscribe: (_topic, callback) => void askBroker().then(() => callback()) }),
    ),
  mistakes: {
    "client: expected an object with unsubscribe()": () => mqtt({} as MqttClient),
    "topic: expected a non-empty string": () => mqtt(answer(), { topic: "" }),
    'options: unknown option "qos"': () => mqtt(answer(), { qos: 1 } as object),
  },
});

test("asks for its own topic only", async () => {
  const topics: string[] = [];
  const client: MqttClient = {
    connected: true,
    unsubscribe(topic, callback) {
      topics.push(topic);
      callback();
    },
  };
  await ask(mqtt(client));
  await ask(mqtt(client, { topic: "health/ping" }));
  expect(topics).toEqual(["svc-status/ping", "health/ping"]);
});
