import { join } from "node:path";
import { createCertificate } from "./certificate.ts";
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

const DAY_MS = 86_400_000;

const pem = createCertificate({
  commonName: "localhost",
  notBefore: new Date(Date.now() - DAY_MS),
  notAfter: new Date(Date.now() + DAY_MS),
});

/** Starts a service of test/fixtures/drain, and waits until it listens. */
export async function startService(
  options: object,
  { node = process.execPath, prefix = [] }: ServiceCommand = {},
): Promise<ServiceProcess> {
  const [first = node, ...args] = [
    ...prefix,
    node,
    join(FIXTURES, "service.mjs"),
    JSON.stringify({ pem: { key: pem.key, cert: pem.cert }, ...options }),
  ];
  const program = startProgram(first, args);
  const line = await program.waitForLine(/^listening /);
  const ports = line.split(" ").slice(1).map(Number);
  return { ...program, ports, port: ports[0] ?? 0 };
}

/** The certificate of the services that speak TLS. */
export const CERTIFICATE: string = pem.cert;
