// @nestjs/terminus. Node runs no decorators, so they are called.
import "reflect-metadata";
import { Controller, Get, Module } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { HealthCheckService, HealthIndicatorService, TerminusModule } from "@nestjs/terminus";

/** With the deadline that `@nestjs/terminus` itself gives its checks for HTTP and databases. */
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
