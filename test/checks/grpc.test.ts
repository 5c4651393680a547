import {
  Client,
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { type GrpcClient, grpc } from "../../src/checks/grpc.ts";
import { type Asked, ask, describeCheck, SECRET, type Unanswered } from "../contract/check.ts";
import { createDeferred } from "../support/deferred.ts";
import { findFreePort } from "../support/free-port.ts";

type Check = (call: ServerUnaryCall<{ service: string }, number>, callback: sendUnaryData<number>) => void;

/** A server with grpc.health.v1, written without this library: names and numbers as protobuf has them. */
async function serve(check: Check): Promise<{ server: Server; client: Client; close(): void }> {
  const server = new Server();
  server.addService(
    {
      check: {
        path: "/grpc.health.v1.Health/Check",
        requestStream: false,
        responseStream: false,
        requestSerialize: () => Buffer.alloc(0),
        requestDeserialize: (bytes: Buffer) => ({ service: bytes.subarray(2).toString() }),
        responseSerialize: (value: number) => Buffer.from(value === 0 ? [] : [0x08, value]),
        responseDeserialize: (bytes: Buffer) => bytes[1] ?? 0,
      },
    },
    { check },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const close = (): void => {
    client.close();
    server.forceShutdown();
  };
  return { server, client, close };
}

async function answer(value: number): Promise<Asked> {
  const { client, close } = await serve((_call, callback) => callback(null, value));
  return { handler: grpc(client), close };
}

async function refuse(code: status, details: string): Promise<Asked> {
  const { client, close } = await serve((_call, callback) =>
    callback({ code, details, metadata: undefined as unknown as Metadata }),
  );
  return { handler: grpc(client), close };
}

describeCheck({
  name: "grpc",
  well: () => answer(1),
  broken: {
    "wrong answer: NOT_SERVING": () => answer(2),
    "wrong answer: UNKNOWN": () => answer(0),
    "wrong answer: 5 NOT_FOUND: unknown service": () =>
      refuse(status.NOT_FOUND, `unknown service, api_key=${SECRET}`),
    "authentication: 16 UNAUTHENTICATED": () => refuse(status.UNAUTHENTICATED, `token=${SECRET}`),
    "timeout: 4 DEADLINE_EXCEEDED": () => refuse(status.DEADLINE_EXCEEDED, "too slow"),
    "wrong answer: 12 UNIMPLEMENTED": async () => {
      const { client, server, close } = await serve(() => {});
      server.unregister("/grpc.health.v1.Health/Check");
      return { handler: grpc(client), close };
    },
    "refused: 14 UNAVAILABLE": async () => {
      const client = new Client(`127.0.0.1:${await findFreePort()}`, credentials.createInsecure());
      return { handler: grpc(client), close: () => client.close() };
    },
  },
  async unanswered(): Promise<Unanswered> {
    const asked = createDeferred();
    const cancelled = createDeferred();
    const { client, close } = await serve((call) => {
      call.on("cancelled", () => cancelled.resolve());
      asked.resolve();
    });
    return { handler: grpc(client), asked: asked.promise, cancelled: cancelled.promise, close };
  },
  mistakes: {
    "client: expected an object with makeUnaryRequest()": () => grpc({} as GrpcClient),
    "service: expected a string": () =>
      grpc({ makeUnaryRequest: () => ({ cancel() {} }) }, { service: 1 as unknown as string }),
    'options: unknown option "name"': () =>
      grpc({ makeUnaryRequest: () => ({ cancel() {} }) }, { name: "x" } as object),
  },
});

test.each(["users.UserService", "x".repeat(200)])("asks for the service %s", async (service) => {
  const { client, close } = await serve((call, callback) =>
    callback(null, call.request.service.endsWith(service) ? 1 : 2),
  );
  const { status } = await ask(grpc(client, { service }));
  close();
  expect(status.state).toBe("OK");
});
