import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Program, startProgram } from "./program.ts";

/** A service in a process of its own. */
export interface ServiceProcess extends Program {
  /** Where it listens. */
  readonly ports: readonly number[];
  readonly port: number;
}

export interface ServiceCommand {
  /** @default this Node.js */
  readonly node?: string;
  /** What comes before `node` on the command line. */
  readonly prefix?: readonly string[];
}

const FIXTURES = join(import.meta.dirname, "../fixtures/drain");

/** Starts a service of test/fixtures/drain, and waits until it listens. */
export async function startService(
  options: object,
  { node = process.execPath, prefix = [] }: ServiceCommand = {},
): Promise<ServiceProcess> {
  const [first = node, ...args] = [...prefix, node, join(FIXTURES, "service.mjs"), JSON.stringify(options)];
  const program = startProgram(first, args);
  const line = await program.waitForLine(/^listening /);
  const ports = line.split(" ").slice(1).map(Number);
  return { ...program, ports, port: ports[0] ?? 0 };
}

/** The certificate of the services that speak TLS. */
export const CERTIFICATE: string = readFileSync(join(FIXTURES, "localhost.crt.pem"), "utf8");
