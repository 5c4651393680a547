import type { RequestListener } from "node:http";
import { serviceStatus } from "../../src/adapters/node.ts";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { ServiceStatusOptions } from "../../src/http/options.ts";
import { serve } from "../support/http.ts";

export interface Service {
  /** `localhost:8080`, as somebody types it. */
  readonly address: string;
  readonly registry: StatusRegistry;
  readonly probe: Probe;
}

/** A service with our own adapter, on a real socket. */
export async function startService(options: ServiceStatusOptions = {}): Promise<Service> {
  const registry = createStatusRegistry();
  const probe = createProbe();
  const { port } = await serve(serviceStatus({ registry, probe, ...options }));
  return { address: `127.0.0.1:${port}`, registry, probe };
}

/** A service that answers whatever the test wants. */
export async function startHostile(listener: RequestListener): Promise<string> {
  const { port } = await serve(listener);
  return `127.0.0.1:${port}`;
}
