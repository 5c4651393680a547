import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { createClient as createSseClient } from "graphql-sse";
import { createHandler } from "graphql-sse/lib/use/http";
import { createClient as createWsClient } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
import { Server as SocketIo } from "socket.io";
import { io } from "socket.io-client";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createProbe } from "../../../src/core/probe.ts";
import { createDrain } from "../../../src/drain/drain.ts";
import type { DrainReport } from "../../../src/drain/report.ts";

// As the libraries load it. Vite would take its other build, whose schemas they do not accept.
const { GraphQLObjectType, GraphQLSchema, GraphQLString }: typeof import("graphql") = createRequire(
  import.meta.url,
)("graphql");

/** Listens, and gives the drain as a function. */
async function listen(server: Server): Promise<{ readonly port: number; drain(): Promise<DrainReport> }> {
  const drain = createDrain(server, {
    probe: createProbe(),
    fixedMs: 0,
    deadlineMs: 15_000,
    balancerIdleMs: 0,
    streams: { spreadMs: 0 },
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, drain: () => drain.start() };
}

/** Emits numbers for ever. */
async function* count(): AsyncGenerator<{ readonly ticks: string }> {
  for (let index = 0; ; index += 1) {
    yield { ticks: String(index) };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: "Query", fields: { hello: { type: GraphQLString } } }),
  subscription: new GraphQLObjectType({
    name: "Subscription",
    fields: { ticks: { type: GraphQLString, subscribe: count } },
  }),
});

const CLEAN = { ok: true, requestsCut: 0 };

describe("a drain, without further options, closes cleanly", () => {
  test("Socket.IO over WebSocket, whose clients then reconnect", async () => {
    const server = createServer();
    const sockets = new SocketIo(server, { transports: ["websocket"] });
    sockets.on("connection", (socket) => {
      const timer = setInterval(() => socket.emit("tick", 1), 5);
      socket.on("disconnect", () => clearInterval(timer));
    });
    const { port, drain } = await listen(server);
    const client = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], reconnectionDelay: 50 });
    onTestFinished(() => void client.disconnect());
    await new Promise((resolve) => client.once("tick", resolve));
    const lost = new Promise<string>((resolve) => client.once("disconnect", resolve));
    const tried = new Promise((resolve) => client.io.once("reconnect_attempt", resolve));
    expect(await drain()).toMatchObject({ ...CLEAN, socketsClosed: 1 });
    expect(await lost).toBe("transport close");
    await tried;
  });

  test("GraphQL over WebSocket, with the code 1001", async () => {
    const server = createServer();
    useServer({ schema }, new WebSocketServer({ server, path: "/graphql" }));
    const { port, drain } = await listen(server);
    const closed: number[] = [];
    const client = createWsClient({
      url: `ws://127.0.0.1:${port}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      on: { closed: (event) => void closed.push((event as { readonly code: number }).code) },
    });
    const results = client.iterate({ query: "subscription { ticks }" });
    expect((await results.next()).value).toMatchObject({ data: { ticks: "0" } });
    const ended = (async () => {
      for await (const _ of results);
    })().catch(() => {});
    expect(await drain()).toMatchObject({ ...CLEAN, socketsClosed: 1 });
    await ended;
    expect(closed).toEqual([1_001]);
  });

  test("GraphQL over server-sent events", async () => {
    const handler = createHandler({ schema });
    const server = createServer((request, response) => void handler(request, response));
    const { port, drain } = await listen(server);
    const client = createSseClient({ url: `http://127.0.0.1:${port}/graphql`, retryAttempts: 0 });
    const results = client.iterate({ query: "subscription { ticks }" });
    expect((await results.next()).value).toMatchObject({ data: { ticks: "0" } });
    const ended = (async () => {
      for await (const _ of results);
    })().catch(() => {});
    expect(await drain()).toMatchObject({ ...CLEAN, streamsEnded: 1 });
    await ended;
  });
});
