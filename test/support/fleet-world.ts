import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { createProbe, type Probe } from "../../src/core/probe.ts";
import { createStatusRegistry, type StatusRegistry } from "../../src/core/registry/registry.ts";
import type { State } from "../../src/core/state.ts";
import { type Ask, createAsk } from "../../src/testing/ask.ts";
import type { MonitoringTarget } from "./fleet-monitoring.ts";

/** One simulated instance: its handlers and its probe are real, its process is not. */
export interface WorldInstance {
  readonly service: string;
  readonly name: string;
  readonly registry: StatusRegistry;
  readonly probe: Probe;
  version: string;
  /** `false`: it answers with an error. */
  isUp: boolean;
  /** `true`: it accepts connections and never answers. */
  isHanging: boolean;
}

export interface World {
  readonly port: number;
  readonly instances: readonly WorldInstance[];
  /** The states of the things that no service of the fleet provides, by `service/handler`. */
  readonly states: Map<string, State>;
  of(service: string): readonly WorldInstance[];
  /** Waits until each instance has been scraped this many more times. */
  scraped(times: number): Promise<void>;
}

/** The handlers of each service: its own, and those that ask another service. */
const SERVICES = {
  accounts: { own: ["Database"], upstreams: [] },
  stock: { own: ["Disk"], upstreams: [] },
  orders: { own: ["Queue"], upstreams: ["accounts", "stock"] },
  billing: { own: ["Reports"], upstreams: ["accounts"] },
  web: { own: ["Cache"], upstreams: ["orders"] },
} as const satisfies Record<string, { own: readonly string[]; upstreams: readonly string[] }>;

const INSTANCES_EACH = 3;

/** Serves the metrics of 15 instances of five services on one port, at `/<service>/<number>`. */
export async function startWorld(): Promise<World> {
  const states = new Map<string, State>();
  const instances: WorldInstance[] = [];
  const asks = new Map<string, { readonly instance: WorldInstance; ask: (version: string) => Ask }>();
  const scrapes = new Map<string, number>();
  const waiting = new Set<() => void>();

  /** What a caller of the service sees: RED without an instance that answers. */
  async function isRed(service: string): Promise<boolean> {
    const up = instances.filter((each) => each.service === service && each.isUp);
    const reports = await Promise.all(up.map(({ registry }) => registry.getReport()));
    return reports.length === 0 || reports.some(({ state }) => state === "RED");
  }

  for (const [service, { own, upstreams }] of Object.entries(SERVICES)) {
    for (let number = 1; number <= INSTANCES_EACH; number += 1) {
      const registry = createStatusRegistry();
      for (const name of own)
        registry.addStatusHandler(name, () => ({ state: states.get(`${service}/${name}`) ?? "OK" }), {
          critical: name !== "Reports",
        });
      for (const upstream of upstreams)
        registry.addStatusHandler(
          `call ${upstream}`,
          async () => ({ state: (await isRed(upstream)) ? "RED" : "OK" }),
          { upstream },
        );
      registry.addStatusHandler(
        "Login",
        async () => ({ state: states.get(`${service}/${own[0]}`) ?? "OK" }),
        {
          dependsOn: [own[0]],
          critical: own[0] !== "Reports",
        },
      );
      const probe = createProbe();
      const instance = {
        service,
        name: `${service}-${number}`,
        registry,
        probe,
        version: "1.0.0",
        isUp: true,
        isHanging: false,
      };
      instances.push(instance);
      const svcStatus = { prometheus: { extended: true } };
      const ask = (version: string): Ask =>
        createAsk({ registry, probe, service: { name: service, version }, svcStatus });
      asks.set(`/${service}/${number}`, { instance, ask });
    }
  }

  const server = createServer(async (request, response) => {
    const { instance, ask } = asks.get(request.url ?? "") ?? {};
    if (instance?.isUp !== true || ask === undefined) {
      response.writeHead(503).end();
    } else if (!instance.isHanging) {
      const { body, headers } = await ask(instance.version)("/svc_status.prometheus");
      response.writeHead(200, headers).end(body);
    }
    if (instance !== undefined) scrapes.set(instance.name, (scrapes.get(instance.name) ?? 0) + 1);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  });

  return {
    port: (server.address() as AddressInfo).port,
    instances,
    states,
    of: (service) => instances.filter((each) => each.service === service),
    scraped(times) {
      const before = new Map(scrapes);
      const isLate = ({ name }: WorldInstance): boolean =>
        (scrapes.get(name) ?? 0) < (before.get(name) ?? 0) + times;
      return new Promise((resolve) => {
        function look(): void {
          if (instances.some(isLate)) return;
          waiting.delete(look);
          resolve();
        }
        waiting.add(look);
      });
    },
  };
}

/** The instances as targets. */
export function toTargets(world: World): readonly MonitoringTarget[] {
  return world.instances.map(({ service, name }) => ({
    address: `127.0.0.1:${world.port}`,
    path: `/${service}/${name.replace(/.*-/, "")}`,
    job: service,
    instance: name,
  }));
}
