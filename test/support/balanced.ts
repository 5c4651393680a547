import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { findFreePort } from "./free-port.ts";
import { type LoadResult, startLoad } from "./load.ts";
import type { Program } from "./program.ts";
import { type ServiceProcess, startService } from "./service-process.ts";

/** Two services, and the configuration of the load balancer before them. */
export interface Balanced {
  /** Where the balancer is to listen. */
  readonly port: number;
  /** The balancer's configuration, in a folder of its own. */
  readonly config: string;
  readonly folder: string;
  /** The services by the names they have in the configuration. */
  readonly services: Record<Name, ServiceProcess>;
  /** Starts a service again, on its port. */
  startAgain(name: Name): Promise<void>;
}

export type Name = "one" | "two";

export interface BalancedSetup {
  /** A file of deploy/. */
  readonly file: string;
  /** What to change in it: from, to. */
  readonly changes?: readonly (readonly [from: string, to: string])[];
  /** For both services. */
  readonly service?: object;
}

const DEPLOY = join(import.meta.dirname, "../../deploy");

/** Starts two services and writes a configuration of deploy/ for them: the addresses are replaced. */
export async function startBalanced({ file, changes = [], service = {} }: BalancedSetup): Promise<Balanced> {
  const port = await findFreePort();
  const services = { one: await startService(service), two: await startService(service) };
  const folder = await mkdtemp(join(tmpdir(), "svc-status-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const config = join(folder, file);
  let text = await readFile(join(DEPLOY, file), "utf8");
  for (const [from, to] of [
    ["192.0.2.1:8080", `127.0.0.1:${services.one.port}`],
    ["192.0.2.2:8080", `127.0.0.1:${services.two.port}`],
    ...changes,
  ] as const) {
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  await writeFile(config, text.replaceAll("{port}", String(port)));
  return {
    port,
    config,
    folder,
    services,
    async startAgain(name) {
      services[name] = await startService({ ...service, port: services[name].port });
    },
  };
}

export interface Rates {
  /** By each of two clients, of which one keeps its connections. */
  readonly requestsPerSecond: number;
}

/** As many requests as each service must have had for their absence to prove something, and some more. */
const WARM_UP = 100;

/** What the clients saw while something was done, once each service has had its share of requests. */
export async function loadWhile(
  port: number,
  { requestsPerSecond }: Rates,
  act: () => Promise<void>,
): Promise<LoadResult> {
  const loads = [true, false].map((keepAlive) => startLoad({ port, requestsPerSecond, keepAlive }));
  const warmUp = Math.min(WARM_UP, Math.ceil(requestsPerSecond));
  let results: readonly LoadResult[] = [];
  try {
    await Promise.all(loads.map((load) => load.waitForOutcomes(warmUp)));
    await act();
  } finally {
    results = await Promise.all(loads.map((load) => load.stop()));
  }
  return results.reduce(addResults);
}

function addResults(one: LoadResult, other: LoadResult): LoadResult {
  const outcomes = { ...one.outcomes };
  for (const [outcome, count] of Object.entries(other.outcomes)) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  }
  return {
    requests: one.requests + other.requests,
    outcomes,
    failed: one.failed + other.failed,
  };
}

/** The moment at which a program printed its next such line, by `performance.now()`. */
export async function timeOfLine(program: Program, pattern: RegExp): Promise<number> {
  await program.waitForLine(pattern, program.lines.length);
  return performance.now();
}
