import { DiscoveryModule, DiscoveryService, HttpAdapterHost } from "@nestjs/core";
import { defaultRegistry } from "../core/default-registry.ts";
import type { ServiceStatusOptions } from "../http/options.ts";
import { createStatusService } from "../http/service.ts";
import { mount } from "./nest/mount.ts";
import { createRegistrar, type Registrar } from "./nest/registrar.ts";

export type * from "./common/options.ts";
export { fromIndicator, type Indicator, type IndicatorResult } from "./nest/from-indicator.ts";
export { StatusCheck, type StatusCheckDecorator } from "./nest/status-check.ts";

/** A factory for the options, if they depend on other providers. */
export interface StatusModuleAsyncOptions {
  /** The modules that export the injected providers. */
  readonly imports?: readonly unknown[];
  /** The providers to pass to the factory. */
  readonly inject?: readonly unknown[];
  readonly useFactory: (...injected: never[]) => ServiceStatusOptions | Promise<ServiceStatusOptions>;
}

/** A dynamic module. Its properties are for Nest only. */
export interface StatusDynamicModule {
  readonly module: typeof StatusModule;
  readonly imports: never[];
  readonly providers: never[];
}

const OPTIONS = Symbol("svc-status options");
const REGISTRAR = Symbol("svc-status registrar");

/**
 * Serves the status and the probe on Nest 11 and 12, with Express and with Fastify. It runs before every
 * guard, pipe, body parser and `app.use()`, and ignores the global prefix. It registers the handlers declared
 * with `StatusCheck` while the application runs.
 *
 * @example
 * @Module({ imports: [StatusModule.forRoot()] })
 * export class AppModule {}
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest knows a module by its class
export class StatusModule {
  /** @throws TypeError for invalid options. */
  static forRoot(options: ServiceStatusOptions = {}): StatusDynamicModule {
    createStatusService(options); // throws here for invalid options; later, Nest would end the process
    return StatusModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync(options: StatusModuleAsyncOptions): StatusDynamicModule {
    const { imports = [], inject = [], useFactory } = options;
    const providers = [
      { provide: OPTIONS, inject, useFactory },
      { provide: REGISTRAR, inject: [OPTIONS, HttpAdapterHost, DiscoveryService], useFactory: start },
    ];
    return {
      module: StatusModule,
      imports: [DiscoveryModule, ...imports] as never[],
      providers: providers as never[],
    };
  }
}

function start(options: ServiceStatusOptions, host: HttpAdapterHost, discovery: DiscoveryService): Registrar {
  const answerStatusRequest = createStatusService(options);
  // Nest creates the providers before it mounts anything else. Only in tests is the adapter set later, and an
  // application without HTTP has none.
  host.init$.subscribe(() => {
    if (host.httpAdapter) mount(host.httpAdapter, answerStatusRequest);
  });
  return createRegistrar(options.registry ?? defaultRegistry, () => [
    ...discovery.getProviders(),
    ...discovery.getControllers(),
  ]);
}
