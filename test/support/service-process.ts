import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A service in a process of its own. */
export interface ServiceProcess {
  /** Where it listens. */
  readonly ports: readonly number[];
  readonly port: number;
  /** Everything it has printed. */
  readonly lines: readonly string[];
  /** The first line that matches, once it has been printed. */
  waitForLine(pattern: RegExp): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** When everything it printed has been read. */
  readonly exit: Promise<Exit>;
}

export interface ServiceCommand {
  /** @default this Node.js */
  readonly node?: string;
  /** What comes before `node` on the command line. */
  readonly prefix?: readonly string[];
}

const FIXTURES = join(import.meta.dirname, "../fixtures/drain");

/** Starts a service of test/fixtures/drain, and waits until it listens. It is killed when the test is over. */
export async function startService(
  options: object,
  { node = process.execPath, prefix = [] }: ServiceCommand = {},
): Promise<ServiceProcess> {
  const [program = node, ...args] = [...prefix, node, join(FIXTURES, "service.mjs"), JSON.stringify(options)];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const service = readLines(child);
  const exited = service.exit.then((exit) => {
    throw new Error(`the service ended with ${JSON.stringify(exit)} before it listened`);
  });
  exited.catch(() => {});
  const line = await Promise.race([service.waitForLine(/^listening /), exited]);
  const ports = line.split(" ").slice(1).map(Number);
  return { ...service, ports, port: ports[0] ?? 0 };
}

function readLines(child: ChildProcess): Omit<ServiceProcess, "ports" | "port"> {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout! }).on("line", (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  return {
    lines,
    waitForLine: (pattern) =>
      new Promise((resolve) => {
        function look(): void {
          const line = lines.find((each) => pattern.test(each));
          if (line === undefined) return;
          waiting.delete(look);
          resolve(line);
        }
        waiting.add(look);
        look();
      }),
    kill: (signal) => void child.kill(signal),
    exit: new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal }))),
  };
}

/** The certificate of the services that speak TLS. */
export const CERTIFICATE: string = readFileSync(join(FIXTURES, "localhost.crt.pem"), "utf8");
