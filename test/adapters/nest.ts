import "reflect-metadata";
import type { Controller, Get, Injectable, Scope, Type } from "@nestjs/common";
import type { APP_GUARD, NestFactory } from "@nestjs/core";
import type { ExpressAdapter } from "@nestjs/platform-express";
import type { FastifyAdapter } from "@nestjs/platform-fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import { StatusCheck, StatusModule } from "../../src/adapters/nest.ts";
import { check } from "../../src/core/check.ts";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import { createStatusRegistry } from "../../src/core/registry/registry.ts";
import type { Status } from "../../src/core/status.ts";
import { portOf } from "../contract/listen.ts";
import { askUntilTheEnd, createOptions, REPORT } from "./serve.ts";

/** What a release of Nest consists of, as much of it as is needed here. */
export interface Nest {
  readonly APP_GUARD: typeof APP_GUARD;
  readonly Controller: typeof Controller;
  readonly Get: typeof Get;
  readonly Injectable: typeof Injectable;
  readonly Scope: typeof Scope;
  readonly NestFactory: typeof NestFactory;
  readonly ExpressAdapter: typeof ExpressAdapter;
  readonly FastifyAdapter: typeof FastifyAdapter;
}

type Metadata = Parameters<Nest["NestFactory"]["create"]>[0] & object;
type App = Awaited<ReturnType<Nest["NestFactory"]["create"]>>;

/** How the adapter behaves beyond the contract. The adapter has to import the same release. */
export function describeNest(version: number, nest: Nest): void {
  const { APP_GUARD, Injectable, Scope } = nest;
  const OPTIONS = { logger: false, abortOnError: false } as const;

  class HelloController {
    hello(): string {
      return "hello";
    }
  }
  nest.Get("hello")(HelloController.prototype, "hello", { value: HelloController.prototype.hello });
  nest.Controller()(HelloController);

  function toModule(metadata: object): Metadata {
    return { module: class AppModule {}, ...metadata } as Metadata;
  }

  /** `@StatusCheck(name)` without a compiler's help. */
  function declare(provider: Type, method: string, name: string, options?: HandlerOptions): void {
    const descriptor = Object.getOwnPropertyDescriptor(provider.prototype, method);
    StatusCheck(name, options)(
      provider.prototype,
      method,
      descriptor as TypedPropertyDescriptor<() => Status>,
    );
  }

  /** An application without HTTP: what is about the registry needs none. */
  async function startContext(metadata: object): Promise<{ close(): Promise<void> }> {
    const context = await nest.NestFactory.createApplicationContext(toModule(metadata), OPTIONS);
    onTestFinished(() => context.close());
    return context;
  }

  describe.each([
    ["Express", nest.ExpressAdapter],
    ["Fastify", nest.FastifyAdapter],
  ])(`svc-status/nest on Nest ${version} with %s`, (_platform, Adapter) => {
    async function start(metadata: object, prepare: (app: App) => void = () => {}) {
      const controllers = [HelloController];
      const app = await nest.NestFactory.create(
        toModule({ controllers, ...metadata }),
        new Adapter(),
        OPTIONS,
      );
      prepare(app);
      await app.listen(0, "127.0.0.1");
      return askUntilTheEnd({ port: portOf(app.getHttpServer()), close: () => app.close() });
    }

    test("answers at the same paths under a global prefix", async () => {
      const ask = await start({ imports: [StatusModule.forRoot(createOptions())] }, (app) =>
        app.setGlobalPrefix("api"),
      );
      expect(await ask("GET /svc_status")).toMatchObject({
        ...REPORT,
        headers: { "content-type": "text/csv; charset=utf-8" },
      });
      expect(await ask("GET /api/svc_status")).toMatchObject({ status: 404 });
      expect(await ask("GET /api/hello")).toMatchObject({ status: 200, body: "hello" });
    });

    test("answers under the prefix when the options say so", async () => {
      const svcStatus = { path: "/api/svc_status" };
      const ask = await start({ imports: [StatusModule.forRoot({ ...createOptions(), svcStatus })] }, (app) =>
        app.setGlobalPrefix("api"),
      );
      expect(await ask("GET /api/svc_status")).toMatchObject(REPORT);
      expect(await ask("GET /svc_status")).toMatchObject({ status: 404 });
    });

    test("is not behind guards, CORS and middleware of the application", async () => {
      const guard = { canActivate: () => false };
      const metadata = {
        imports: [StatusModule.forRoot(createOptions())],
        providers: [{ provide: APP_GUARD, useValue: guard }],
      };
      const ask = await start(metadata, (app) => {
        app.enableCors();
        app.use((_request: unknown, response: { writeHead(status: number): { end(): void } }) =>
          response.writeHead(401).end(),
        );
      });
      expect(await ask("GET /svc_status")).toMatchObject(REPORT);
      expect(await ask("OPTIONS /probe_status")).toMatchObject({ status: 200, body: "OK" });
      expect(await ask("POST /probe_status?body=OFF")).toMatchObject({ status: 200, body: "OFF" });
      expect(await ask("GET /hello")).toMatchObject({ status: 401 });
    });

    test("never answers 304", async () => {
      const ask = await start({ imports: [StatusModule.forRoot(createOptions())] });
      const report = await ask("GET /svc_status", { headers: { "if-none-match": "*" } });
      expect(report).toMatchObject(REPORT);
      expect(report.headers).not.toHaveProperty("etag");
    });

    test("takes its options from other providers", async () => {
      const CONFIG = Symbol("config");
      class ConfigModule {}
      const config = {
        module: ConfigModule,
        providers: [{ provide: CONFIG, useValue: "/up" }],
        exports: [CONFIG],
      };
      const status = StatusModule.forRootAsync({
        imports: [config],
        inject: [CONFIG],
        useFactory: async (path: string) => ({ ...createOptions(), svcStatus: { path } }),
      });
      const ask = await start({ imports: [status] });
      expect(await ask("GET /up")).toMatchObject(REPORT);
      expect(await ask("GET /svc_status")).toMatchObject({ status: 404 });
    });

    test("serves what is declared, from the start on", async () => {
      class Database {
        state = "RED" as const;
        onModuleInit(): void {
          Object.assign(this, { state: "OK" });
        }
        check(): Status {
          return { state: this.state };
        }
      }
      Injectable()(Database);
      declare(Database, "check", "Database");
      const registry = createStatusRegistry();
      const ask = await start({ imports: [StatusModule.forRoot({ registry })], providers: [Database] });
      expect(await ask("GET /svc_status")).toMatchObject(REPORT);
    });
  });

  describe(`StatusCheck on Nest ${version}`, () => {
    test("registers the methods of providers and controllers with their options, until the module is destroyed", async () => {
      class Queue {
        length = 7;
        check({ name }: { name: string }): Status {
          return { state: "YELLOW", detail: `${name} has ${this.length}` };
        }
      }
      Injectable()(Queue);
      declare(Queue, "check", "Queue", { critical: false });
      class Front {
        check(): Status {
          return { state: "OK" };
        }
      }
      nest.Controller()(Front);
      declare(Front, "check", "Front");
      const registry = createStatusRegistry();
      registry.addStatusHandler("Other", () => ({ state: "OK" }));
      const imports = [StatusModule.forRoot({ registry })];
      const context = await startContext({ imports, providers: [Queue], controllers: [Front] });
      expect(registry.names).toEqual(["Other", "Queue", "Front"]);
      const { entries } = await registry.getReport({ names: ["Queue"] });
      expect(entries[0]).toMatchObject({
        critical: false,
        status: { state: "YELLOW", detail: "Queue has 7" },
      });
      await context.close();
      expect(registry.names).toEqual(["Other"]);
    });

    test("asks after every onModuleInit, also when it asks in the background", async () => {
      const registry = createStatusRegistry();
      onTestFinished(() => registry.close());
      const asked: boolean[] = [];
      class Pool {
        isOpen = false;
        async onModuleInit(): Promise<void> {
          await new Promise((resolve) => setImmediate(resolve));
          this.isOpen = true;
        }
        check(): Status {
          asked.push(this.isOpen);
          return { state: "OK" };
        }
      }
      Injectable()(Pool);
      declare(Pool, "check", "Pool", { intervalMs: 60_000 });
      await startContext({ imports: [StatusModule.forRoot({ registry })], providers: [Pool] });
      await registry.getReport();
      expect(asked).toEqual([true]);
    });

    test("registers what a class inherits, under the name that it was given there", async () => {
      class Base {
        check(): Status {
          return { state: "RED" };
        }
      }
      declare(Base as Type, "check", "Inherited");
      class Derived extends Base {
        override check(): Status {
          return { state: "OK" };
        }
      }
      Injectable()(Derived);
      const registry = createStatusRegistry();
      await startContext({ imports: [StatusModule.forRoot({ registry })], providers: [Derived] });
      expect(await registry.getStatus("Inherited")).toEqual({ state: "OK" });
    });

    test("registers a class once that is a provider of two modules", async () => {
      class Shared {
        check(): Status {
          return { state: "OK" };
        }
      }
      Injectable()(Shared);
      declare(Shared, "check", "Shared");
      const registry = createStatusRegistry();
      class Feature {}
      const imports = [{ module: Feature, providers: [Shared] }, StatusModule.forRoot({ registry })];
      await startContext({ imports, providers: [Shared, { provide: "alias", useExisting: Shared }] });
      expect(registry.names).toEqual(["Shared"]);
    });

    test("lets the start fail when two classes use one name", async () => {
      class One {
        check(): Status {
          return { state: "OK" };
        }
      }
      class Two extends One {}
      for (const provider of [One, Two]) Injectable()(provider);
      declare(One, "check", "Same");
      const registry = createStatusRegistry();
      const imports = [StatusModule.forRoot({ registry })];
      await expect(startContext({ imports, providers: [One, Two] })).rejects.toThrow(/StatusCheck.*"Same"/);
      expect(registry.names).toEqual([]);
    });

    test("registers the handler that a property holds", async () => {
      class Stores {
        calls = 0;
        readonly database = check(() => {
          this.calls += 1;
        });
        readonly cache = { status: (): Status => ({ state: "YELLOW", detail: "cold" }) };
      }
      Injectable()(Stores);
      StatusCheck("Database", { timeoutMs: 1_000 })(Stores.prototype, "database");
      StatusCheck("Cache")(Stores.prototype, "cache");
      const registry = createStatusRegistry();
      const imports = [StatusModule.forRoot({ registry })];
      const context = await startContext({ imports, providers: [Stores] });
      const { entries } = await registry.getReport();
      expect(entries.map(({ name, status }) => [name, status])).toEqual([
        ["Database", { state: "OK" }],
        ["Cache", { state: "YELLOW", detail: "cold" }],
      ]);
      await context.close();
      expect(registry.names).toEqual([]);
    });

    test("lets the start fail for a property that holds no handler", async () => {
      class Stores {
        readonly database = "postgres";
      }
      Injectable()(Stores);
      StatusCheck("Database")(Stores.prototype, "database");
      const imports = [StatusModule.forRoot({ registry: createStatusRegistry() })];
      await expect(startContext({ imports, providers: [Stores] })).rejects.toThrow(
        /expected .*got "postgres"/,
      );
    });

    test.each(["REQUEST", "TRANSIENT"] as const)(
      "lets the start fail for a provider of the scope %s",
      async (scope) => {
        class Scoped {
          check(): Status {
            return { state: "OK" };
          }
        }
        Injectable({ scope: Scope[scope] })(Scoped);
        declare(Scoped, "check", "Scoped");
        const imports = [StatusModule.forRoot({ registry: createStatusRegistry() })];
        await expect(startContext({ imports, providers: [Scoped] })).rejects.toThrow(
          /"Scoped".*default scope/,
        );
      },
    );

    test("leaves applications in one process apart", async () => {
      const registries = [createStatusRegistry(), createStatusRegistry()];
      for (const [index, registry] of registries.entries()) {
        class Own {
          check(): Status {
            return { state: "OK" };
          }
        }
        Injectable()(Own);
        declare(Own, "check", `Own${index}`);
        await startContext({ imports: [StatusModule.forRoot({ registry })], providers: [Own] });
      }
      expect(registries.map(({ names }) => names)).toEqual([["Own0"], ["Own1"]]);
    });

    test("throws for a mistake in the options where the module is imported", () => {
      expect(() => StatusModule.forRoot({ probeStatus: { path: "x" } })).toThrow(TypeError);
    });
  });
}
