// @nestjs/terminus. Node.js does not support decorators, so this file calls them as functions.
import "reflect-metadata";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { HealthCheckService, HealthIndicatorService, TerminusModule } from "@nestjs/terminus";

/** The default timeout of `@nestjs/terminus` for its HTTP and database checks. */
const TIMEOUT_MS = 1_000;

/** `adapter`: undefined for Express. */
export async function startNest(checks, adapter) {
  class HealthController {
    constructor(health, indicators) {
      this.health = health;
      this.indicators = indicators;
    }

    check() {
      return this.health.check(
        checks.map(
          ({ name, run }) =>
            () =>
              this.indicators.check(name).attempt(run).withTimeout(TIMEOUT_MS),
        ),
      );
    }
  }
  Reflect.defineMetadata("design:paramtypes", [HealthCheckService, HealthIndicatorService], HealthController);
  Get()(
    HealthController.prototype,
    "check",
    Object.getOwnPropertyDescriptor(HealthController.prototype, "check"),
  );
  Controller("health")(HealthController);

  class AppModule {}
  Module({ imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] })(
    AppModule,
  );

  const app = await NestFactory.create(AppModule, ...(adapter ? [adapter] : []), { logger: false });
  await app.listen(0, "127.0.0.1");
  return { port: app.getHttpServer().address().port, path: "/health" };
}
