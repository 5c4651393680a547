import "reflect-metadata";
import type { Controller, Get } from "@nestjs/common";
import type { NestFactory } from "@nestjs/core";
import type { ExpressAdapter } from "@nestjs/platform-express";
import type { FastifyAdapter } from "@nestjs/platform-fastify";
import { StatusModule } from "../../src/adapters/nest.ts";
import { describeAdapter } from "./adapter.ts";
import { HELLO, portOf } from "./listen.ts";

/** What a release of Nest consists of, as much of it as is needed here. */
export interface Nest {
  readonly Controller: typeof Controller;
  readonly Get: typeof Get;
  readonly NestFactory: typeof NestFactory;
  readonly ExpressAdapter: typeof ExpressAdapter;
  readonly FastifyAdapter: typeof FastifyAdapter;
}

/** The contract on both platforms of Nest. The adapter has to import the same release. */
export function describeNestAdapter(version: number, nest: Nest): void {
  class HelloController {
    hello(): string {
      return HELLO;
    }
  }
  // Decorators without a compiler's help.
  nest.Get("hello")(HelloController.prototype, "hello", {
    value: HelloController.prototype.hello,
  });
  nest.Controller()(HelloController);

  const platforms = { Express: nest.ExpressAdapter, Fastify: nest.FastifyAdapter };
  for (const [platform, Adapter] of Object.entries(platforms)) {
    describeAdapter(
      `svc-status/nest on Nest ${version} with ${platform}`,
      async (options) => {
        class AppModule {}
        const app = await nest.NestFactory.create(
          { module: AppModule, imports: [StatusModule.forRoot(options)], controllers: [HelloController] },
          new Adapter(),
          { logger: false, abortOnError: false },
        );
        await app.listen(0, "127.0.0.1");
        return { port: portOf(app.getHttpServer()), close: () => app.close() };
      },
      { frameworkHeaders: ["x-powered-by"] },
    );
  }
}
