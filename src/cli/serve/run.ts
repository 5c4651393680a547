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
import { describeAddress, type ListenAddress, listen, toCurl, toListenAddress } from "./listen.ts";
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
  const address = toListenAddress(values, setup.config);
  const logger = toLineLogger(io.stderr);
  const registry = createStatusRegistry({ logger });
  const probe = createProbe({ logger });
  const serving = createServing(registry, probe);
  serving.replace(setup.prepared);

  const server = createServer((request, response) => serving.answer(request, response));
  const { drain = {} } = setup.config;
  // Longer than a balancer keeps idle connections. Otherwise it would send requests over closed ones.
  server.keepAliveTimeout = (drain.balancerIdleMs ?? DEFAULT_BALANCER_IDLE_MS) + 5_000;
  const drainer = drainOnSignals(server, { ...drain, probe, logger });
  // Before the line that reports the address: until then, SIGHUP would end the process.
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

/** All levels go to the same output, because the text of a line shows its level. */
function toLineLogger(output: Output): Record<"info" | "warn" | "error", (message: string) => void> {
  const write = (message: string): void => output.write(`${clean(message)}\n`);
  return { info: write, warn: write, error: write };
}

function describeStart(
  server: Server,
  address: ListenAddress,
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
  /** The configuration at the start of the process. */
  readonly config: ServeConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly serving: Serving;
  readonly stderr: Output;
}

/** Only read when the process starts. */
const FIXED = ["port", "host", "socket", "drain"] as const;

/** Reads the file again on each SIGHUP, one reload at a time. */
function reloadOnHangUp(file: string | undefined, running: Running): void {
  let reloading = Promise.resolve();
  process.on("SIGHUP", () => {
    reloading = reloading
      .then(() => reload(file, running))
      // An object from a module may throw when it is read. The current configuration remains.
      .catch((error: unknown) => toLineLogger(running.stderr).error(`SIGHUP: ${describeError(error)}`));
  });
}

async function reload(
  file: string | undefined,
  { config: first, env, serving, stderr }: Running,
): Promise<void> {
  const { info } = toLineLogger(stderr);
  if (file === undefined) return info("SIGHUP: no configuration to reload");
  const setup: Setup = await readSetup(file, env);
  if (setup.mistakes !== undefined) {
    stderr.write(describeMistakes(file, setup.mistakes));
    return info("SIGHUP: nothing was changed, because the configuration has mistakes");
  }
  const { config, prepared } = setup;
  const applied = describeApplied(serving.replace(prepared));
  info(`SIGHUP: ${applied === "" ? "reloaded, no check has changed" : applied}`);
  const late = FIXED.filter((key) => JSON.stringify(first[key]) !== JSON.stringify(config[key]));
  if (late.length > 0) info(`SIGHUP: ${late.join(", ")} changes take effect after a restart`);
}
