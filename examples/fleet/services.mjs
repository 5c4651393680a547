import { createInstance } from "./instance.mjs";

/** Each service has something that it uses itself, and calls other services. */
const SERVICES = {
  accounts: { own: "Database", upstreams: [] },
  stock: { own: "Disk", upstreams: [] },
  orders: { own: "Queue", upstreams: ["accounts", "stock"] },
  billing: { own: "Ledger", upstreams: ["accounts"] },
  web: { own: "Cache", upstreams: ["orders"] },
};
const INSTANCES_EACH = 3;
const VERSION = "1.0.0";

/** Starts 15 instances of five services that need each other. */
export async function startServices() {
  /** By service: a function that replaces its round trip while that is broken. */
  const broken = new Map();
  const instances = new Map();
  for (const [service, { own, upstreams }] of Object.entries(SERVICES)) {
    const use = () => broken.get(service)?.();
    const create = () => createInstance({ service, own, use, upstreams, call });
    instances.set(service, Array.from({ length: INSTANCES_EACH }, create));
  }
  const all = [...instances.values()].flat();
  await Promise.all(all.map((instance) => instance.start(VERSION)));

  /** Asks the instances in service one after the other, until one can be reached. */
  async function call(service, signal) {
    for (const { address, probe } of instances.get(service)) {
      if (!probe.commissioned) continue;
      const response = await fetch(`http://${address}/`, { signal }).catch(() => undefined);
      signal.throwIfAborted();
      if (response === undefined) continue;
      await response.text();
      if (response.ok) return;
      throw new Error(`${service} answers ${response.status}`);
    }
    throw new Error(`no instance of ${service} answers`);
  }

  return {
    of: (service) => instances.get(service),
    /** The addresses of the instances by service, as Prometheus needs them. */
    targets: () =>
      [...instances].map(([job, each]) => ({ job, addresses: each.map(({ address }) => address) })),
    breakOwn: (service, use) => broken.set(service, use),
    fixOwn: (service) => broken.delete(service),
    stop: () => Promise.all(all.map((instance) => instance.kill())),
  };
}
