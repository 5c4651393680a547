import { expect, test } from "vitest";
import { type RabbitmqChannel, rabbitmq } from "../../src/checks/rabbitmq.ts";
import { ask, describeCheck, SECRET } from "../contract/check.ts";
import { createError, hang } from "./support/clients.ts";

const orders = { messageCount: 10, consumerCount: 1 };

function createChannel(checkQueue: RabbitmqChannel["checkQueue"] = async () => orders): RabbitmqChannel {
  return { checkQueue, close: async () => {}, on: () => {} };
}

function connect(found = orders) {
  return { createChannel: async () => createChannel(async () => found) };
}

function fail(error: Error) {
  return { createChannel: () => Promise.reject(error) };
}

describeCheck({
  name: "rabbitmq",
  well: () => ({ handler: rabbitmq(connect(), { queue: "orders", warnMessages: 100, minConsumers: 1 }) }),
  broken: {
    "closed: Connection closed": () => ({ handler: rabbitmq(fail(new Error("Connection closed"))) }),
    "refused: ": () => ({
      handler: rabbitmq(fail(createError("ECONNREFUSED", `connect amqp://me:${SECRET}@broker`))),
    }),
    "closed: the application has no connection": () => ({ handler: rabbitmq(() => undefined) }),
    "wrong answer: NOT_FOUND": () => ({
      handler: rabbitmq(
        {
          createChannel: async () =>
            createChannel(() =>
              Promise.reject(Object.assign(new Error("NOT_FOUND - no queue"), { code: 404 })),
            ),
        },
        { queue: "orders" },
      ),
    }),
    "answered in": () => ({ handler: rabbitmq(connect(), { queue: "orders", maxMessages: 10 }) }),
  },
  worrying: {
    "messages 10 (YELLOW from 10, RED from 100), consumers 1": () => ({
      handler: rabbitmq(connect(), { queue: "orders", warnMessages: 10, maxMessages: 100 }),
    }),
  },
  unanswered: () => hang(createChannel(), (open) => rabbitmq({ createChannel: open })),
  mistakes: {
    "connection: expected an object with createChannel()": () => rabbitmq({} as ReturnType<typeof connect>),
    "queue: expected a name": () => rabbitmq(connect(), { maxMessages: 1 }),
    "minConsumers: expected an integer": () => rabbitmq(connect(), { queue: "orders", minConsumers: 0.5 }),
    'options: unknown option "messages"': () => rabbitmq(connect(), { messages: 1 } as object),
  },
});

test("is RED for a queue without enough consumers, and closes its channel", async () => {
  let open = 0;
  const channel = createChannel(async () => ({ messageCount: 0, consumerCount: 0 }));
  const connection = {
    async createChannel() {
      open += 1;
      return {
        ...channel,
        async close() {
          open -= 1;
        },
      };
    },
  };
  const { status } = await ask(rabbitmq(() => connection, { queue: "orders", minConsumers: 1 }));
  expect(status).toMatchObject({
    state: "RED",
    detail: expect.stringContaining("consumers 0 (RED below 1)"),
  });
  expect(open).toBe(0);
});
