import { createServer, type Server } from "node:http";
import { createProbe } from "../../core/probe.ts";
import { createStatusRegistry } from "../../core/registry/registry.ts";
import { DEFAULT_BALANCER_IDLE_MS } from "../../drain/options.ts";
import { drainOnSignals } from "../../drain/signals.ts";
import { describeError } from "../../util/describe-error.ts";
import type { Run } from "../command.ts";
import type { Output } from "../io.ts";
import { describeMistakes } from "../schema/describe-mistakes.ts";
import { clean } from "../terminal/clean.ts";
import { describeApplied } from "./apply.ts";
import type { ServeConfig } from "./config.ts";
import type { SERVE } from "./definition.ts";
import { type Address, describeAddress, listen, toAddress, toCurl } from "./listen.ts";
import { readSetup, type Setup } from "./read-setup.ts";
import { createServing, type Serving } from "./serving.ts";

/** `svc-status serve` */
export const runServe: Run<typeof SERVE> = async ({ values, io }) => {
  const file = values.config;
  const setup = await readSetup(file, io.env);
  if (setup.mistakes !== undefined) {
    io.stderr.write(describeMistakes(file ?? "", setup.mistakes));
    return 3;
  }
  const address = toAddress(values, setup.config);
  const logger = toLineLogger(io.stderr);
  const registry = createStatusRegistry({ logger });
  const probe = createProbe({ logger });
  const serving = createServing(registry, probe);
  serving.replace(setup.prepared);

  const server = createServer((request, response) => serving.answer(request, response));
  const { drain = {} } = setup.config;
  // Longer than a balancer keeps idle connections, or it sends requests over closed ones.
  server.keepAliveTimeout = (drain.balancerIdleMs ?? DEFAULT_BALANCER_IDLE_MS) + 5_000;
  const drainer = drainOnSignals(server, { ...drain, probe, logger });
  // Before it says that it listens: until then SIGHUP would end it.
  reloadOnHangUp(file, { config: setup.config, env: io.env, serving, stderr: io.stderr });
  try {
    await listen(server, address);
  } catch (error) {
    drainer.dispose();
    registry.close();
    throw error;
  }
  const lines = describeStart(server, address, setup.config, registry.names);
  io.stdout.write(lines.map((line) => `${clean(line)}\n`).join(""));
  // The drain ends the process.
  return new Promise(() => {});
};

/** Every level goes the same way: what a line says is seen from its words. */
function toLineLogger(output: Output): Record<"info" | "warn" | "error", (message: string) => void> {
  const write = (message: string): void => output.write(`${clean(message)}\n`);
  return { info: write, warn: write, error: write };
}

function describeStart(
  server: Server,
  address: Address,
  { svcStatus = {}, probeStatus = {} }: ServeConfig,
  names: readonly string[],
): readonly string[] {
  const views = [
    ...(svcStatus === false ? [] : [svcStatus.path ?? "/svc_status"]),
    ...(probeStatus === false ? [] : [probeStatus.path ?? "/probe_status"]),
  ];
  return [
    `listening on ${describeAddress(server, address)}`,
    `checks: ${names.join(", ") || "none"}`,
    ...views.map((path) => `try: ${toCurl(server, address, path)}`),
  ];
}

interface Running {
  /** What the process was started with. */
  readonly config: ServeConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly serving: Serving;
  readonly stderr: Output;
}

/** What is read when the process starts, and not again. */
const FIXED = ["port", "host", "socket", "drain"] as const;

/** Reads the file again at each SIGHUP, one after the other. */
function reloadOnHangUp(file: string | undefined, running: Running): void {
  let reloading = Promise.resolve();
  process.on("SIGHUP", () => {
    reloading = reloading
      .then(() => reload(file, running))
      // Whatever a module may do when it is looked at: what is served stays.
      .catch((error: unknown) => toLineLogger(running.stderr).error(`SIGHUP: ${describeError(error)}`));
  });
}

async function reload(
  file: string | undefined,
  { config: first, env, serving, stderr }: Running,
): Promise<void> {
  const { info } = toLineLogger(stderr);
  if (file === undefined) return info("SIGHUP: there is no configuration to read again");
  const setup: Setup = await readSetup(file, env);
  if (setup.mistakes !== undefined) {
    stderr.write(describeMistakes(file, setup.mistakes));
    return info("SIGHUP: nothing was changed, because of what is wrong in the configuration");
  }
  const { config, prepared } = setup;
  const applied = describeApplied(serving.replace(prepared));
  info(`SIGHUP: ${applied === "" ? "read again, no check has changed" : applied}`);
  const late = FIXED.filter((key) => JSON.stringify(first[key]) !== JSON.stringify(config[key]));
  if (late.length > 0) info(`SIGHUP: only the next start changes ${late.join(", ")}`);
}
