import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Outcome } from "./run.ts";

/** The program as it was built. */
export const BIN: string = join(import.meta.dirname, "../../dist/cli/bin.js");

export interface CliOptions {
  /** Beside PATH, which it always has. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default this Node.js */
  readonly node?: string;
}

/** Runs `svc-status` to its end, with pipes for its output. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  const { env = {}, node = process.execPath } = options;
  const child = spawn(node, [BIN, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}
