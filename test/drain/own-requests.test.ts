import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { H3, toNodeHandler } from "h3";
import { Hono } from "hono";
import Koa from "koa";
import { describe, expect, onTestFinished, test } from "vitest";
import { serviceStatus as serveExpress } from "../../src/adapters/express.ts";
import { serviceStatus as serveFastify } from "../../src/adapters/fastify.ts";
import { serviceStatus as serveFetch } from "../../src/adapters/fetch.ts";
import { serviceStatus as serveHono } from "../../src/adapters/hono.ts";
import { serviceStatus as serveKoa } from "../../src/adapters/koa.ts";
import { serviceStatus as serveNode } from "../../src/adapters/node.ts";
import { createProbe } from "../../src/core/probe.ts";
import { watchServer } from "../../src/drain/servers.ts";
import { isOwn } from "../../src/http/own-requests.ts";
import { ask } from "../support/http.ts";

const OPTIONS = { healthProbes: true, probe: createProbe() };

/** A server with the views at `/internal` or at the root, and something else everywhere else. */
const FRAMEWORKS: Readonly<Record<string, () => Server | Promise<Server>>> = {
  "node:http"() {
    const answerStatus = serveNode(OPTIONS);
    return createServer((request, response) =>
      answerStatus(request, response, () => void response.end("hello")),
    );
  },
  "Express, behind a path and a slow middleware": () => {
    const app = express();
    app.use((_request, _response, next) => void setImmediate(next));
    app.use("/internal", serveExpress(OPTIONS));
    app.use((_request, response) => void response.send("hello"));
    return createServer(app as RequestListener);
  },
  async "Fastify, behind a prefix"() {
    const app = fastify();
    app.register(serveFastify, { ...OPTIONS, prefix: "/internal" });
    app.get("/*", () => "hello");
    await app.ready();
    onTestFinished(() => app.close());
    return app.server;
  },
  Koa() {
    const app = new Koa();
    app.use(serveKoa(OPTIONS));
    app.use((ctx) => void Object.assign(ctx, { body: "hello" }));
    return createServer(app.callback());
  },
  "Hono, behind a path": () => {
    const app = new Hono();
    app.use("/internal/*", serveHono(OPTIONS));
    app.all("*", (c) => c.text("hello"));
    return createServer(getRequestListener(app.fetch));
  },
  h3() {
    const answerStatus = serveFetch(OPTIONS);
    const app = new H3();
    app.use((event) => answerStatus(event.req));
    app.all("/**", () => "hello");
    return createServer(toNodeHandler(app) as RequestListener);
  },
  "the Fetch API, with the incoming request"() {
    const answerStatus = serveFetch(OPTIONS);
    return createServer(async (incoming, outgoing) => {
      const request = new Request(`http://localhost${incoming.url}`, { method: incoming.method ?? "GET" });
      const response = await answerStatus(request, { incoming });
      outgoing.end((await response?.text()) ?? "hello");
    });
  },
};

describe.each(Object.entries(FRAMEWORKS))("on %s", (name, create) => {
  test("a request is a view's own if a view answers it, and not by its path", async () => {
    const server = await create();
    const requests: object[] = [];
    const watched = watchServer(server, {
      onRequest(request) {
        requests.push(request);
        return () => {};
      },
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      watched.cut();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const base = name.includes("behind") ? "/internal" : "";
    const own = ["/probe_status", "/svc_status", "/svc_status.json?name=A", "/readyz/probe"];
    const foreign = ["/", "/hello", "/orders/svc_status", "/orders/livez/db", "/%70robe_status"];
    for (const path of own) await ask(port, base + path);
    for (const path of foreign) expect(await ask(port, path)).toMatchObject({ body: "hello" });
    expect(requests.map(isOwn)).toEqual([...own.map(() => true), ...foreign.map(() => false)]);
  });
});
