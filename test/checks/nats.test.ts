import { type NatsConnection, nats } from "../../src/checks/nats.ts";
import { describeCheck, SECRET } from "../contract/check.ts";
import { createError, hang } from "./support/clients.ts";

const connection: NatsConnection = { rtt: async () => 1 };
const consumer = { info: async () => ({ num_pending: 10 }) };

function fail(error: Error): NatsConnection {
  return { rtt: () => Promise.reject(error) };
}

describeCheck({
  name: "nats",
  well: () => ({ handler: nats(connection, { consumer, warnPending: 11 }) }),
  broken: {
    "closed: connection disconnected": () => ({ handler: nats(fail(new Error("connection disconnected"))) }),
    "closed: DISCONNECT": () => ({ handler: nats(fail(createError("DISCONNECT", "DISCONNECT"))) }),
    "authentication: 'Authorization Violation'": () => ({
      handler: nats(
        fail(createError("AUTHORIZATION_VIOLATION", `'Authorization Violation' token=${SECRET}`)),
      ),
    }),
    "answered in": () => ({ handler: nats(connection, { consumer, maxPending: 10 }) }),
  },
  worrying: {
    "pending 10 (YELLOW from 10, RED from 100)": () => ({
      handler: nats(connection, { consumer, warnPending: 10, maxPending: 100 }),
    }),
  },
  unanswered: () => hang(1, (rtt) => nats({ rtt })),
  mistakes: {
    "connection: expected an object with rtt()": () => nats({} as NatsConnection),
    "consumer: expected an object with info()": () => nats(connection, { consumer: {} as typeof consumer }),
    "consumer: expected a consumer": () => nats(connection, { maxPending: 1 }),
    'options: unknown option "pending"': () => nats(connection, { pending: 1 } as object),
  },
});
