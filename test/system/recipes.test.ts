import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { credentials, Client as GrpcClient, Server as GrpcServer, ServerCredentials } from "@grpc/grpc-js";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { fastify } from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { createProbe } from "../../src/core/probe.ts";
import { createDrain } from "../../src/drain/drain.ts";
import { createDeferred } from "../support/deferred.ts";
import { ask } from "../support/http.ts";

const OPTIONS = { fixedMs: 0, balancerIdleMs: 0 };

describe("app.close() of a framework as onClose", () => {
  test("runs Fastify's hooks after the last request", async () => {
    const steps: string[] = [];
    const held = createDeferred<void>();
    const app = fastify();
    app.addHook("preClose", async () => void steps.push("preClose"));
    app.addHook("onClose", async () => void steps.push("onClose"));
    app.get("/", async () => {
      steps.push("begun");
      await held.promise;
      steps.push("answered");
      return "hello";
    });
    const drain = createDrain(app.server, { ...OPTIONS, probe: createProbe(), onClose: [() => app.close()] });
    await app.listen({ port: 0, host: "127.0.0.1" });
    const answer = ask((app.server.address() as AddressInfo).port, "/");
    await expect.poll(() => steps).toEqual(["begun"]);
    const report = drain.start();
    held.resolve();
    expect(await answer).toMatchObject({ status: 200, body: "hello" });
    expect(await report).toMatchObject({ ok: true, requestsCut: 0 });
    expect(steps).toEqual(["begun", "answered", "preClose", "onClose"]);
  });

  test.each([
    ["Express", () => new ExpressAdapter()],
    ["Fastify", () => new FastifyAdapter()],
  ])("runs the shutdown hooks of Nest on %s after the last request", async (_, createAdapter) => {
    const steps: string[] = [];
    const held = createDeferred<string>();
    class Hello {
      hello(): Promise<string> {
        steps.push("begun");
        return held.promise;
      }
      onModuleDestroy(): void {
        steps.push("onModuleDestroy");
      }
      beforeApplicationShutdown(): void {
        steps.push("beforeApplicationShutdown");
      }
      onApplicationShutdown(): void {
        steps.push("onApplicationShutdown");
      }
    }
    const method = Object.getOwnPropertyDescriptor(Hello.prototype, "hello") ?? {};
    Get("/")(Hello.prototype, "hello", method as TypedPropertyDescriptor<unknown>);
    Controller()(Hello);
    class AppModule {}
    Module({ controllers: [Hello] })(AppModule);
    const app = await NestFactory.create(AppModule, createAdapter(), { logger: false });
    const server = app.getHttpServer();
    const drain = createDrain(server, { ...OPTIONS, probe: createProbe(), onClose: [() => app.close()] });
    await app.listen(0, "127.0.0.1");
    const answer = ask((server.address() as AddressInfo).port, "/");
    await expect.poll(() => steps).toEqual(["begun"]);
    const report = drain.start();
    held.resolve("hello");
    expect(await answer).toMatchObject({ status: 200, body: "hello" });
    expect(await report).toMatchObject({ ok: true, requestsCut: 0 });
    expect(steps).toEqual(["begun", "onModuleDestroy", "beforeApplicationShutdown", "onApplicationShutdown"]);
  });
});

test("OpenTelemetry's SDK as the last onClose exports what happened during the drain", async () => {
  const exported: number[] = [];
  const exporter: PushMetricExporter = {
    export({ scopeMetrics }, done) {
      for (const { metrics } of scopeMetrics)
        for (const { dataPoints } of metrics)
          for (const { value } of dataPoints) exported.push(value as number);
      done({ code: 0 });
    },
    forceFlush: async () => {},
    shutdown: async () => {},
    selectAggregationTemporality: () => AggregationTemporality.CUMULATIVE,
  };
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const sdk = new MeterProvider({ readers: [reader] });
  const counter = sdk.getMeter("service").createCounter("closed_pools");
  const server = createServer((_, response) => response.end());
  const pool = { end: async () => counter.add(7) };
  const drain = createDrain(server, {
    ...OPTIONS,
    probe: createProbe(),
    onClose: [() => pool.end(), () => sdk.shutdown()],
  });
  expect(await drain.start()).toMatchObject({ ok: true });
  expect(exported).toEqual([7]);
});

describe("a server of grpc-js beside one of node:http", () => {
  /** Echoes, when the test lets it. */
  async function startBoth(options: object = {}) {
    const held = createDeferred<void>();
    const begun = createDeferred<void>();
    const grpc = new GrpcServer();
    const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };
    const echo = {
      path: "/test.Echo/Echo",
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes.serialize,
      requestDeserialize: bytes.deserialize,
      responseSerialize: bytes.serialize,
      responseDeserialize: bytes.deserialize,
    } as const;
    grpc.addService(
      { echo },
      {
        async echo(call: { request: Buffer }, done: (error: null, value: Buffer) => void) {
          begun.resolve();
          await held.promise;
          done(null, call.request);
        },
      },
    );
    const grpcPort = await new Promise<number>((resolve, reject) =>
      grpc.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
    const http = createServer((_, response) => response.end("hello\n"));
    const drain = createDrain([http, grpc], { ...OPTIONS, probe: createProbe(), ...options });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", () => resolve()));
    const client = new GrpcClient(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
    onTestFinished(() => {
      client.close();
      grpc.forceShutdown();
      http.close();
    });
    const answer = new Promise<string>((resolve) =>
      client.makeUnaryRequest(
        echo.path,
        bytes.serialize,
        bytes.deserialize,
        Buffer.from("hi"),
        (error, value) => resolve(error?.message ?? String(value)),
      ),
    );
    await begun.promise;
    return { drain, held, answer, grpcPort };
  }

  test("ends with its last call", async () => {
    const { drain, held, answer, grpcPort } = await startBoth();
    const report = drain.start();
    held.resolve();
    expect(await answer).toBe("hi");
    expect(await report).toMatchObject({ ok: true, requestsCut: 0 });
    const refused = await new Promise<string>((resolve) =>
      connect(grpcPort, "127.0.0.1").on("error", ({ message }) => resolve(message)),
    );
    expect(refused).toContain("ECONNREFUSED");
  });

  test("is cut when the time is over", async () => {
    const { drain, answer } = await startBoth({ closeTimeoutMs: 100 });
    expect(await drain.start()).toMatchObject({ ok: false, requestsCut: 1 });
    expect(await answer).toMatch(/CANCELLED|UNAVAILABLE|closed/i);
  });
});
