import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { serviceStatus } from "../../src/adapters/node.ts";
import type { HandlerOptions } from "../../src/core/handler-options.ts";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import type { RegistryOptions, StatusRegistry } from "../../src/core/registry/registry.ts";
import type { State } from "../../src/core/state.ts";
import { StateHandler } from "../../src/core/state-handler.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { createWatchedRegistry, type WatchedRegistry } from "./watched-registry.ts";

/** A service whose states the test sets, and whose server it stops and starts. */
export interface PageService {
  readonly registry: StatusRegistry;
  readonly watched: WatchedRegistry;
  readonly probe: Probe;
  readonly url: string;
  /** Registers a handler where there is none of this name, and sets its state. */
  set(name: string, state: State, properties?: object, options?: HandlerOptions): void;
  start(): Promise<void>;
  /** Cuts all connections. */
  stop(): Promise<void>;
}

export async function startPageService(
  options: ServiceStatusOptions = {},
  wrap: (listener: ReturnType<typeof serviceStatus>) => RequestListener = (listener) => (request, response) =>
    listener(request, response),
  registryOptions: RegistryOptions = {},
): Promise<PageService> {
  const watched = createWatchedRegistry(registryOptions);
  const { registry } = watched;
  const probe = createProbe();
  const handlers = new Map<string, StateHandler>();
  const server = createServer(wrap(serviceStatus({ registry, probe, ...options })));
  let port = 0;

  async function start(): Promise<void> {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  }

  async function stop(): Promise<void> {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  await start();
  onTestFinished(stop);
  return {
    registry,
    watched,
    probe,
    url: `http://127.0.0.1:${port}/svc_status`,
    set(name, state, properties = {}, handlerOptions = {}) {
      const handler = handlers.get(name) ?? new StateHandler();
      handler.setState(state, { ...properties });
      if (handlers.has(name)) return;
      handlers.set(name, handler);
      // Asked in the background, so that a change is told as soon as it is there.
      registry.addStatusHandler(name, handler, { intervalMs: 100, ...handlerOptions });
    },
    start,
    stop,
  };
}
